use super::*;

fn key(content_type: &str, body: &str) -> u64 {
    body_key(Some(content_type.as_bytes()), body.as_bytes())
}

/// The key of a canonical text, tag included.
fn hashed(canonical: &[u8]) -> u64 {
    hasher::first_eight(&blake3::hash(canonical))
}

#[test]
fn no_body_has_the_key_zero_whatever_its_type() {
    for content_type in [None, Some(&b"application/json"[..]), Some(b"image/png")] {
        assert_eq!(body_key(content_type, b""), 0);
        assert_eq!(BodyHasher::new(content_type).finish(), 0);
    }
}

#[test]
fn keys_are_the_hashes_that_the_format_specifies() {
    assert_eq!(key("application/json", " {\"a\": 1.0} "), hashed(b"json\n{\"a\":1}"));
    assert_eq!(
        key("application/x-www-form-urlencoded", "b=2&a=x+y"),
        hashed(b"form\n\x01\0\0\0a\x03\0\0\0x y\x01\0\0\0b\x01\0\0\x002")
    );
    assert_eq!(key("image/png", "\x01"), hashed(b"bytes\n\x01"));
    assert_eq!(key("application/json", "{broken"), hashed(b"bytes\n{broken"));
    let inner = hashed(b"bytes\none").to_le_bytes();
    let multipart = [b"multipart\n\x01\0\0\0\x01\0\0\0a\x01\0\0\0b", &inner[..]].concat();
    assert_eq!(
        key("multipart/mixed; boundary=X", "--X\r\nA: b\r\n\r\none\r\n--X--"),
        hashed(&multipart)
    );
}

#[test]
fn json_that_a_client_calls_a_form_or_text_is_json() {
    let expected = key("application/json", "{\"a\":1,\"b\":2}");
    for content_type in ["application/x-www-form-urlencoded", "text/plain;charset=UTF-8", ""] {
        assert_eq!(key(content_type, "{\"b\":2, \"a\":1}"), expected, "{content_type}");
    }
    assert_ne!(key("text/html", "{\"b\":2, \"a\":1}"), expected);
}

#[test]
fn a_multipart_means_the_same_under_any_boundary() {
    let body = |boundary: &str| {
        format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1\r\n--{boundary}--\r\n"
        )
    };
    let of =
        |boundary: &str| key(&format!("multipart/form-data; boundary={boundary}"), &body(boundary));
    assert_eq!(of("one"), of("two"));
    assert_ne!(of("one"), key("multipart/form-data; boundary=no", &body("one")));
}

#[test]
fn a_body_over_the_limit_is_bytes() {
    let body = format!("[{}]", " ".repeat(MAX_MEANING_BYTES));
    assert_eq!(key("application/json", &body), hashed(&[b"bytes\n", body.as_bytes()].concat()));
}

#[test]
fn multiparts_nested_too_deep_are_bytes() {
    let nested = (0..50).fold(String::from("x"), |inner, level| {
        format!(
            "--b{level}\r\ncontent-type: multipart/mixed; boundary=b{}\r\n\r\n{inner}\r\n--b{level}--",
            level - 1
        )
    });
    assert_ne!(key("multipart/mixed; boundary=b49", &nested), 0);
}

#[test]
fn meanings_are_named_by_what_they_hold() {
    let name = |content_type: Option<&str>, body: &[u8]| {
        Meaning::of(content_type.map(str::as_bytes), body).name()
    };
    assert_eq!(name(None, b""), "empty");
    assert_eq!(name(None, b"[1]"), "json");
    assert_eq!(name(None, b"hello\n"), "text");
    assert_eq!(name(None, b"\x00\x01"), "binary");
    assert_eq!(name(Some("application/x-www-form-urlencoded"), b"a=1"), "form");
    assert_eq!(name(Some("text/html"), b"\xff"), "binary");
}

proptest::proptest! {
    #[test]
    fn a_streamed_body_has_the_key_of_the_whole(
        body in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
        json in proptest::bool::ANY,
        cuts in proptest::collection::vec(0usize..200, 0..5),
    ) {
        let content_type = Some(if json { &b"application/json"[..] } else { b"image/png" });
        let mut hasher = BodyHasher::new(content_type);
        let mut cuts = cuts.into_iter().map(|cut| cut.min(body.len())).collect::<Vec<_>>();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        cuts.windows(2).for_each(|pair| hasher.update(&body[pair[0]..pair[1]]));
        proptest::prop_assert_eq!(hasher.finish(), body_key(content_type, &body));
    }

    #[test]
    fn any_bytes_of_any_type_have_a_meaning_and_a_key(
        body in proptest::collection::vec(proptest::sample::select(&b"{}[]\",:\\u0e-1 tn&=%+-X\r\n"[..]), 1..100),
        content_type in proptest::sample::select(&["application/json", "multipart/mixed; boundary=X", "application/x-www-form-urlencoded", "text/plain"][..]),
    ) {
        let content_type = Some(content_type.as_bytes());
        proptest::prop_assert_ne!(body_key(content_type, &body), 0);
        if let Meaning::Json(document) = Meaning::of(content_type, &body) {
            let mut canonical = Vec::new();
            json::write_canonical(document.root(), &mut canonical);
            let again = json::Document::parse(&canonical).unwrap();
            proptest::prop_assert!(again.root().same(&document.root()));
        }
    }
}

#[test]
fn a_streamed_body_over_the_limit_has_the_key_of_the_whole() {
    let body = vec![b'['; MAX_MEANING_BYTES + 10];
    let mut hasher = BodyHasher::new(Some(b"application/json"));
    body.chunks(100_000).for_each(|piece| hasher.update(piece));
    assert_eq!(hasher.finish(), body_key(Some(b"application/json"), &body));
}
