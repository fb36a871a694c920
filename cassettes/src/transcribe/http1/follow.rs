//! An exchange that exists already, read again as it was when it was transcribed.

use super::{Answer, Open, Reached, Request};
use crate::model::{Chunk, ConnectionId, Direction, Exchange, ExchangeId, Protocol};

impl Open {
    /// This exchange, before its first byte.
    pub(in crate::transcribe) fn before(exchange: &Exchange) -> Self {
        let id = ExchangeId { connection: ConnectionId::default(), ordinal: 0 };
        if exchange.protocol != Protocol::Http1 {
            return Self::raw(id);
        }
        let asked = exchange.sent(Direction::ToServer).next().is_some();
        Self::new(id, if asked { Request::Partial } else { Request::Absent })
    }

    /// The next chunk of this exchange; what does not fit its framing is surplus.
    pub(in crate::transcribe) fn follow(&mut self, chunk: &Chunk) {
        match chunk.direction {
            Direction::ToServer => self.follow_request(chunk),
            Direction::ToClient => self.follow_answer(chunk),
        }
        self.note_chunk(chunk.direction, chunk.at, chunk.bytes.len());
        if matches!(self.answer, Answer::Final | Answer::Whole) {
            self.decline_switch();
        }
    }

    fn follow_request(&mut self, chunk: &Chunk) {
        if self.request == Request::Whole {
            self.went_on = true;
        } else {
            let end = self.read_request(&chunk.bytes);
            self.went_on |= end.is_some_and(|end| end < chunk.bytes.len());
        }
    }

    fn follow_answer(&mut self, chunk: &Chunk) {
        let mut at = 0;
        while let Reached::FinalHead(_) = self.read_answer(&chunk.bytes, &mut at) {}
    }
}
