//! Bodies, by what they mean.

use super::*;

pub(super) fn bodies_by(rules: &Rules, media: &str, expected: &str, actual: &str) -> Vec<String> {
    let header = format!("Content-Type: {media}");
    let with = |body: &str| request("POST /", &[&header], body);
    compared_by(rules, &with(expected), &with(actual))
}

fn json(expected: &str, actual: &str) -> Vec<String> {
    bodies_by(&Rules::default(), "application/json", expected, actual)
}

#[test]
fn json_differs_by_path() {
    assert_eq!(
        json(r#"{"a":[1,{"b":"x"}],"c":null,"d":1.0}"#, r#"{"d":1,"a":[1,{"b":"y"}],"e":{}}"#),
        ["body $.a[1].b: \"x\" → \"y\"", "body $.c: null → -", "body $.e: - → {}"]
    );
    assert_eq!(json(r#"{"a":1}"#, "[1]"), ["body $: {\"a\":1} → [1]"]);
    assert_eq!(json(r#"{"a b":1}"#, r#"{"a b":2}"#), ["body $['a b']: 1 → 2"]);
    assert_eq!(
        json(r#"{"n":12345678901234567890123}"#, r#"{"n":12345678901234567890124}"#),
        ["body $.n: 12345678901234567890123 → 12345678901234567890124"]
    );
}

#[test]
fn json_of_another_spelling_is_a_note() {
    assert_eq!(
        json(r#"{"a":1,"b":"é"}"#, r#"{"b": "\u00e9", "a": 1.0}"#),
        [r#"(note) spelling of the body: {"a":1,"b":"é"} → {"b": "\u00e9", "a": 1.0}"#]
    );
}

#[test]
fn an_element_put_into_an_array_is_one_difference() {
    assert_eq!(json("[1,2,3,4]", "[1,9,2,3,4]"), ["body $[1]: - → 9"]);
    assert_eq!(json("[1,2,3,4]", "[1,3,4]"), ["body $[1]: 2 → -"]);
    assert_eq!(json("[{\"a\":1},2]", "[{\"a\":2},2]"), ["body $[0].a: 1 → 2"]);
}

#[test]
fn members_of_one_name_are_told_apart() {
    assert_eq!(json(r#"{"a":1,"a":2}"#, r#"{"a":1,"a":3}"#), ["body $.a: 2 → 3"]);
    assert_eq!(json(r#"{"a":1,"a":2}"#, r#"{"a":1}"#), ["body $.a: 2 → -"]);
}

#[test]
fn ignored_places_in_json_do_not_count() {
    let rules: Rules = toml::from_str("ignore-json = ['$..id', '$.list[*].at']").unwrap();
    let was = r#"{"id":1,"list":[{"at":1,"b":1}],"x":{"id":2}}"#;
    let is = r#"{"list":[{"at":2,"b":1}],"x":{"id":3}}"#;
    assert_eq!(bodies_by(&rules, "application/json", was, is), NONE);
    let is = r#"{"list":[{"at":2,"b":2}],"x":{"id":3}}"#;
    assert_eq!(bodies_by(&rules, "application/json", was, is), ["body $.list[0].b: 1 → 2"]);
}

#[test]
fn a_body_with_more_differences_than_anyone_reads_is_cut_off() {
    let list = |value: &str| format!("[{}]", vec![value; 1000].join(","));
    let found = json(&list("1"), &list("2"));
    assert_eq!(found.len(), MAX_MISMATCHES + 1);
}

#[test]
fn forms_differ_by_field() {
    let form = |was, is| {
        let rules = Rules { ignore_fields: vec!["token".into()], ..Rules::default() };
        bodies_by(&rules, "application/x-www-form-urlencoded", was, is)
    };
    assert_eq!(
        form("a=1&b=x+y&token=1", "b=x%20z&c=&token=2"),
        ["field a: 1 → -", "field b: x y → x z", "field c: - → "]
    );
    assert_eq!(form("a=1&b=2", "b=2&a=1"), ["(note) spelling of the body: a=1&b=2 → b=2&a=1"]);
}

#[test]
fn multiparts_differ_by_part_and_not_by_boundary() {
    let body = |boundary: &str, value: &str, json: &str| {
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{value}\r\n--{boundary}\r\n\
             Content-Disposition: form-data; name=\"b\"\r\nContent-Type: application/json\r\n\r\n{json}\r\n--{boundary}--\r\n"
        )
    };
    let with = |boundary: &str, value: &str, json: &str| {
        let header = format!("Content-Type: multipart/form-data; boundary={boundary}");
        request("POST /", &[&header], &body(boundary, value, json))
    };
    let found = compared(&with("X1", "1", r#"{"c":1}"#), &with("X2", "1", r#"{"c":1}"#));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|line| line.starts_with("(note)")), "{found:?}");
    let found = compared(&with("X1", "1", r#"{"c":1}"#), &with("X1", "2", r#"{"c":2}"#));
    assert_eq!(found, ["part 1 (a) body line 1: 1 → 2", "part 2 (b) body $.c: 1 → 2"]);
}

#[test]
fn text_differs_by_line() {
    let rules = Rules::default();
    let found = bodies_by(&rules, "text/plain", "one\ntwo\nthree\n", "one\n2\nthree\nfour\n");
    assert_eq!(found, ["body line 2: two → 2\nfour"]);
    let found = bodies_by(&rules, "text/plain", "a\r\n", "a\n");
    assert_eq!(found, ["body line 1: a\\r → a"]);
}

#[test]
fn other_bodies_differ_by_byte_and_absent_ones_as_a_whole() {
    let rules = Rules::default();
    assert_eq!(bodies_by(&rules, "image/png", "\0a", "\0b"), ["body byte 1: 2 bytes → 2 bytes"]);
    assert_eq!(
        compared(&request("POST /", &[], "x"), &request("POST /", &[], "")),
        ["body: x → -", "(note) framing: content-length: 1 → no body"]
    );
}

#[test]
fn coded_bodies_differ_by_their_content() {
    let zstd = |text: &str, level| zstd::encode_all(text.as_bytes(), level).unwrap();
    let with = |body: Vec<u8>| {
        let head = format!(
            "POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Encoding: zstd\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let bytes = [head.into_bytes(), body].concat().into();
        let chunk = Chunk { direction: Direction::ToServer, at: Timestamp::ZERO, bytes };
        let connection = ConnectionId(0);
        View::of(&Exchange { connection, protocol: Protocol::Http1, chunks: vec![chunk] })
    };
    let found = |was, is| {
        let (context, rules) = (CompareContext::default(), Rules::default());
        shown(&compare_requests(&with(was), &with(is), &context, &rules))
    };
    assert_eq!(found(zstd("{\"a\":1}", 1), zstd("{\"a\":2}", 1)), ["body $.a: 1 → 2"]);
    let long = format!("[{}1]", "1,".repeat(5000));
    let notes = found(zstd(&long, -5), zstd(&long, 19));
    assert!(notes.len() == 1 && notes[0].starts_with("(note) spelling of the body"), "{notes:?}");
}
