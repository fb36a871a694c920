//! An answer of which bytes are missing. Where they are data of its body, its framing tells where the next answer
//! begins; what is left of the body belongs to no exchange that can be read, and is raw.

use bytes::Bytes;

use super::Http1;
use crate::model::{Chunk, Degraded, Direction, ExchangeId, ExchangeSummary, Gap, Timestamp};
use crate::transcribe::{gap, raw};
use crate::wire::http1::{Event, ResponseParser};

/// What is left of an answer after a gap in its body.
#[derive(Debug)]
pub(super) struct Remains {
    parser: ResponseParser,
    /// Once any of it has come.
    id: Option<ExchangeId>,
    degraded: Degraded,
}

impl Http1 {
    /// Bytes are missing. `false`: nothing that follows can be read, and all that was open is done.
    pub(in crate::transcribe) fn lose(&mut self, gap: &Gap) -> bool {
        self.open.iter_mut().for_each(|open| open.lose(gap));
        let skips = gap.direction == Direction::ToClient && self.held.is_empty();
        let parser = if skips { self.skip(gap.length) } else { None };
        let Some(parser) = parser else {
            self.finish();
            return false;
        };
        let remains = Remains { parser, id: None, degraded: gap::after(gap) };
        self.remains = Some(Box::new(remains));
        true
    }

    /// Takes what of it belongs to the remains of an answer, and gives the rest.
    pub(super) fn take_remains(&mut self, at: Timestamp, mut bytes: Bytes) -> Bytes {
        let Some(remains) = &mut self.remains else { return bytes };
        let end = remains.read(&bytes);
        let rest = bytes.split_off(end.unwrap_or(bytes.len()));
        if !bytes.is_empty() {
            let id = *remains.id.get_or_insert_with(|| self.tape.begin());
            self.tape.chunk(id, Chunk { direction: Direction::ToClient, at, bytes });
        }
        if end.is_some() {
            self.end_remains();
        }
        rest
    }

    pub(super) fn end_remains(&mut self) {
        let Some(remains) = self.remains.take() else { return };
        if let Some(id) = remains.id {
            let degraded = Some(remains.degraded);
            self.tape.done(id, ExchangeSummary { degraded, ..raw::SUMMARY });
        }
    }

    /// What reads on after so many bytes, if they are data of a body. The answer that they are missing of is done.
    fn skip(&mut self, length: u64) -> Option<ResponseParser> {
        if let Some(remains) = &mut self.remains {
            let parser = remains.parser.skip(length).then(|| remains.parser.clone());
            self.end_remains();
            return parser;
        }
        let parser = self.open.front_mut()?.skip(length)?;
        self.finish_first();
        Some(parser)
    }
}

impl Remains {
    /// Where the answer ends in this input, if it does. What breaks the framing has no end.
    fn read(&mut self, input: &Bytes) -> Option<usize> {
        let mut at = 0;
        loop {
            let advance = self.parser.advance_from(input, at).ok()?;
            at += advance.taken;
            match advance.event? {
                Event::End | Event::Switched => return Some(at),
                Event::Head(_) | Event::Body(_) | Event::Trailers(_) => {}
            }
        }
    }
}
