//! What people read of a message: its name, and what it says in words.

use std::borrow::Cow;

use super::{CANCEL, GSS, SSL};
use crate::model::Direction;

/// Which fields of an error or a notice are shown: how bad it is, its SQLSTATE, and what it is.
const SHOWN_FIELDS: &[u8] = b"SCM";

/// A message without what only frames it. Of one that says who somebody is, only the name.
pub(in crate::wire::dialects) fn readable(direction: Direction, message: &[u8]) -> Vec<u8> {
    let (name, said) = match (direction, message) {
        (Direction::ToServer, [0, _, _, _, code @ ..]) => opening(code),
        (Direction::ToServer, [kind, _, _, _, _, content @ ..]) => asked(*kind, content),
        (Direction::ToClient, [kind, _, _, _, _, content @ ..]) => told(*kind, content),
        _ => return message.to_vec(),
    };
    let words: Vec<Cow<'_, [u8]>> = std::iter::once(name.as_bytes().into()).chain(said).collect();
    words.join(&b' ')
}

/// The server has done all that it was asked for.
pub(crate) fn is_ready(message: &[u8]) -> bool {
    message.first() == Some(&b'Z')
}

type Words<'a> = Vec<Cow<'a, [u8]>>;

fn opening(content: &[u8]) -> (&'static str, Words<'_>) {
    let code = number(content);
    let parameters = content.get(4..).unwrap_or_default();
    match code {
        Some(SSL) => ("SSLRequest", Vec::new()),
        Some(GSS) => ("GSSENCRequest", Vec::new()),
        Some(CANCEL) => ("CancelRequest", Vec::new()),
        _ => ("StartupMessage", strings(parameters)),
    }
}

fn asked(kind: u8, content: &[u8]) -> (&'static str, Words<'_>) {
    let all = || strings(content);
    // After a letter: S for a statement, P for a portal.
    let of = || strings(content.get(1..).unwrap_or_default());
    match kind {
        b'Q' => ("Query", all()),
        b'P' => ("Parse", two_strings(content)),
        b'B' => ("Bind", two_strings(content)),
        b'E' => ("Execute", two_strings(content)),
        b'D' => ("Describe", of()),
        b'C' => ("Close", of()),
        b'S' => ("Sync", Vec::new()),
        b'H' => ("Flush", Vec::new()),
        b'F' => ("FunctionCall", Vec::new()),
        b'd' => ("CopyData", vec![content.trim_ascii_end().into()]),
        b'c' => ("CopyDone", Vec::new()),
        b'f' => ("CopyFail", all()),
        b'p' => ("Password", Vec::new()),
        _ => ("Terminate", Vec::new()),
    }
}

fn told(kind: u8, content: &[u8]) -> (&'static str, Words<'_>) {
    let all = || strings(content);
    match kind {
        b'R' => ("Authentication", vec![method(content)]),
        b'K' => ("BackendKeyData", Vec::new()),
        b'S' => ("ParameterStatus", all()),
        b'T' => ("RowDescription", columns(content)),
        b'D' => ("DataRow", values(content)),
        b'C' => ("CommandComplete", all()),
        b'Z' => ("ReadyForQuery", vec![content.into()]),
        b'E' => ("ErrorResponse", fields(content)),
        b'N' => ("NoticeResponse", fields(content)),
        b'A' => ("Notification", strings(content.get(4..).unwrap_or_default())),
        b'd' => ("CopyData", vec![content.trim_ascii_end().into()]),
        other => (short(other), Vec::new()),
    }
}

/// Of messages that say nothing in words.
const fn short(kind: u8) -> &'static str {
    match kind {
        b'I' => "EmptyQueryResponse",
        b'G' => "CopyInResponse",
        b'H' => "CopyOutResponse",
        b'W' => "CopyBothResponse",
        b'V' => "FunctionCallResponse",
        b'c' => "CopyDone",
        b'n' => "NoData",
        b's' => "PortalSuspended",
        b't' => "ParameterDescription",
        b'1' => "ParseComplete",
        b'2' => "BindComplete",
        b'3' => "CloseComplete",
        b'v' => "NegotiateVersion",
        _ => "?",
    }
}

fn method(content: &[u8]) -> Cow<'_, [u8]> {
    match number(content) {
        Some(0) => b"Ok".into(),
        Some(3) => b"CleartextPassword".into(),
        Some(5) => b"MD5Password".into(),
        Some(10) => b"SASL".into(),
        Some(11) => b"SASLContinue".into(),
        Some(12) => b"SASLFinal".into(),
        other => other.unwrap_or_default().to_string().into_bytes().into(),
    }
}

/// Texts, each ended by NUL; empty ones say nothing.
fn strings(bytes: &[u8]) -> Words<'_> {
    let all = bytes.split(|byte| *byte == 0).filter(|text| !text.is_empty());
    all.map(Cow::from).collect()
}

/// The first two of them; what follows is numbers.
fn two_strings(bytes: &[u8]) -> Words<'_> {
    let two = bytes.split(|byte| *byte == 0).take(2).filter(|text| !text.is_empty());
    two.map(Cow::from).collect()
}

/// Of an error: each field has a letter.
fn fields(bytes: &[u8]) -> Words<'_> {
    let all = bytes.split(|byte| *byte == 0).filter_map(<[u8]>::split_first);
    all.filter(|(letter, _)| SHOWN_FIELDS.contains(letter)).map(|(_, text)| text.into()).collect()
}

/// Their names. Each is followed by 18 bytes about its table and its type.
fn columns(content: &[u8]) -> Words<'_> {
    let (mut names, mut rest) = (Vec::new(), content.get(2..).unwrap_or_default());
    while let Some(end) = memchr::memchr(0, rest) {
        names.extend(rest.get(..end).map(Cow::from));
        rest = rest.get(end + 1 + 18..).unwrap_or_default();
    }
    names
}

fn values(content: &[u8]) -> Words<'_> {
    let (mut values, mut rest) = (Vec::new(), content.get(2..).unwrap_or_default());
    while let Some(length) = number(rest) {
        rest = rest.get(4..).unwrap_or_default();
        // A length of -1 says that there is none.
        let Some(value) = usize::try_from(length).ok().and_then(|length| rest.get(..length)) else {
            values.push(b"NULL".into());
            continue;
        };
        values.push(value.into());
        rest = rest.get(value.len()..).unwrap_or_default();
    }
    values
}

fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}
