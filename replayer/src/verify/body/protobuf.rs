//! Protobuf messages by field, as the JSON that they are read as.

use cassettes::meaning::json::Document;

use super::{Sameness, json};
use crate::verify::findings::Findings;

/// Two messages as JSON text.
pub(super) fn compare(expected: &str, actual: &str, found: &mut Findings<'_>) -> Sameness {
    let documents = (Document::parse(expected.as_bytes()), Document::parse(actual.as_bytes()));
    match documents {
        (Some(was), Some(is)) => json::compare(was.root(), is.root(), found),
        // Nested deeper than JSON is read: only whether they are the same can be said.
        _ if expected == actual => Sameness::OtherSpelling,
        _ => super::compare_binary(expected.as_bytes(), actual.as_bytes(), found),
    }
}
