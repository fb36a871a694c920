//! Server-sent events.

mod bad_event_json;
mod burst;
mod comments_only;
mod cut_event;
mod error_event;
mod event_line_ends;
mod event_retry;
mod no_done;
mod no_final_blank_line;
mod split_utf8;
#[cfg(test)]
mod tests;

use super::places::Content;
use crate::fault::{Kind, Misfit, Scene};
use crate::wire::messages::StreamKind;
use crate::wire::sse::{Event, EventReader};

pub(super) const KINDS: &[&Kind] = &[
    &cut_event::KIND,
    &burst::KIND,
    &split_utf8::KIND,
    &error_event::KIND,
    &event_line_ends::KIND,
    &comments_only::KIND,
    &no_final_blank_line::KIND,
    &event_retry::KIND,
    &no_done::KIND,
    &bad_event_json::KIND,
];

/// The content of an answer of events.
fn events(scene: &Scene<'_>) -> Result<Content, Misfit> {
    let content = Content::of(scene);
    let is_stream = content.layout.stream == Some(StreamKind::Events);
    if is_stream && !content.layout.events.is_empty() {
        return Ok(content);
    }
    Err(Misfit::new("it needs an answer of server-sent events (`text/event-stream`)"))
}

/// What an event says.
fn read(bytes: &[u8]) -> Event {
    let mut reader = EventReader::default();
    let event = reader.advance(&mut &*bytes);
    event.or_else(|| reader.finish()).unwrap_or_default()
}

/// A field of an event, a line for each line of its value.
fn put_field(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    for line in value.split(|byte| *byte == b'\n') {
        for part in [name.as_bytes(), b": ", line, b"\n"] {
            out.extend_from_slice(part);
        }
    }
}
