//! What a client sends, compared with what was recorded, as it comes: message by message in a dialect that both sides
//! spoke, and else byte by byte.

use std::cmp::Ordering;
use std::fmt::Write;

use bytes::Bytes;
use cassettes::model::{Direction, Exchange};
use cassettes::wire::dialects::{Cutter, Dialect, message_ends};

use super::difference::Difference;
use crate::verify::{Gravity, Mismatch, Place};

/// So many messages that differ are told of, and of more only how many there are.
const MAX_TOLD: usize = 10;

/// The recorded bytes, and how far the client has come in them.
#[derive(Debug)]
pub(super) struct Listening {
    recorded: Bytes,
    /// Where each recorded message ends. Without a dialect all is one.
    ends: Vec<u64>,
    /// Finds the ends of the client's messages.
    cutter: Option<Box<dyn Cutter>>,
    /// What came is not in the dialect: the message that it is in never ends.
    foreign: bool,
    heard: u64,
    /// The message that comes now, from 0, and how much of it came.
    message: usize,
    heard_of_it: u64,
    /// The first of each message, up to [`MAX_TOLD`].
    differences: Vec<Difference>,
    /// How many messages differ.
    differing: u64,
    /// The place of the last byte that differs, among the recorded ones.
    last_at: Option<u64>,
}

/// Whether a client has said what it had said when the server went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It has; or something else in its place.
    Reached,
    /// More is to come.
    Short,
    /// It has said something else, and more than that: what follows cannot be told from it.
    Missed,
}

impl Listening {
    /// To a client that plays this exchange, in which `recorded` was sent.
    pub(super) fn new(exchange: &Exchange, recorded: Bytes) -> Self {
        let dialect = Dialect::of(exchange);
        let cutter = || dialect.map(|dialect| dialect.cutter(Direction::ToServer));
        let ends = cutter().map(|mut cutter| message_ends(&mut *cutter, &recorded));
        Self {
            ends: ends.unwrap_or_else(|| vec![recorded.len() as u64]),
            cutter: cutter(),
            foreign: false,
            recorded,
            heard: 0,
            message: 0,
            heard_of_it: 0,
            differences: Vec::new(),
            differing: 0,
            last_at: None,
        }
    }

