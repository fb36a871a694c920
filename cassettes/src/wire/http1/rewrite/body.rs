//! One answer's body on its way to the client.

use bytes::{BufMut, Bytes, BytesMut};

use super::Out;
use super::text::{Swap, Text};
use crate::wire::http1::{Framing, HeaderLine, ResponseHead};

/// Longest body of a known length in which an origin is replaced: it is withheld until it is whole, since its
/// head says how long it becomes. Pages and answers of APIs stay far below; what is longer is a download.
pub const MAX_REPLACED_BYTES: u64 = 1 << 20;

/// Types of text besides `text/…`, `…+json`, `…+xml`.
const TEXT_TYPES: [&[u8]; 7] = [
    b"application/json",
    b"application/x-ndjson",
    b"application/xml",
    b"application/javascript",
    b"application/x-javascript",
    b"application/ecmascript",
    b"application/x-www-form-urlencoded",
];

/// Fields that hold for the server's bytes only, so that these must stay.
const SEALS: [&str; 5] =
    ["content-md5", "content-digest", "repr-digest", "digest", "content-range"];

/// What is to be done about an origin in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// There is none: no body, or no text.
    Nothing,
    /// It is replaced.
    Replace,
    /// It cannot be replaced, and may be there.
    Leave,
}

impl Care {
    /// What an answer's head asks for.
    pub(super) fn of(head: &[u8], framing: Framing) -> Self {
        let Ok(head) = ResponseHead::parse(head) else { return Self::Nothing };
        let empty = matches!(framing, Framing::None | Framing::Length(0));
        if empty || !head.header("content-type").is_some_and(is_text) {
            return Self::Nothing;
        }
        let long = matches!(framing, Framing::Length(length) if length > MAX_REPLACED_BYTES);
        let sealed =
            head.headers().any(|line| SEALS.iter().any(|name| line.is(name)) || codes(&line));
        if long || sealed { Self::Leave } else { Self::Replace }
    }
}

/// A body, by the way it passes.
#[derive(Debug)]
pub(super) enum Body {
    /// As it came.
    AsItIs,
    /// Withheld with its head.
    Whole(Whole),
    /// In chunks of its own.
    Chunked(Chunked),
    /// The connection's end ends it.
    UntilClose(Text),
}

impl Body {
    /// One that the origin is replaced in; gives `head` away unless it is to be corrected.
    pub(super) fn replaced(head: Bytes, framing: Framing, out: Out<'_>) -> Self {
        let body = match framing {
            Framing::Length(length) => return Self::Whole(Whole::new(head, length)),
            Framing::Chunked => Self::Chunked(Chunked::default()),
            Framing::UntilClose => Self::UntilClose(Text::default()),
            Framing::None | Framing::EndStream => Self::AsItIs,
        };
        out(head);
        body
    }

    /// Takes what came, of which `data` is left without the transfer framing.
    pub(super) fn take(&mut self, raw: Bytes, data: Option<&Bytes>, swap: Swap<'_>, out: Out<'_>) {
        match (self, data) {
            (Self::AsItIs, _) if raw.is_empty() => {}
            (Self::AsItIs, _) => out(raw),
            (Self::Whole(whole), Some(data)) => whole.take(data, swap),
            (Self::UntilClose(text), Some(data)) => text.advance(data, swap, out),
            (Self::Whole(_) | Self::UntilClose(_), None) => {}
            (Self::Chunked(chunked), Some(data)) => chunked.take(data, swap, out),
            (Self::Chunked(chunked), None) => chunked.framing.put(raw),
        }
    }

    /// It is over, or no more of it comes: gives away what is withheld.
    pub(super) fn finish(&mut self, swap: Swap<'_>, out: Out<'_>) {
        match self {
            Self::AsItIs => {}
            Self::Whole(whole) => whole.finish(swap, out),
            Self::Chunked(chunked) => chunked.finish(swap, out),
            Self::UntilClose(text) => text.finish(swap, out),
        }
    }
}

/// A body of a known length, which may become another.
#[derive(Debug)]
pub(super) struct Whole {
    head: Bytes,
    /// What the head says.
    length: usize,
    /// How much of that has come.
    came: usize,
    text: Text,
    body: BytesMut,
}

impl Whole {
    fn new(head: Bytes, length: u64) -> Self {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Self { head, length, came: 0, text: Text::default(), body: BytesMut::new() }
    }

