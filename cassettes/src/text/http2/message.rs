//! A message of HTTP/2 in the notation of HTTP/1's, and the frames that it stands for.

use bytes::{Bytes, BytesMut};

use crate::text::error::Problem;
use crate::text::head::{is_two_words, lines, push_lines};
use crate::text::message::{Parts, Role, Size, Wire};
use crate::wire::http::spelling::{field_of, request_fields, response_fields};
use crate::wire::http1::{HeaderLine, RequestHead, ResponseHead};
use crate::wire::http2::hpack::{Field, encode_standalone};
use crate::wire::http2::{DEFAULT_FRAME_BYTES, compose};

/// What the frames of a message's stream need to know besides the message.
#[derive(Debug, Clone, Copy)]
pub(in crate::text) struct Stream<'a> {
    pub(in crate::text) number: u32,
    /// What requests say for `:scheme`.
    pub(in crate::text) scheme: &'a str,
}

impl Stream<'_> {
    /// The message on the wire. Of the parts, `chunked` are the sizes of DATA frames; without it they are as long
    /// as any receiver takes.
    pub(in crate::text) fn assemble(self, parts: &Parts, role: Role) -> Result<Wire, Problem> {
        let head = Head::complete(parts, role, self.scheme).ok_or(Problem::Http2Head)?;
        let trailers = trailers(&parts.trailers).ok_or(Problem::Http2Head)?;
        let data = data(parts)?;
        let goes_on = parts.incomplete || head.is_interim;
        let ends_at_head = data.is_empty() && trailers.is_empty() && !goes_on;
        let mut out = BytesMut::new();
        let block = encode_standalone(&head.fields);
        compose::headers(self.number, block, ends_at_head).write(&mut out);
        let head_len = out.len();
        let last = data.len().saturating_sub(1);
        for (n, piece) in data.into_iter().enumerate() {
            let ends = n == last && trailers.is_empty() && !goes_on;
            compose::data(self.number, piece, ends).write(&mut out);
        }
        if !trailers.is_empty() {
            compose::headers(self.number, encode_standalone(&trailers), !goes_on).write(&mut out);
        }
        let bytes = out.to_vec();
        let is_continue = head.is_continue;
        Ok(Wire { bytes, head: Some(head_len), until_close: false, is_continue })
    }
}

struct Head {
    fields: Vec<Field>,
    is_interim: bool,
    is_continue: bool,
}

impl Head {
    /// `GET /` is `GET / HTTP/2`, `404 Not Found` is `HTTP/2 404`.
    fn complete(parts: &Parts, role: Role, scheme: &str) -> Option<Self> {
        let mut rest = lines(&parts.head);
        let first = rest.next().unwrap_or_default();
        let mut head = match role {
            Role::Request => {
                let asked = first.strip_suffix(b" HTTP/2").unwrap_or(first);
                [Some(asked).filter(|asked| is_two_words(asked))?, b" HTTP/2"].concat()
            }
            Role::Response(_) => [b"HTTP/2 ", status(first)].concat(),
        };
        head.extend_from_slice(b"\r\n");
        for line in rest {
            head.extend_from_slice(line);
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        Self::parse(&head, role, scheme)
    }

    fn parse(head: &[u8], role: Role, scheme: &str) -> Option<Self> {
        if role == Role::Request {
            let fields = request_fields(&RequestHead::parse(head).ok()?, scheme);
            return Some(Self { fields, is_interim: false, is_continue: false });
        }
        let head = ResponseHead::parse(head).ok()?;
        let status = head.status();
        let (is_interim, is_continue) = ((100..200).contains(&status), status == 100);
        Some(Self { fields: response_fields(&head), is_interim, is_continue })
    }
}

/// The three digits, with or without what HTTP/1 has around them.
fn status(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"HTTP/2 ").unwrap_or(line);
    line.split(|byte| *byte == b' ').next().unwrap_or_default()
}

/// The fields that a text's lines are; `None` if one is no field.
fn trailers(text: &[u8]) -> Option<Vec<Field>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    // A head of HTTP/1 knows how to read lines.
    let mut head = b"HTTP/2 200\r\n".to_vec();
    push_lines(&mut head, text);
    head.extend_from_slice(b"\r\n");
    let head = ResponseHead::parse(&head).ok()?;
    Some(head.headers().map(|line: HeaderLine<'_>| field_of(&line)).collect())
}

/// The body, cut into frames.
fn data(parts: &Parts) -> Result<Vec<Bytes>, Problem> {
    let mut rest = Bytes::copy_from_slice(parts.body.as_deref().unwrap_or_default());
    let mut pieces = Vec::new();
    for size in parts.chunked.as_deref().unwrap_or(&[Size::Rest]) {
        match size {
            Size::Bytes(size) => match usize::try_from(*size) {
                Ok(size) if size <= rest.len() => pieces.push(rest.split_to(size)),
                _ => return Err(parts.chunks_differ()),
            },
            Size::Line(_) => return Err(parts.chunks_differ()),
            Size::Rest => {
                let all = std::mem::take(&mut rest);
                let most = DEFAULT_FRAME_BYTES as usize;
                pieces.extend(all.chunks(most).map(|piece| all.slice_ref(piece)));
            }
        }
    }
    if rest.is_empty() { Ok(pieces) } else { Err(parts.chunks_differ()) }
}
