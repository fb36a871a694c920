//! One message with another.

use cassettes::meaning::Meaning;
use cassettes::wire::websocket::{Close, Kind, Message};

use crate::verify::body::compare_meanings;
use crate::verify::findings::Findings;
use crate::verify::show::{byte_count, show};
use crate::verify::{Place, Treatment, binary};

/// Everything in which the `nth` message (from 1) differs. In how many frames it came, how it was masked, and whether it was
/// compressed is no difference.
pub(super) fn compare(nth: u64, expected: &Message, actual: &Message, found: &mut Findings<'_>) {
    let place = |inside| Place::Message { nth, inside };
    if expected.kind != actual.kind {
        let (expected, actual) = (summary(expected), summary(actual));
        return found.differ(Treatment::Fail, place(None), expected, actual);
    }
    match (expected.close(), actual.close()) {
        (Some(was), Some(is)) if was != is => {
            found.differ(Treatment::Fail, place(None), close(was), close(is));
        }
        _ if expected.payload == actual.payload && expected.wire_len == actual.wire_len => {}
        _ => found.inside(
            |inside| place(Some(inside)),
            |found| compare_payloads(expected, actual, found),
        ),
    }
}

/// A message in a line.
pub(super) fn summary(message: &Message) -> String {
    match message.close() {
        Some(said) => close(said),
        None if message.kind == Kind::Text => format!("text {}", show(&message.payload)),
        None => format!("{} of {}", message.kind.name(), byte_count(message.payload.len())),
    }
}

fn close(said: Close<'_>) -> String {
    let code = said.code.map_or_else(|| "without a code".to_owned(), |code| code.to_string());
    format!("close {code} {}", show(said.reason)).trim_end().to_owned()
}

/// Of messages that differ on the wire, and perhaps in nothing but their compression.
fn compare_payloads(expected: &Message, actual: &Message, found: &mut Findings<'_>) {
    let (was, is) = (&*expected.payload, &*actual.payload);
    if was == is {
        // Both too long to be kept whole: their lengths are all that is left to compare.
        if !expected.compressed && !actual.compressed {
            let len = |message: &Message| format!("{} bytes", message.wire_len);
            found.differ(Treatment::Fail, Place::Body, len(expected), len(actual));
        }
        return;
    }
    if expected.kind == Kind::Text && expected.readable && actual.readable {
        let meaning = |text| Meaning::of(Some(b"text/plain"), text);
        compare_meanings(&meaning(was), &meaning(is), (was, is), found);
    } else if let Some(difference) = binary::first_difference(was, is) {
        found.push(difference.at_byte());
    }
}
