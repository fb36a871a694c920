//! What PostgreSQL says when something went wrong.

use std::ops::Range;

use bytes::{BufMut, Bytes, BytesMut};

use crate::fault::kinds::places::Content;
use crate::fault::{Item, Misfit, Scene};
use crate::model::Script;
use crate::wire::dialects::postgres::is_ready;

/// `internal_error`: whatever a client does about some errors, it does not expect this one.
const INTERNAL_ERROR: &str = "XX000";

const DEFAULT_TEXT: &str = "broken on purpose";

/// Puts an error in the place of this message and of what follows it, until the server is ready again: a server that fails skips that, too.
pub(super) fn fail(
    scene: &Scene<'_>,
    content: &Content,
    message: &Range<u64>,
    text: Option<&str>,
) -> Result<Script, Misfit> {
    let all = messages(content);
    if is_ready(&content.slice(message)) {
        return Err(Misfit::new("it needs another message than `ReadyForQuery`"));
    }
    let ready = |range: &&Range<u64>| is_ready(&content.slice(range));
    let next = all.iter().filter(|range| range.start >= message.end).find(ready);
    let end = next.map_or(content.layout.messages.last().copied(), |ready| Some(ready.start));
    let has_begun =
        all.iter().take_while(|range| range.start < message.start).any(|range| ready(&range));
    let severity = if has_begun { "ERROR" } else { "FATAL" };
    let range = message.start..end.unwrap_or(message.end).max(message.end);
    scene.replace(Item::Content(range), error_response(severity, text.unwrap_or(DEFAULT_TEXT)))
}

fn messages(content: &Content) -> Vec<Range<u64>> {
    let ends = &content.layout.messages;
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, end)| start..*end).collect()
}

fn error_response(severity: &str, text: &str) -> Bytes {
    let (code, what) = state_and_text(text);
    let mut fields = BytesMut::new();
    for (letter, field) in [(b'S', severity), (b'V', severity), (b'C', code), (b'M', what)] {
        fields.put_u8(letter);
        fields.put_slice(field.as_bytes());
        fields.put_u8(0);
    }
    fields.put_u8(0);
    let mut message = BytesMut::from(&b"E"[..]);
    // The length counts itself.
    message.put_u32(u32::try_from(fields.len() + 4).unwrap_or(u32::MAX));
    message.unsplit(fields);
    message.freeze()
}

/// An SQLSTATE is five digits or upper-case letters.
fn state_and_text(text: &str) -> (&str, &str) {
    let is_state = |word: &str| {
        word.len() == 5
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    match text.split_once(' ') {
        Some((state, what)) if is_state(state) => (state, what),
        _ => (INTERNAL_ERROR, text),
    }
}