    /// The next bytes.
    pub(super) fn hear(&mut self, bytes: &Bytes) {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let end = self.message_end(rest);
            let (part, after) =
                rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, &[]));
            self.compare(part);
            rest = after;
            self.heard = self.heard.saturating_add(part.len() as u64);
            self.heard_of_it = self.heard_of_it.saturating_add(part.len() as u64);
            if end.is_some() {
                self.message += 1;
                self.heard_of_it = 0;
            }
        }
    }

    /// Something else or too much came, at or after this recorded byte.
    pub(super) fn differs_since(&self, offset: u64) -> bool {
        self.last_at.is_some_and(|at| at >= offset)
    }

    /// Too much came.
    pub(super) fn exceeds(&self) -> bool {
        match &self.cutter {
            Some(_) => (self.message, self.heard_of_it) > (self.ends.len(), 0),
            None => self.heard > self.recorded.len() as u64,
        }
    }

    /// Whether the client has got as far as after `count` recorded bytes: as many messages, and as much of the next.
    pub(super) fn turn(&self, count: u64) -> Turn {
        let whole =
            if self.cutter.is_some() { self.ends.partition_point(|end| *end <= count) } else { 0 };
        let part = count.saturating_sub(self.start_of(whole));
        let differs = self.differences.first().is_some_and(|first| (first.at as u64) < count);
        match (self.message, self.heard_of_it).cmp(&(whole, part)) {
            Ordering::Less if self.foreign => Turn::Missed,
            Ordering::Less => Turn::Short,
            Ordering::Greater if self.cutter.is_none() && differs => Turn::Missed,
            _ => Turn::Reached,
        }
    }

    /// How all that came differs from what was recorded.
    pub(super) fn mismatches(&self) -> Vec<Mismatch> {
        let told = self.differences.iter().map(|difference| self.tell(difference));
        let mut found: Vec<_> = told.chain(self.tell_less()).collect();
        let untold = self.differing.saturating_sub(self.differences.len() as u64);
        if let Some(detail) = found.last_mut().and_then(|last| last.detail.as_mut())
            && untold > 0
        {
            // Writing to a string does not fail.
            let _ = write!(detail, "; {untold} more messages differ");
        }
        found
    }

    fn message_end(&mut self, rest: &[u8]) -> Option<usize> {
        let cutter = self.cutter.as_mut().filter(|_| !self.foreign)?;
        let end = cutter.advance(rest);
        self.foreign |= end.is_err();
        end.ok()?
    }

    /// A part of the message that comes now.
    fn compare(&mut self, part: &[u8]) {
        let start = in_memory(self.start_of(self.message));
        let at = start.saturating_add(in_memory(self.heard_of_it));
        let expected = self.recorded.get(at..self.end_of(self.message)).unwrap_or_default();
        let pairs = || part.iter().zip(expected);
        let last = if part.len() > expected.len() {
            Some(expected.len())
        } else {
            pairs().rposition(|(a, b)| a != b)
        };
        let same = pairs().take_while(|(a, b)| a == b).count();
        if let Some(last) = last {
            self.last_at = Some(at.saturating_add(last).min(self.recorded.len()) as u64);
        }
        match self.differences.last_mut().filter(|known| known.message == self.message) {
            Some(known) => known.hear(part),
            None if last.is_some() => self.note(start, at.saturating_add(same), part.get(same..)),
            None => {}
        }
    }

    fn note(&mut self, start: usize, at: usize, actual: Option<&[u8]>) {
        self.differing += 1;
        if self.differences.len() < MAX_TOLD {
            let mut difference = Difference::new(self.message, start, at);
            difference.hear(actual.unwrap_or_default());
            self.differences.push(difference);
        }
    }

    fn tell(&self, difference: &Difference) -> Mismatch {
        let Difference { message, start, at, .. } = *difference;
        let expected = difference.expected(&self.recorded, self.end_of(message));
        let what = if expected.is_some() { "something else" } else { "more" };
        let detail = match &self.cutter {
            Some(_) if message >= self.ends.len() => {
                format!("more than recorded: {}", self.counts())
            }
            Some(_) => {
                let nth = at - start;
                format!("{what} than recorded, from its byte {nth} on, byte {at} of the recording")
            }
            None => format!("{what} than recorded, from byte {at} on: {}", self.counts()),
        };
        Mismatch {
            place: self.place(message, at),
            gravity: Gravity::Failure,
            expected,
            actual: Some(difference.actual(&self.recorded)),
            detail: Some(detail),
        }
    }

    /// Too little came: what the next bytes would have been.
    fn tell_less(&self) -> Option<Mismatch> {
        let start = in_memory(self.start_of(self.message));
        let at = start.saturating_add(in_memory(self.heard_of_it));
        // Something else came in their place.
        let differs = self.differences.last().is_some_and(|last| last.message == self.message);
        let missing = Difference::new(self.message, start, at);
        let expected = missing.expected(&self.recorded, self.end_of(self.message));
        let expected = expected.filter(|_| !differs && self.message < self.ends.len())?;
        let detail = format!("less than recorded, from byte {at} on: {}", self.counts());
        let place = self.place(self.message, at);
        Some(Mismatch::missing(place, Gravity::Failure, expected).with_detail(detail))
    }

    fn place(&self, message: usize, at: usize) -> Place {
        match &self.cutter {
            Some(_) => Place::Message { nth: message as u64 + 1, inside: None },
            None => Place::Sent { offset: at as u64 },
        }
    }

    fn counts(&self) -> String {
        if self.cutter.is_none() {
            return format!("{} were recorded, {} came", self.recorded.len(), self.heard);
        }
        let part = if self.heard_of_it > 0 { " and a part of one" } else { "" };
        format!("{} messages were recorded, {}{part} came", self.ends.len(), self.message)
    }

    /// Among the recorded bytes; beyond the last message, their end.
    fn start_of(&self, message: usize) -> u64 {
        let Some(before) = message.checked_sub(1) else { return 0 };
        self.ends.get(before).copied().unwrap_or(self.recorded.len() as u64)
    }

    fn end_of(&self, message: usize) -> usize {
        self.ends.get(message).map_or(self.recorded.len(), |end| in_memory(*end))
    }
}

