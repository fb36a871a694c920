//! What a client sends, as requests: each thing it says, with the bytes that it took.

use std::collections::VecDeque;

use bytes::Bytes;
use cassettes::wire::http1::{Event, ParseError, RequestParser};

/// Bytes in, in pieces of any size; what they say out, one thing at a time.
#[derive(Debug, Default)]
pub(super) struct Intake {
    parser: RequestParser,
    /// Received, and not yet read. No piece is empty.
    pending: VecDeque<Bytes>,
    /// How many bytes are pending.
    pending_len: usize,
    /// The beginning of a head that is not whole yet.
    begun: Vec<Bytes>,
    reading: Reading,
}

/// What the next bytes are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// A head, or nothing yet.
    #[default]
    Head,
    /// What follows a head, up to the request's end.
    Rest,
    /// Nothing: the request's end is to be said.
    End,
    /// No HTTP.
    Raw,
}

/// What the client said.
#[derive(Debug)]
pub(super) enum Heard {
    /// A request's head.
    Head(Bytes),
    /// More of the request, as on the wire, and what of it is body.
    Piece { wire: Bytes, body: Option<Bytes> },
    /// The request is over.
    End,
    /// What came since the last request is not the head of another; it follows as raw bytes.
    NotHttp(ParseError),
    /// The body's framing broke; what follows are raw bytes.
    Broken,
    /// Bytes that are not read as HTTP.
    Raw(Bytes),
}

impl Intake {
    pub(super) fn receive(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.pending_len += bytes.len();
            self.pending.push_back(bytes);
        }
    }

    /// How many bytes wait to be read.
    pub(super) fn pending_len(&self) -> usize {
        self.pending_len
    }

    /// A head has begun that is not whole.
    pub(super) fn is_in_head(&self) -> bool {
        self.reading == Reading::Head && !self.begun.is_empty()
    }

    /// Takes everything from here on as raw bytes, beginning with what came of an unfinished head.
    pub(super) fn go_raw(&mut self) {
        self.reading = Reading::Raw;
        for piece in std::mem::take(&mut self.begun).into_iter().rev() {
            self.put_back(piece);
        }
    }

    /// All that came and was not read.
    pub(super) fn take_raw(&mut self) -> Vec<Bytes> {
        self.go_raw();
        self.pending_len = 0;
        std::mem::take(&mut self.pending).into()
    }

    /// The next thing said; `None` if that needs more bytes.
    pub(super) fn next(&mut self) -> Option<Heard> {
        loop {
            if self.reading == Reading::End {
                self.reading = Reading::Head;
                return Some(Heard::End);
            }
            let input = self.pending.pop_front();
            self.pending_len -= input.as_ref().map_or(0, Bytes::len);
            match (input, self.reading) {
                (Some(input), Reading::Raw) => return Some(Heard::Raw(input)),
                // The parser may owe an event that needs no more bytes.
                (None, Reading::Rest) => return self.parse(Bytes::new()),
                (Some(input), _) => {
                    if let Some(heard) = self.parse(input) {
                        return Some(heard);
                    }
                }
                (None, _) => return None,
            }
        }
    }

    fn parse(&mut self, mut input: Bytes) -> Option<Heard> {
        let advance = match self.parser.advance(&input) {
            Ok(advance) => advance,
            Err(error) => return Some(self.give_up(error, input)),
        };
        let wire = input.split_to(advance.taken.min(input.len()));
        self.put_back(input);
        match advance.event {
            Some(Event::Head(head)) => {
                self.begun.clear();
                self.reading = Reading::Rest;
                Some(Heard::Head(head))
            }
            Some(Event::Body(body)) => Some(Heard::Piece { wire, body: Some(body) }),
            Some(Event::Trailers(_)) => Some(Heard::Piece { wire, body: None }),
            Some(Event::End | Event::Switched) => {
                self.reading = if wire.is_empty() { Reading::Head } else { Reading::End };
                let last = || Heard::Piece { wire, body: None };
                Some(if self.reading == Reading::Head { Heard::End } else { last() })
            }
            None => self.unfinished(wire),
        }
    }

    /// The parser took these bytes, and needs more.
    fn unfinished(&mut self, wire: Bytes) -> Option<Heard> {
        if wire.is_empty() {
            return None;
        }
        if self.reading == Reading::Rest {
            return Some(Heard::Piece { wire, body: None });
        }
        self.begun.push(wire);
        None
    }

    fn give_up(&mut self, error: ParseError, input: Bytes) -> Heard {
        let in_head = self.reading == Reading::Head;
        self.put_back(input);
        self.go_raw();
        if in_head { Heard::NotHttp(error) } else { Heard::Broken }
    }

    fn put_back(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.pending_len += bytes.len();
            self.pending.push_front(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is heard of `wire`, cut into pieces of `size`, as one text.
    fn heard(wire: &'static [u8], size: usize) -> String {
        let mut intake = Intake::default();
        let mut said = String::new();
        for piece in wire.chunks(size) {
            intake.receive(Bytes::from_static(piece));
            while let Some(heard) = intake.next() {
                said += &tell(heard);
            }
        }
        said
    }

    fn tell(said: Heard) -> String {
        match said {
            Heard::Head(head) => format!("head {} ", head.len()),
            Heard::Piece { body, .. } => text(&body.unwrap_or_default()),
            Heard::End => " end ".to_owned(),
            Heard::NotHttp(_) => "not-http ".to_owned(),
            Heard::Broken => " broken ".to_owned(),
            Heard::Raw(raw) => text(&raw),
        }
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn requests_are_heard_alike_however_they_are_cut() {
        let wire = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n";
        let whole = heard(wire, wire.len());
        assert_eq!(whole, "head 47 abc end head 18  end ");
        for size in 1..wire.len() {
            assert_eq!(heard(wire, size), whole, "in pieces of {size}");
        }
    }

    #[test]
    fn what_is_no_request_is_heard_raw_from_its_first_byte() {
        for size in [1, 3, 100] {
            assert_eq!(heard(b"\x16\x03\x01 hello\n", size), "not-http \u{16}\u{3}\u{1} hello\n");
        }
    }

    #[test]
    fn a_broken_body_is_heard_raw_from_where_it_broke() {
        let wire = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n";
        assert!(heard(wire, 1).starts_with("head 47 ab broken "));
    }
}