    fn take(&mut self, data: &Bytes, swap: Swap<'_>) {
        self.came += data.len();
        let body = &mut self.body;
        self.text.advance(data, swap, &mut |piece| body.put(piece));
    }

    /// A body that was cut short stays as many bytes short of its length.
    fn finish(&mut self, swap: Swap<'_>, out: Out<'_>) {
        let body = &mut self.body;
        self.text.finish(swap, &mut |piece| body.put(piece));
        let missing = self.length.saturating_sub(self.came);
        let length = self.body.len() + missing;
        out(if length == self.length {
            self.head.clone()
        } else {
            with_length(&self.head, length)
        });
        if !self.body.is_empty() {
            out(self.body.split().freeze());
        }
    }
}

/// A chunked body. Each piece of it becomes a chunk; chunk extensions do not survive that, which
/// RFC 9112 §7.1.1 lets nobody rely on. The last chunk and the trailers stay as they are.
#[derive(Debug, Default)]
pub(super) struct Chunked {
    text: Text,
    /// What came after the last data.
    framing: BytesMut,
}

impl Chunked {
    fn take(&mut self, data: &Bytes, swap: Swap<'_>, out: Out<'_>) {
        self.framing.clear();
        let mut pieces = Vec::new();
        self.text.advance(data, swap, &mut |piece| pieces.push(piece));
        chunk(pieces, out);
    }

    fn finish(&mut self, swap: Swap<'_>, out: Out<'_>) {
        let mut pieces = Vec::new();
        self.text.finish(swap, &mut |piece| pieces.push(piece));
        chunk(pieces, out);
        let framing = self.framing.split().freeze();
        // The end of the last data's chunk: that is given already.
        let end = [&b"\r\n"[..], b"\n", b"\r"].into_iter().find(|end| framing.starts_with(end));
        let framing = framing.slice(end.map_or(0, <[u8]>::len)..);
        if !framing.is_empty() {
            out(framing);
        }
    }
}

/// Gives away a chunk. One of no bytes would be the last.
fn chunk(pieces: Vec<Bytes>, out: Out<'_>) {
    let size: usize = pieces.iter().map(Bytes::len).sum();
    if size > 0 {
        out(format!("{size:x}\r\n").into());
        pieces.into_iter().for_each(&mut *out);
        out(Bytes::from_static(b"\r\n"));
    }
}

/// The head with another `Content-Length`, wherever it gives one.
fn with_length(head: &Bytes, length: usize) -> Bytes {
    let mut changed = BytesMut::with_capacity(head.len() + 8);
    let Ok(parsed) = ResponseHead::parse(head) else { return head.clone() };
    let mut copied = 0;
    for value in parsed.headers().all("content-length") {
        let start = value.as_ptr().addr() - head.as_ptr().addr();
        changed.put_slice(head.get(copied..start).unwrap_or_default());
        changed.put_slice(length.to_string().as_bytes());
        copied = start + value.len();
    }
    changed.put_slice(head.get(copied..).unwrap_or_default());
    changed.freeze()
}

fn is_text(content_type: &[u8]) -> bool {
    let end = memchr::memchr(b';', content_type).unwrap_or(content_type.len());
    let name = content_type.split_at(end).0.trim_ascii();
    let starts =
        |start: &[u8]| name.get(..start.len()).is_some_and(|n| n.eq_ignore_ascii_case(start));
    let ends = |end: &[u8]| {
        let at = name.len().checked_sub(end.len());
        at.and_then(|at| name.get(at..)).is_some_and(|n| n.eq_ignore_ascii_case(end))
    };
    starts(b"text/")
        || ends(b"+json")
        || ends(b"+xml")
        || TEXT_TYPES.iter().any(|text| name.eq_ignore_ascii_case(text))
}

/// Whether this line says that the body's bytes are not its text: a coding other than chunked and none.
fn codes(line: &HeaderLine<'_>) -> bool {
    let none: &[&[u8]] = match line {
        line if line.is("content-encoding") => &[b"identity", b""],
        line if line.is("transfer-encoding") => &[b"identity", b"", b"chunked"],
        _ => return false,
    };
    let mut items = line.value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    !items.all(|item| none.iter().any(|none| item.eq_ignore_ascii_case(none)))
}
