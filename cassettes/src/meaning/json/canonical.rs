//! The one text of a JSON value that is hashed and compared.

use super::{Kind, Value, number, string};

/// Appends the value without white space, members sorted by name, numbers and strings in their one
/// spelling. Recurses no deeper than [`MAX_JSON_DEPTH`](super::MAX_JSON_DEPTH).
pub fn write_canonical(value: Value<'_>, out: &mut Vec<u8>) {
    match value.kind() {
        Kind::Null | Kind::Bool => out.extend_from_slice(value.text()),
        Kind::Number => number::write_number(value.text(), out),
        Kind::String => string::write(&value.string(), out),
        Kind::Array => write_array(value, out),
        Kind::Object => write_object(value, out),
    }
}

/// The canonical text of a value.
pub(super) fn of(value: Value<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    write_canonical(value, &mut out);
    out
}

fn write_array(array: Value<'_>, out: &mut Vec<u8>) {
    out.push(b'[');
    for (index, element) in array.elements().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_canonical(element, out);
    }
    out.push(b']');
}

fn write_object(object: Value<'_>, out: &mut Vec<u8>) {
    let mut members: Vec<_> = object.members().collect();
    // Stable: which of two members of one name comes last decides for most readers.
    members.sort_by(|(a, _), (b, _)| a.cmp(b));
    out.push(b'{');
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        string::write(name, out);
        out.push(b':');
        write_canonical(*value, out);
    }
    out.push(b'}');
}
