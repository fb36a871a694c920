//! What PostgreSQL says when something went wrong.

use std::ops::Range;

use bytes::{BufMut, Bytes, BytesMut};

use crate::fault::kinds::places::{Content, ranges};
use crate::fault::{End, Item, Misfit, Scene};
use crate::model::{Script, Step};
use crate::wire::dialects::postgres::is_ready;

/// `internal_error`: whatever a client does about some errors, it does not expect this one.
const INTERNAL_ERROR: &str = "XX000";

const DEFAULT_TEXT: &str = "broken on purpose";

/// Puts an error in the place of this message and of what follows it, until the server is ready again: a server that fails skips that, too. One that fails
/// before it was ready ends the connection.
pub(super) fn fail(
    scene: &Scene<'_>,
    content: &Content,
    message: &Range<u64>,
    text: Option<&str>,
) -> Result<Script, Misfit> {
    let is_ready = |range: &Range<u64>| is_ready(&content.slice(range));
    if is_ready(message) {
        return Err(Misfit::new("it needs another message than `ReadyForQuery`"));
    }
    let all = ranges(&content.layout.messages);
    let (before, after) = all.split_at(all.partition_point(|range| range.end <= message.start));
    let text = text.unwrap_or(DEFAULT_TEXT);
    if !before.iter().any(is_ready) {
        let all_after = Item::Content(message.start..content.len());
        return Ok(ended(scene.replace(all_after, error_response("FATAL", text))?));
    }
    let ready = after.iter().find(|range| is_ready(range));
    let end = ready.map_or(content.len(), |ready| ready.start);
    scene.replace(Item::Content(message.start..end), error_response("ERROR", text))
}

/// The connection ends after what is sent last.
fn ended(mut script: Script) -> Script {
    let last = script.steps.iter().rposition(|step| matches!(step, Step::Send(_)));
    script.steps.truncate(last.map_or(0, |last| last + 1));
    script.steps.extend(End::Close.of_connection());
    script
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
