//! Handles what the messages of the handshake say.

use cassettes::model::{Direction, Tls};

use super::super::event::Undecryptable;
use super::super::handshake::{Course, Handshake};
use super::super::hello::{ClientHello, EncryptedExtensions, ServerHello, new_ticket};
use super::super::keys::Stage;
use super::super::message::{self, Message};
use super::super::secrets::Secrets;
use super::{Decryptor, Early};
use crate::handshake::notation;

impl Decryptor {
    pub(super) fn messages(
        &mut self,
        direction: Direction,
        content: &[u8],
        secrets: &mut Secrets,
    ) -> Result<(), Undecryptable> {
        self.lane(direction).messages.push(content);
        while let Some(message) = self.lane(direction).messages.next() {
            self.message(direction, &message, secrets)?;
        }
        Ok(())
    }

    pub(super) fn message(
        &mut self,
        direction: Direction,
        message: &Message,
        secrets: &mut Secrets,
    ) -> Result<(), Undecryptable> {
        use Direction::{ToClient, ToServer};
        let lane = self.lane(direction);
        let stage = lane.stage();
        match (stage, message.kind()) {
            (Some(Stage::Early), message::END_OF_EARLY_DATA)
            | (Some(Stage::Handshake), message::FINISHED) => lane.next_epoch(),
            (Some(Stage::Traffic), message::KEY_UPDATE) => lane.update_keys(),
            (Some(Stage::Handshake), message::ENCRYPTED_EXTENSIONS) => self.extensions(message)?,
            (Some(Stage::Early | Stage::Handshake | Stage::Traffic), _)
            | (_, message::HELLO_REQUEST) => {}
            (_, message::CLIENT_HELLO) if direction == ToServer => {
                self.client_hello(message, secrets)?;
            }
            (_, message::SERVER_HELLO) if direction == ToClient => {
                self.server_hello(message, secrets)?;
            }
            _ if !self.has_begun(direction) => return Err(Undecryptable::NoHandshake),
            (_, kind) => self.further_message(kind, message, secrets)?,
        }
        Ok(())
    }

    fn client_hello(
        &mut self,
        message: &Message,
        secrets: &mut Secrets,
    ) -> Result<(), Undecryptable> {
        let hello = ClientHello::parse(message.body()).ok_or(Undecryptable::Malformed)?;
        if self.is_settled {
            self.handshake = Handshake::default();
        } else if self.handshake.is_retried {
            self.early = Early::Read;
        } else if self.handshake.client.is_none() {
            self.facts = Some(Box::new(Tls {
                sni: hello.asked.server_name.clone().unwrap_or_default(),
                offered: hello.asked.alpn.iter().map(|protocol| notation(protocol)).collect(),
                ..Tls::default()
            }));
        }
        self.handshake.client = Some(hello);
        self.handshake.note(message, secrets);
        self.settle(secrets, false)
    }

    fn server_hello(
        &mut self,
        message: &Message,
        secrets: &mut Secrets,
    ) -> Result<(), Undecryptable> {
        let hello = ServerHello::parse(message.body()).ok_or(Undecryptable::Malformed)?;
        self.handshake.note(message, secrets);
        if hello.is_retry() {
            self.handshake.is_retried = true;
            if self.handshake.offers_early_data() {
                self.early = Early::Refused;
            }
            return Ok(());
        }
        if let Some(facts) = &mut self.facts {
            facts.version = hello.version;
            facts.cipher = hello.suite;
            facts.alpn = notation(&hello.alpn);
        }
        self.handshake.server = Some(hello);
        self.settle(secrets, false)
    }

    fn extensions(&mut self, message: &Message) -> Result<(), Undecryptable> {
        let extensions =
            EncryptedExtensions::parse(message.body()).ok_or(Undecryptable::Malformed)?;
        if let Some(facts) = &mut self.facts {
            facts.alpn = notation(&extensions.alpn);
        }
        if self.early == Early::Open {
            self.early = if extensions.accepts_early_data { Early::Read } else { Early::Refused };
        }
        Ok(())
    }

    /// Those of TLS 1.2 and before, after the first of its side.
    fn further_message(
        &mut self,
        kind: u8,
        message: &Message,
        secrets: &mut Secrets,
    ) -> Result<(), Undecryptable> {
        if kind != message::FINISHED {
            self.handshake.note(message, secrets);
        }
        match kind {
            message::SERVER_HELLO_DONE => self.handshake.course = Course::Full,
            message::NEW_SESSION_TICKET => {
                self.handshake.ticket = new_ticket(message.body());
                self.handshake.remember(secrets);
            }
            message::CLIENT_KEY_EXCHANGE if self.handshake.exchange.is_none() => {
                self.handshake.exchange = Some(message.body().to_vec());
                self.settle(secrets, false)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether this side's first message was seen.
    pub(super) fn has_begun(&self, direction: Direction) -> bool {
        match direction {
            Direction::ToServer => self.handshake.client.is_some(),
            Direction::ToClient => self.handshake.server.is_some() || self.handshake.is_retried,
        }
    }
}