fn in_memory(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use cassettes::model::{Chunk, ConnectionId, Protocol, Timestamp};

    use super::*;

    fn listening(recorded: &'static str, pieces: &[&'static [u8]]) -> Listening {
        let recorded = Bytes::from_static(recorded.as_bytes());
        let (direction, at) = (Direction::ToServer, Timestamp::ZERO);
        let chunks = vec![Chunk { direction, at, bytes: recorded.clone() }];
        let exchange = Exchange { connection: ConnectionId(0), protocol: Protocol::Raw, chunks };
        let mut listening = Listening::new(&exchange, recorded);
        for piece in pieces {
            listening.hear(&Bytes::from_static(piece));
        }
        listening
    }

    fn told(recorded: &'static str, pieces: &[&'static [u8]]) -> Vec<String> {
        let side = |side: Option<String>| side.unwrap_or_else(|| "nothing".to_owned());
        let tell = |found: Mismatch| {
            let (place, detail) = (found.place, found.detail.unwrap());
            format!("{place}: {} / {}: {detail}", side(found.expected), side(found.actual))
        };
        listening(recorded, pieces).mismatches().into_iter().map(tell).collect()
    }

    const HELLO: &str = "hello world";
    const MAIL: &str = "EHLO me\r\nMAIL a\r\nQUIT\r\n";

    #[test]
    fn the_same_bytes_are_the_same_however_they_are_cut() {
        for recorded in [HELLO, MAIL] {
            for cut in 0..recorded.len() {
                let (head, rest) = recorded.as_bytes().split_at(cut);
                let listening = listening(recorded, &[head, rest]);
                assert_eq!(listening.mismatches(), [], "{cut}");
                assert!(!listening.exceeds() && !listening.differs_since(0));
            }
        }
    }

    #[test]
    fn the_first_byte_that_differs_is_named() {
        let detail = "something else than recorded, from byte 4 on: 11 were recorded, 11 came";
        let told = told(HELLO, &[b"hell", b"\x00 wo", b"rld"]);
        let place = "byte 4 of what the client sent";
        assert_eq!(told, [format!("{place}: hello world / hell\\x00 world: {detail}")]);
    }

    #[test]
    fn too_little_and_too_much_are_named() {
        let detail = "less than recorded, from byte 5 on: 11 were recorded, 5 came";
        let place = "byte 5 of what the client sent";
        assert_eq!(told(HELLO, &[b"hello"]), [format!("{place}: hello world / nothing: {detail}")]);
        let detail = "more than recorded, from byte 11 on: 11 were recorded, 12 came";
        let place = "byte 11 of what the client sent";
        let found = told(HELLO, &[b"hello world", b"!"]);
        assert_eq!(found, [format!("{place}: nothing / hello world!: {detail}")]);
    }

    #[test]
    fn in_a_dialect_every_message_that_differs_is_named() {
        let found = told(MAIL, &[b"EHLO you\r\nMAIL a\r", b"\nDATA\r\n"]);
        let first = "something else than recorded, from its byte 5 on, byte 5 of the recording";
        let last = "something else than recorded, from its byte 0 on, byte 17 of the recording";
        let expected = [
            format!("message 1: EHLO me\\r\\n / EHLO you\\r\\n: {first}"),
            format!("message 3: QUIT\\r\\n / DATA\\r\\n: {last}"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn messages_too_few_and_too_many_are_counted() {
        let counts = "less than recorded, from byte 9 on: 3 messages were recorded, 1 came";
        let expected = [format!("message 2: MAIL a\\r\\n / nothing: {counts}")];
        assert_eq!(told(MAIL, &[b"EHLO me\r\n"]), expected);
        let counts = "less than recorded, from byte 11 on: 3 messages were recorded, 1 and a part of one came";
        let expected = [format!("message 2: MAIL a\\r\\n / nothing: {counts}")];
        assert_eq!(told(MAIL, &[b"EHLO me\r\nMA"]), expected);
        let counts = "more than recorded: 3 messages were recorded, 4 came";
        let expected = [format!("message 4: nothing / NOOP\\r\\n: {counts}")];
        assert_eq!(told(MAIL, &[MAIL.as_bytes(), b"NOOP\r\n"]), expected);
    }

    #[test]
    fn of_very_many_messages_that_differ_only_some_are_told() {
        const LINES: &str = "a\na\na\na\na\na\na\na\na\na\na\na\n";
        let found = told(LINES, &[b"b\nb\nb\nb\nb\nb\nb\nb\nb\nb\nb\nb\n"]);
        assert_eq!(found.len(), MAX_TOLD);
        assert!(found[MAX_TOLD - 1].ends_with("; 2 more messages differ"));
    }

    #[test]
    fn a_turn_that_differs_is_reached_by_its_length_alone() {
        let turn = |pieces, count| listening(HELLO, pieces).turn(count);
        assert_eq!(turn(&[b"help!"], 5), Turn::Reached);
        assert_eq!(turn(&[b"helpers"], 5), Turn::Missed);
        assert_eq!(turn(&[b"hi"], 5), Turn::Short);
        assert_eq!(turn(&[b"hello w"], 5), Turn::Reached, "the next one has begun");
        assert_eq!(turn(&[b"hello-"], 5), Turn::Reached, "the next one differs");
    }

    #[test]
    fn in_a_dialect_a_turn_is_reached_by_its_messages() {
        let turn = |pieces, count| listening(MAIL, pieces).turn(count);
        assert_eq!(turn(&[b"HELO me.too\r\n"], 9), Turn::Reached, "longer");
        assert_eq!(turn(&[b"HI\r\n"], 9), Turn::Reached, "shorter");
        assert_eq!(turn(&[b"EHLO me and all"], 9), Turn::Short, "it goes on");
        assert_eq!(turn(&[b"EHLO me\r\nMA"], 12), Turn::Short, "in the middle of a message");
        assert_eq!(turn(&[b"EHLO me\r\nMAI"], 12), Turn::Reached);
        assert_eq!(turn(&[b"EHLO \x00 me"], 9), Turn::Missed, "no line will come");
    }
}
