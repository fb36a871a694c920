//! Heads of messages, in HTTP/1.1.

use super::shape::Field;

/// What of a head does not outlive its connection or its framing: both are new.
const LEFT_OUT: [&str; 4] =
    ["content-length", "transfer-encoding", "keep-alive", "proxy-connection"];

/// A head that is being spelled.
#[derive(Debug)]
pub(super) struct Head {
    bytes: Vec<u8>,
    /// Fields that no head can hold.
    pub(super) dropped: u64,
}

impl Head {
    /// With this first line, which must be one.
    pub(super) fn new(line: &str) -> Self {
        Self { bytes: format!("{line}\r\n").into_bytes(), dropped: 0 }
    }

    /// Takes over all fields but those about framing, and but `also`. A value of several lines is that many fields, as
    /// browsers write `Set-Cookie`.
    pub(super) fn fields(&mut self, fields: &[Field<'_>], also: &[&str]) {
        for Field { name, value } in fields {
            let is = |other: &&str| name.eq_ignore_ascii_case(other);
            if name.starts_with(':') || LEFT_OUT.iter().any(is) || also.iter().any(is) {
                continue;
            }
            for value in value.split('\n') {
                self.field(name, value.trim());
            }
        }
    }

    /// One field, if it can be one.
    pub(super) fn field(&mut self, name: &str, value: &str) {
        let fits = is_token(name) && !value.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0));
        if !fits {
            self.dropped += 1;
            return;
        }
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(b": ");
        self.bytes.extend_from_slice(value.as_bytes());
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// With its empty line.
    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(b"\r\n");
        self.bytes
    }
}

/// The first value of a field.
pub(super) fn value<'a>(fields: &'a [Field<'_>], name: &str) -> Option<&'a str> {
    let found = fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
    found.map(|field| field.value.trim())
}

/// RFC 9110 §5.6.2: what methods and names of fields consist of.
pub(super) fn is_token(text: &str) -> bool {
    let is_mark = |byte: u8| b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
}
