//! An exchange that exists already, read again as it was when it was transcribed.

use super::open::{Answer, Open, Reached, Request};
use crate::model::{
    Chunk, Close, Connection, ConnectionId, Direction, Exchange, ExchangeId, ExchangeSummary, How,
    Protocol, Side,
};

/// What a transcriber says of this exchange once it is over. `connection` tells how it ended, which decides
/// whether a body that ends with the connection is whole.
pub fn summarize(exchange: &Exchange, connection: &Connection) -> ExchangeSummary {
    let mut open = Open::before(exchange);
    for chunk in &exchange.chunks {
        open.follow(chunk);
    }
    if ends_with_fin(&connection.closes) {
        open.end_answer();
    }
    ExchangeSummary { protocol: exchange.protocol, ..open.summary() }
}

/// Whether the server came to the end of what it had to say before anything broke off.
fn ends_with_fin(closes: &[Close]) -> bool {
    let decides = |close: &&Close| close.by == Side::Server || close.how != How::Fin;
    closes.iter().find(decides).is_some_and(|close| close.how == How::Fin)
}

impl Open {
    /// This exchange, before its first byte.
    pub(super) fn before(exchange: &Exchange) -> Self {
        let id = ExchangeId { connection: ConnectionId::default(), ordinal: 0 };
        if exchange.protocol != Protocol::Http1 {
            return Self::raw(id);
        }
        let asked = exchange.sent(Direction::ToServer).next().is_some();
        Self::new(id, if asked { Request::Partial } else { Request::Absent })
    }

    /// The next chunk of this exchange; what does not fit its framing is surplus.
    pub(super) fn follow(&mut self, chunk: &Chunk) {
        match chunk.direction {
            Direction::ToServer => self.follow_request(chunk),
            Direction::ToClient => self.follow_answer(chunk),
        }
        self.note_order(chunk.direction, chunk.at);
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
