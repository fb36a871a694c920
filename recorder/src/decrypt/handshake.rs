//! What both sides said in one handshake, and the keys that follow from it.

use super::event::Undecryptable;
use super::hello::{ClientHello, ServerHello, Session};
use super::keys::{Keys, Known, TLS_1_0, TLS_1_3, prf};
use super::message::Message;
use super::secrets::{Label, Secret, Secrets};
use super::suite::Suite;

/// One handshake; a renegotiation is another one.
#[derive(Debug, Default)]
pub(super) struct Handshake {
    pub(super) client: Option<ClientHello>,
    pub(super) server: Option<ServerHello>,
    /// Whether the server asked for another `ClientHello` (TLS 1.3).
    pub(super) is_retried: bool,
    pub(super) course: Course,
    /// The `ClientKeyExchange`'s body.
    pub(super) exchange: Option<Vec<u8>>,
    /// The session for which the server gave a ticket.
    pub(super) ticket: Option<Session>,
    /// Whether [`Handshake::keys`] gave them.
    pub(super) is_keyed: bool,
    master: Option<Secret>,
    /// What was in the `ClientKeyExchange`, by the secrets of a revision: a private key is slow.
    premaster: Option<(u64, Option<Secret>)>,
    /// All messages up to the `ClientKeyExchange`; empty where no secret asks for it.
    transcript: Vec<u8>,
}

/// Where the master secret comes from (TLS 1.2 and before).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Course {
    /// The server sent no more than its `ServerHello` yet.
    #[default]
    Unknown,
    /// The server sent more: keys are exchanged.
    Full,
    /// The server changed ciphers at once: a session is resumed.
    Resumed,
}

/// Longest transcript kept. A longer one has certificate chains that no client would take.
const MAX_TRANSCRIPT_BYTES: usize = 256 * 1024;

impl Handshake {
    /// Whether it is one of TLS 1.3; `None`: nobody said yet.
    pub(super) fn is_1_3(&self) -> Option<bool> {
        let version = self.server.as_ref().map(|server| server.version);
        if self.is_retried { Some(true) } else { version.map(|version| version == TLS_1_3) }
    }

    /// Whether the client sent data without waiting for the server.
    pub(super) fn offers_early_data(&self) -> bool {
        self.client.as_ref().is_some_and(|client| client.offers_early_data)
    }

    /// Takes note of a message, for secrets that are made from all of them.
    pub(super) fn note(&mut self, message: &Message, secrets: &Secrets) {
        let length = self.transcript.len() + message.raw().len();
        if self.exchange.is_none() && secrets.need_exchange() && length <= MAX_TRANSCRIPT_BYTES {
            self.transcript.extend_from_slice(message.raw());
        }
    }

    /// The keys; `None`: they may be known later. `is_last`: there is no later.
    pub(super) fn keys(
        &mut self,
        secrets: &Secrets,
        is_last: bool,
    ) -> Result<Option<Keys>, Undecryptable> {
        self.open_exchange(secrets);
        let (Some(client), Some(server)) = (&self.client, &self.server) else {
            return Ok(None);
        };
        let suite = agreed(server)?;
        if server.version == TLS_1_3 {
            let is_early = client.offers_early_data && !self.is_retried;
            let keys = Keys::of_1_3(suite, is_early, |label| secrets.find(&client.random, label));
            return settle(keys, client, secrets, is_last || secrets.is_complete());
        }
        if let Some(master) = self.master(client, server, suite, secrets) {
            let keys = Keys::of_1_2(client, server, suite, &master)
                .ok_or(Undecryptable::Suite(server.suite))?;
            self.master = Some(master);
            return Ok(Some(keys));
        }
        if is_last || !self.may_be_known_later(secrets) {
            return Err(Undecryptable::NoSecret(client.random));
        }
        Ok(None)
    }

    /// Lets those be decrypted that resume the session.
    pub(super) fn remember(&self, secrets: &mut Secrets) {
        let Some(master) = self.master else {
            return;
        };
        let id = self.server.as_ref().map(|server| server.session);
        for session in id.into_iter().chain(self.ticket) {
            secrets.remember(session, master);
        }
    }

    fn open_exchange(&mut self, secrets: &Secrets) {
        let revision = secrets.revision();
        let (Some(client), Some(exchange)) = (&self.client, &self.exchange) else {
            return;
        };
        if self.premaster.is_none_or(|(of, _)| of != revision) {
            let line = secrets.find(&client.random, Label::Premaster);
            let premaster = line.or_else(|| secrets.premaster(exchange, client.legacy_version));
            self.premaster = Some((revision, premaster));
        }
    }

    fn may_be_known_later(&self, secrets: &Secrets) -> bool {
        let is_told = self.exchange.is_some() || self.course == Course::Resumed;
        !secrets.is_complete() || !is_told && (secrets.need_exchange() || secrets.has_sessions())
    }

    fn master(
        &self,
        client: &ClientHello,
        server: &ServerHello,
        suite: Suite,
        secrets: &Secrets,
    ) -> Option<Secret> {
        if let Some(master) = secrets.find(&client.random, Label::Master) {
            return Some(master);
        }
        if self.course == Course::Resumed {
            let sessions = [Some(server.session), Some(client.session), client.ticket];
            return sessions.into_iter().flatten().find_map(|session| secrets.session(&session));
        }
        let (_, premaster) = self.premaster?;
        let premaster = premaster?;
        let prf = prf(suite, server.version);
        let mut master = [0; 48];
        if server.has_extended_master_secret {
            let hash = prf.session_hash(&self.transcript);
            prf.fill(premaster.as_bytes(), b"extended master secret", &[&hash], &mut master);
        } else {
            let seed: [&[u8]; 2] = [&client.random, &server.random];
            prf.fill(premaster.as_bytes(), b"master secret", &seed, &mut master);
        }
        Secret::new(&master)
    }
}

/// The suite, if all that the server settled is supported.
fn agreed(server: &ServerHello) -> Result<Suite, Undecryptable> {
    if !(TLS_1_0..=TLS_1_3).contains(&server.version) {
        return Err(Undecryptable::Version(server.version));
    }
    if server.is_compressed {
        return Err(Undecryptable::Compressed);
    }
    let is_of_its_version = Suite::is_of_1_3(server.suite) == (server.version == TLS_1_3);
    let suite = Suite::of(server.suite).filter(|_| is_of_its_version);
    suite.ok_or(Undecryptable::Suite(server.suite))
}

/// Whether what is known will do.
fn settle(
    keys: Keys,
    client: &ClientHello,
    secrets: &Secrets,
    is_last: bool,
) -> Result<Option<Keys>, Undecryptable> {
    let random = client.random;
    match keys.known() {
        Known::All => Ok(Some(keys)),
        Known::Some if is_last => Ok(Some(keys)),
        Known::Nothing if is_last && secrets.knows(&random) => {
            Err(Undecryptable::MissingLine { label: Label::ServerTraffic.name() })
        }
        Known::Nothing if is_last => Err(Undecryptable::NoSecret(random)),
        Known::Some | Known::Nothing => Ok(None),
    }
}
