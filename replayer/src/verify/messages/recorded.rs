//! The recorded side of a conversation, read no further than it must be.

use bytes::Bytes;
use cassettes::model::Direction;
use cassettes::wire::websocket::{Agreement, Message, MessageReader};

/// Most pings and pongs remembered between two messages. Clients send one every twenty seconds or so.
const MAX_SIGNS: usize = 1000;

/// Recorded messages, one after the other.
#[derive(Debug)]
pub(super) struct Recorded {
    bytes: Bytes,
    /// How many of the bytes are read.
    at: usize,
    reader: MessageReader,
    /// Read, and not yet taken.
    next: Option<Message>,
    /// Pings and pongs before the next message, but for those that came again.
    signs: Vec<Message>,
    /// How many pings and pongs were read.
    pub(super) signs_seen: u64,
}

impl Recorded {
    pub(super) fn new(agreement: Agreement, direction: Direction, bytes: Bytes) -> Self {
        let reader = MessageReader::new(agreement, direction);
        Self { bytes, at: 0, reader, next: None, signs: Vec::new(), signs_seen: 0 }
    }

    /// The next message; signs of life before it are not messages.
    pub(super) fn peek(&mut self) -> Option<&Message> {
        while self.next.is_none() {
            let message = self.read()?;
            if !message.kind.is_sign_of_life() {
                self.next = Some(message);
                break;
            }
            self.signs_seen += 1;
            if self.signs.len() < MAX_SIGNS {
                self.signs.push(message);
            }
        }
        self.next.as_ref()
    }

    /// Takes the next message.
    pub(super) fn take(&mut self) -> Option<Message> {
        self.peek();
        self.signs.clear();
        self.next.take()
    }

    /// Whether this sign of life was recorded at this place too, once for each time it was.
    pub(super) fn take_sign(&mut self, sign: &Message) -> bool {
        self.peek();
        let same = |other: &Message| other.kind == sign.kind && other.payload == sign.payload;
        let found = self.signs.iter().position(same);
        found.map(|at| self.signs.swap_remove(at)).is_some()
    }

    fn read(&mut self) -> Option<Message> {
        let mut rest = self.bytes.get(self.at..).unwrap_or_default();
        let message = self.reader.advance(&mut rest).ok().flatten();
        self.at = self.bytes.len() - rest.len();
        message
    }
}
