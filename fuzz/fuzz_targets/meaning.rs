//! Any body of any type: read for its meaning, hashed whole and in pieces; and any target.

#![no_main]

use cassettes::meaning::json::{Document, write_canonical};
use cassettes::meaning::{BodyHasher, Meaning, body_key, request_key_of};
use libfuzzer_sys::fuzz_target;

const TYPES: [Option<&[u8]>; 7] = [
    None,
    Some(b"application/json"),
    Some(b"application/x-www-form-urlencoded"),
    Some(b"multipart/mixed; boundary=X"),
    Some(b"image/png"),
    Some(b"application/grpc"),
    Some(b"application/x-protobuf"),
];

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (kind, cut, body) = input;
    let content_type = TYPES[usize::from(kind) % TYPES.len()];
    let key = body_key(content_type, body);
    assert_eq!(key == 0, body.is_empty());

    let (start, end) = body.split_at(body.len().min(cut.into()));
    let mut hasher = BodyHasher::new(content_type);
    hasher.update(start);
    hasher.update(end);
    assert_eq!(hasher.finish(), key);

    if let Meaning::Json(document) = Meaning::of(content_type, body) {
        let mut canonical = Vec::new();
        write_canonical(document.root(), &mut canonical);
        let again = Document::parse(&canonical).expect("canonical JSON is JSON");
        assert!(again.root().same(&document.root()));
        assert_eq!(body_key(content_type, &canonical), key);
    }
    request_key_of(b"GET", body);
});
