//! What is known of the connections' secrets.

use std::collections::HashMap;
use std::fmt;

use super::input::Input;
use super::key_log::{self, Line};
use super::private_key::{PrivateKey, PrivateKeyError};

/// Most connections whose secrets are kept, and as many sessions again. With five lines each (TLS 1.3) they take some
/// 350 MB; a key log of that many connections is almost always one of other captures too, and should be cut to size.
pub const MAX_SECRETS: usize = 1 << 20;

/// Most private keys used. Each one is tried on each connection.
pub const MAX_PRIVATE_KEYS: usize = 16;

/// Secrets by which TLS connections are decrypted: of key logs, from private keys, and of sessions seen before.
#[derive(Default)]
pub struct Secrets {
    /// By client random.
    lines: HashMap<[u8; 32], Vec<(Label, Secret)>>,
    /// By the first bytes of their encrypted form.
    premasters: HashMap<[u8; 8], Secret>,
    /// Master secrets by session identifier.
    sessions: HashMap<Secret, Secret>,
    /// At most [`MAX_PRIVATE_KEYS`].
    keys: Vec<PrivateKey>,
    /// Whether there is a line with the premaster secret of a connection.
    has_premasters: bool,
    /// Whether all that there are have been added.
    complete: bool,
    /// Another one after each addition.
    revision: u64,
}

/// What a key log held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyLogCounts {
    /// Secrets that were taken.
    pub secrets: u64,
    /// Comments, and secrets that decryption does not need.
    pub unused: u64,
    /// Lines that are no lines of a key log.
    pub malformed: u64,
    /// Secrets over [`MAX_SECRETS`].
    pub refused: u64,
}

impl Secrets {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds those of a key log in the NSS format: a file of `SSLKEYLOGFILE`, or secrets embedded in a capture.
    pub fn add_key_log(&mut self, text: &[u8]) -> KeyLogCounts {
        let mut counts = KeyLogCounts::default();
        for line in key_log::lines(text) {
            let count = match line {
                None => &mut counts.malformed,
                Some(Line::Unused) => &mut counts.unused,
                Some(line) if self.add(line) => &mut counts.secrets,
                Some(_) => &mut counts.refused,
            };
            *count += 1;
        }
        self.revision += 1;
        counts
    }

    /// Adds a server's private RSA key, in PEM or DER, for connections whose keys were exchanged by encrypting them with
    /// it (before TLS 1.3). Most of today's connections exchange them otherwise: this does not help with those.
    pub fn add_private_key(&mut self, file: &[u8]) -> Result<(), PrivateKeyError> {
        let key = PrivateKey::parse(file)?;
        if self.keys.len() >= MAX_PRIVATE_KEYS {
            return Err(PrivateKeyError::TooMany);
        }
        self.keys.push(key);
        self.revision += 1;
        Ok(())
    }

    /// Says that no more will be added: connections without a secret need not wait for it.
    pub fn complete(&mut self) {
        self.complete = true;
        self.revision += 1;
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.premasters.is_empty() && self.keys.is_empty()
    }

    /// Whether [`Secrets::complete`] was said.
    pub(super) const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Changes when there are more.
    pub(super) const fn revision(&self) -> u64 {
        self.revision
    }

    /// Of the connection with this client random.
    pub(super) fn find(&self, random: &[u8; 32], label: Label) -> Option<Secret> {
        let lines = self.lines.get(random)?;
        lines.iter().find(|(it, _)| *it == label).map(|(_, secret)| *secret)
    }

    /// Whether there is any of the connection with this client random.
    pub(super) fn knows(&self, random: &[u8; 32]) -> bool {
        self.lines.contains_key(random)
    }

    /// The master secret of a session.
    pub(super) fn session(&self, session: &Secret) -> Option<Secret> {
        self.sessions.get(session).copied()
    }

    /// Whether there is any.
    pub(super) fn has_sessions(&self) -> bool {
        !self.sessions.is_empty()
    }

    /// Takes note of a session that may be resumed.
    pub(super) fn remember(&mut self, session: Secret, master: Secret) {
        if !session.as_bytes().is_empty() {
            // Over the limit, those that resume it are reported as without a secret.
            let _ = put(&mut self.sessions, session, master);
        }
    }

    /// Whether a `ClientKeyExchange` message may tell what no line tells.
    pub(super) fn need_exchange(&self) -> bool {
        self.has_premasters || !self.premasters.is_empty() || !self.keys.is_empty()
    }

    /// What is encrypted in a `ClientKeyExchange` message (RFC 5246 §7.4.7.1), whose `ClientHello` had this version.
    pub(super) fn premaster(&self, exchange: &[u8], version: u16) -> Option<Secret> {
        let encrypted = Input(exchange).counted(2)?;
        let known = encrypted.first_chunk().and_then(|prefix| self.premasters.get(prefix)).copied();
        known.or_else(|| self.keys.iter().find_map(|key| key.open(encrypted, version)))
    }

