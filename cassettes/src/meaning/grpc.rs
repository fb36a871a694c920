//! Bodies of length-prefixed messages.

use crate::wire::grpc::{Message, MessageReader};
use crate::wire::protobuf::to_json;

/// Every message; none if the body does not end with one.
pub(super) fn messages(mut body: &[u8]) -> Option<Vec<Message>> {
    let mut reader = MessageReader::default();
    let mut messages = Vec::new();
    while !body.is_empty() {
        messages.extend(reader.advance(&mut body));
    }
    (!reader.is_amid_message()).then_some(messages)
}

pub(super) fn write_canonical(messages: &[Message], text: &mut Vec<u8>) {
    for message in messages {
        text.push(message.flags);
        let plain = !message.is_compressed();
        match plain.then(|| to_json(&message.payload, None)).flatten() {
            Some(json) => write_part(b'j', json.as_bytes(), text),
            None => write_part(b'b', &message.payload, text),
        }
    }
}

fn write_part(kind: u8, bytes: &[u8], text: &mut Vec<u8>) {
    text.push(kind);
    // A body is read for its meaning up to 1 MiB; its JSON form is no more than a few dozen times as long.
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    text.extend_from_slice(&len.to_le_bytes());
    text.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use crate::meaning::body_key;

    fn key(body: &[u8]) -> u64 {
        body_key(Some(b"application/grpc"), body)
    }

    #[test]
    fn messages_with_their_fields_in_another_order_have_the_same_key() {
        let one = b"\0\0\0\0\x04\x08\x01\x10\x02";
        assert_eq!(key(one), key(b"\0\0\0\0\x04\x10\x02\x08\x01"));
        assert_ne!(key(one), key(b"\0\0\0\0\x04\x10\x02\x08\x03"));
        assert_ne!(key(one), key(b"\x80\0\0\0\x04\x08\x01\x10\x02"));
    }

    #[test]
    fn messages_cut_otherwise_are_others() {
        assert_ne!(
            key(b"\0\0\0\0\x02\x08\x01\0\0\0\0\x02\x10\x02"),
            key(b"\0\0\0\0\x04\x08\x01\x10\x02")
        );
    }
}
