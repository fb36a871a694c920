//! Bodies of length-prefixed messages.

use std::borrow::Cow;

use super::MAX_MEANING_BYTES;
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
    let mut room = MAX_MEANING_BYTES;
    for message in messages {
        text.push(message.flags);
        match content(message, &mut room).and_then(|content| to_json(&content, None)) {
            Some(json) => write_part(b'j', json.as_bytes(), text),
            None => write_part(b'b', &message.payload, text),
        }
    }
}

/// Without its compression, as long as there is `room` for what that holds. Which coding it is tell its own first bytes: the header field
/// that names it is no part of the body.
fn content<'a>(message: &'a Message, room: &mut usize) -> Option<Cow<'a, [u8]>> {
    if !message.is_compressed() {
        return Some(Cow::Borrowed(&message.payload));
    }
    let coding: &[u8] = match message.payload.get(..2)? {
        [0x1f, 0x8b] => b"gzip",
        [0x78, _] => b"deflate",
        _ => return None,
    };
    if *room == 0 {
        return None;
    }
    let content = message.content(Some(coding))?;
    let left = room.checked_sub(content.len());
    *room = left.unwrap_or(0);
    left.map(|_| content)
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
    use std::io::Read;

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

    fn compressed(content: &[u8], level: u32, zlib: bool) -> Vec<u8> {
        let (level, mut packed) = (flate2::Compression::new(level), Vec::new());
        if zlib {
            flate2::read::ZlibEncoder::new(content, level).read_to_end(&mut packed).unwrap();
        } else {
            flate2::read::GzEncoder::new(content, level).read_to_end(&mut packed).unwrap();
        }
        let mut body = vec![1];
        body.extend(u32::try_from(packed.len()).unwrap().to_be_bytes());
        body.extend(packed);
        body
    }

    #[test]
    fn a_compressed_message_is_known_by_what_it_holds() {
        let maps: [&[u8]; 2] =
            [b"\x0a\x03\x0a\x01a\x0a\x03\x0a\x01b", b"\x0a\x03\x0a\x01b\x0a\x03\x0a\x01a"];
        for zlib in [false, true] {
            let [one, other] = maps.map(|map| compressed(map, 6, zlib));
            assert_ne!(one, other);
            assert_eq!(key(&one), key(&other));
            assert_eq!(key(&one), key(&compressed(maps[0], 0, zlib)));
            assert_ne!(key(&one), key(&compressed(b"\x0a\x03\x0a\x01a", 6, zlib)));
        }
    }

    #[test]
    fn what_a_small_body_inflates_to_is_bounded() {
        // A field of zeros: 4 MiB in 4 KiB.
        let mut large = b"\x0a\x80\x80\x80\x02".to_vec();
        large.resize(large.len() + (4 << 20), 0);
        let (fast, best) = (compressed(&large, 1, false), compressed(&large, 9, false));
        assert_ne!(key(&fast), key(&best), "by their bytes");
    }

    #[test]
    fn messages_cut_otherwise_are_others() {
        assert_ne!(
            key(b"\0\0\0\0\x02\x08\x01\0\0\0\0\x02\x10\x02"),
            key(b"\0\0\0\0\x04\x08\x01\x10\x02")
        );
    }
}