    /// `false`: there are too many.
    fn add(&mut self, line: Line) -> bool {
        match line {
            Line::Random { random, label, secret } => self.add_random(random, label, secret),
            Line::Premaster { prefix, secret } => put(&mut self.premasters, prefix, secret),
            Line::Session { id, secret } => put(&mut self.sessions, id, secret),
            Line::Unused => true,
        }
    }

    fn add_random(&mut self, random: [u8; 32], label: Label, secret: Secret) -> bool {
        self.has_premasters |= label == Label::Premaster;
        let Some(lines) = slot(&mut self.lines, random) else {
            return false;
        };
        match lines.iter_mut().find(|(it, _)| *it == label) {
            Some((_, known)) => *known = secret,
            None => lines.push((label, secret)),
        }
        true
    }
}

/// Says how many there are, and none of them.
impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Secrets").field("connections", &self.lines.len()).finish_non_exhaustive()
    }
}

/// A place for what belongs to this key; none if there are too many.
fn slot<K: std::hash::Hash + Eq, V: Default>(map: &mut HashMap<K, V>, key: K) -> Option<&mut V> {
    let is_full = map.len() >= MAX_SECRETS && !map.contains_key(&key);
    (!is_full).then(|| map.entry(key).or_default())
}

fn put<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Secret>, key: K, secret: Secret) -> bool {
    slot(map, key).map(|it| *it = secret).is_some()
}

/// Which secret of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Label {
    /// Of TLS 1.2 and before: the master secret.
    Master,
    /// What the master secret is made from.
    Premaster,
    /// Of TLS 1.3 (RFC 8446 §7.1): `client_early_traffic_secret`.
    ClientEarly,
    /// `client_handshake_traffic_secret`.
    ClientHandshake,
    /// `server_handshake_traffic_secret`.
    ServerHandshake,
    /// `client_application_traffic_secret_0`.
    ClientTraffic,
    /// `server_application_traffic_secret_0`.
    ServerTraffic,
}

impl Label {
    /// As key logs spell it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Master => "CLIENT_RANDOM",
            Self::Premaster => "PMS_CLIENT_RANDOM",
            Self::ClientEarly => "CLIENT_EARLY_TRAFFIC_SECRET",
            Self::ClientHandshake => "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            Self::ServerHandshake => "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            Self::ClientTraffic => "CLIENT_TRAFFIC_SECRET_0",
            Self::ServerTraffic => "SERVER_TRAFFIC_SECRET_0",
        }
    }
}

/// Some bytes that nobody should see: at most as many as the longest hash and the master secret have.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Secret {
    /// Zero after `length`.
    bytes: [u8; Self::MAX_BYTES],
    /// At most [`Secret::MAX_BYTES`].
    length: u8,
}

impl Secret {
    pub(super) const MAX_BYTES: usize = 48;

    /// `None`: too long.
    pub(super) fn new(from: &[u8]) -> Option<Self> {
        let mut secret = Self::default();
        secret.bytes.get_mut(..from.len())?.copy_from_slice(from);
        secret.length = u8::try_from(from.len()).ok()?;
        Some(secret)
    }

    /// `None`: too long, or not hexadecimal.
    pub(super) fn from_hex(text: &[u8]) -> Option<Self> {
        let mut secret = Self::default();
        let length = key_log::decode(text, &mut secret.bytes)?;
        secret.length = u8::try_from(length).ok()?;
        Some(secret)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length.into()).unwrap_or_default()
    }
}

impl Default for Secret {
    fn default() -> Self {
        Self { bytes: [0; Self::MAX_BYTES], length: 0 }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "({} bytes)", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_log_is_counted_by_what_it_holds() {
        let mut secrets = Secrets::new();
        assert!(secrets.is_empty());
        let (random, secret) = ("01".repeat(32), "02".repeat(32));
        let text = format!(
            "# comment\r\nCLIENT_TRAFFIC_SECRET_0 {random} {secret}\nCLIENT_RANDOM {random} {secret}\n\n\
             SERVER_TRAFFIC_SECRET_0 {random} {secret}"
        );
        let counts = secrets.add_key_log(text.as_bytes());
        assert_eq!(counts, KeyLogCounts { secrets: 2, unused: 1, malformed: 1, refused: 0 });
        assert!(secrets.knows(&[1; 32]) && !secrets.is_empty());
        let found = secrets.find(&[1; 32], Label::ClientTraffic).unwrap();
        assert_eq!(found.as_bytes(), [2; 32]);
        assert_eq!(secrets.find(&[1; 32], Label::ClientHandshake), None);
    }

    #[test]
    fn no_secret_is_shown() {
        let mut secrets = Secrets::new();
        let text = format!("CLIENT_RANDOM {} {}", "17".repeat(32), "17".repeat(48));
        secrets.add_key_log(text.as_bytes());
        assert!(!format!("{secrets:?}").contains("17"));
        assert_eq!(format!("{:?}", Secret::from_hex(b"1717").unwrap()), "(2 bytes)");
    }
}
