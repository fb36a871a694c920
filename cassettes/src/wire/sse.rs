//! Server-sent events (WHATWG HTML, §9.2): a body's bytes into events.

/// Most bytes of one event kept. Events are a few hundred bytes; what a longer one says beyond it is left out.
pub const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// One event, as a browser would dispatch it; and blocks that a browser would not dispatch: comments, a `retry` alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Its `event` field; empty: `message`.
    pub name: Vec<u8>,
    /// Its `data` lines, joined by LF.
    pub data: Vec<u8>,
    /// Its own `id` field.
    pub id: Option<Vec<u8>>,
    /// Its `retry` field, as it is written.
    pub retry: Option<Vec<u8>>,
    /// Lines that begin with a colon: most often a sign of life.
    pub comment: Option<Vec<u8>>,
    /// It has a `data` field: a browser dispatches it.
    pub dispatched: bool,
    /// Where it ends: how many bytes the body has through its last one.
    pub end: u64,
}

/// Whether a body of this content type is a stream of events.
pub fn is_event_stream(content_type: &[u8]) -> bool {
    let name = content_type.split(|&byte| byte == b';').next().unwrap_or_default();
    name.trim_ascii().eq_ignore_ascii_case(b"text/event-stream")
}

/// A body's bytes into events; cut the input as you like.
#[derive(Debug, Clone, Default)]
pub struct EventReader {
    line: Vec<u8>,
    event: Event,
    /// The event has a line.
    begun: bool,
    /// The last byte was a CR: a LF belongs to it.
    after_cr: bool,
    /// An event that ended with a CR, to which a LF may still come.
    ended: Option<Event>,
    /// Bytes kept of this event.
    kept: usize,
    taken: u64,
    /// A line ended: no byte order mark can come any more.
    started: bool,
}

impl EventReader {
    /// Takes from the front of `input` up to the end of the next event; `None`: it needs more.
    pub fn advance(&mut self, input: &mut &[u8]) -> Option<Event> {
        while let Some((&byte, rest)) = input.split_first() {
            let follows_cr = std::mem::take(&mut self.after_cr);
            if follows_cr && byte == b'\n' {
                *input = rest;
                self.taken += 1;
                if let Some(event) = self.ended.take() {
                    return Some(Event { end: self.taken, ..event });
                }
                continue;
            }
            if let Some(event) = self.ended.take() {
                return Some(event);
            }
            *input = rest;
            self.taken += 1;
            self.after_cr = byte == b'\r';
            if !matches!(byte, b'\r' | b'\n') {
                self.push(byte);
            } else if let Some(event) = self.end_line() {
                if byte == b'\n' {
                    return Some(event);
                }
                self.ended = Some(event);
            }
        }
        None
    }

    /// What is left at the body's end: an event that ended with CR alone. What is not ended by an empty line is none.
    pub fn finish(&mut self) -> Option<Event> {
        self.ended.take()
    }

    /// An event began and is not whole.
    pub const fn is_amid_event(&self) -> bool {
        self.begun || !self.line.is_empty()
    }

    fn push(&mut self, byte: u8) {
        if self.kept < MAX_EVENT_BYTES {
            self.kept += 1;
            self.line.push(byte);
        }
    }

    /// The event, if this line is the empty one that ends it.
    fn end_line(&mut self) -> Option<Event> {
        let mut line = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.started, true) && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        if !line.is_empty() {
            self.begun = true;
            self.event.add(&line);
            return None;
        }
        self.kept = 0;
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.begun).then_some(Event { end: self.taken, ..event })
    }
}

impl Event {
    fn add(&mut self, line: &[u8]) {
        let colon = memchr::memchr(b':', line);
        let (name, value) = match colon.and_then(|at| line.split_at_checked(at)) {
            Some((name, value)) => (name, value.get(1..).unwrap_or_default()),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"" => self.comment = Some(joined(self.comment.take(), value)),
            b"event" => self.name = value.to_vec(),
            b"data" => {
                let before = self.dispatched.then(|| std::mem::take(&mut self.data));
                self.data = joined(before, value);
                self.dispatched = true;
            }
            b"id" => self.id = Some(value.to_vec()),
            b"retry" => self.retry = Some(value.to_vec()),
            _ => {}
        }
    }
}

fn joined(before: Option<Vec<u8>>, line: &[u8]) -> Vec<u8> {
    match before {
        None => line.to_vec(),
        Some(mut text) => {
            text.push(b'\n');
            text.extend_from_slice(line);
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(wire: &[u8], size: usize) -> Vec<Event> {
        let mut reader = EventReader::default();
        let mut events = Vec::new();
        for mut piece in wire.chunks(size) {
            while !piece.is_empty() {
                events.extend(reader.advance(&mut piece));
            }
        }
        events.extend(reader.finish());
        events
    }

    #[test]
    fn events_are_read_alike_however_they_are_cut() {
        let wire = b"\xef\xbb\xbf: hi\n\nevent: add\ndata: 1\ndata:2\nid: 7\n\n\n\rdata\r\rretry: 9\r\n\r\ndata: lost";
        let whole = events(wire, wire.len());
        for size in 1..wire.len() {
            assert_eq!(events(wire, size), whole, "{size}");
        }
        let [comment, add, empty, retry] = &whole[..] else { panic!("{whole:?}") };
        assert_eq!(comment.comment.as_deref(), Some(&b"hi"[..]));
        assert!(!comment.dispatched);
        assert_eq!((&add.name[..], &add.data[..]), (&b"add"[..], &b"1\n2"[..]));
        assert_eq!(add.id.as_deref(), Some(&b"7"[..]));
        assert!(empty.dispatched && empty.data.is_empty());
        assert_eq!(retry.retry.as_deref(), Some(&b"9"[..]));
        assert_eq!(retry.end, wire.len() as u64 - 10);
    }

    #[test]
    fn a_line_of_any_length_takes_bounded_memory() {
        let mut reader = EventReader::default();
        let piece = vec![b'x'; 64 * 1024];
        for _ in 0..64 {
            assert!(reader.advance(&mut &piece[..]).is_none());
        }
        assert!(reader.line.len() <= MAX_EVENT_BYTES);
    }
}
