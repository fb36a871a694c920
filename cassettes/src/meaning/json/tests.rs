use super::*;

fn canonical(text: &str) -> Option<String> {
    let document = Document::parse(text.as_bytes())?;
    Some(String::from_utf8(canonical::of(document.root())).unwrap())
}

#[test]
fn members_are_sorted_and_white_space_dropped() {
    assert_eq!(
        canonical(" { \"b\" : [ 1 , {} , [ ] ] ,\n\"a\":null,\"A\":true}\t").as_deref(),
        Some(r#"{"A":true,"a":null,"b":[1,{},[]]}"#)
    );
}

#[test]
fn members_of_one_name_keep_their_order_and_number() {
    assert_eq!(canonical(r#"{"a":2,"b":0,"a":1}"#).as_deref(), Some(r#"{"a":2,"a":1,"b":0}"#));
}

#[test]
fn numbers_count_by_their_exact_decimal_value() {
    let cases = [
        ("0", "0"),
        ("-0.0e7", "0"),
        ("10", "1e1"),
        ("1.50", "15e-1"),
        ("-120e-1", "-12"),
        ("1E+2", "1e2"),
        ("0.001", "1e-3"),
        ("12345678901234567890123456789", "12345678901234567890123456789"),
        ("1E99999999999999999999", "1e99999999999999999999"),
        ("1.0E9223372036854775807", "1e9223372036854775807"),
    ];
    for (written, expected) in cases {
        assert_eq!(canonical(written).as_deref(), Some(expected), "{written}");
    }
}

#[test]
fn strings_count_by_what_they_say() {
    assert_eq!(canonical(r#""\u0041\/\n\u00e9\ud83d\ude00""#).as_deref(), Some("\"A/\\u000aé😀\""));
    let lone = Document::parse(br#""\ud800x""#).unwrap();
    assert_eq!(lone.root().string().as_ref(), b"\xed\xa0\x80x");
}

#[test]
fn what_is_not_json_is_refused() {
    let bad = [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\"}",
        "{\"a\":1,}",
        "01",
        "1.",
        ".5",
        "1e",
        "+1",
        "tru",
        "nul",
        "\"a",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "[1 2]",
        "{a:1}",
        "1 2",
        "NaN",
        "'a'",
    ];
    for text in bad {
        assert!(Document::parse(text.as_bytes()).is_none(), "{text:?}");
    }
}

#[test]
fn fifty_thousand_levels_are_refused_without_harm() {
    for open in ["[", "{\"a\":"] {
        assert!(Document::parse(open.repeat(50_000).as_bytes()).is_none());
    }
    let deepest = "[".repeat(MAX_JSON_DEPTH) + &"]".repeat(MAX_JSON_DEPTH);
    assert_eq!(canonical(&deepest), Some(deepest));
}

#[test]
fn a_document_is_walked_by_elements_and_members() {
    let document = Document::parse(br#"{"a":[1,[2,3],"x"],"b":{"c":null}}"#).unwrap();
    let members: Vec<_> = document.root().members().collect();
    assert_eq!(members[0].0.as_ref(), b"a");
    let texts: Vec<_> = members[0].1.elements().map(|value| value.text()).collect();
    assert_eq!(texts, [&b"1"[..], b"[2,3]", b"\"x\""]);
    assert_eq!(members[1].1.members().count(), 1);
    assert_eq!(members[1].1.elements().count(), 0);
}

#[test]
fn values_are_the_same_whatever_their_spelling() {
    let same = |a: &str, b: &str| {
        let (a, b) = (Document::parse(a.as_bytes()), Document::parse(b.as_bytes()));
        a.unwrap().root().same(&b.unwrap().root())
    };
    assert!(same(r#"{"a":1.0,"b":"é"}"#, r#"{"b":"\u00e9", "a":1}"#));
    assert!(!same(r#"{"a":1}"#, r#"{"a":1,"a":1}"#));
    assert!(!same("\"1\"", "1"));
    assert!(!same("[1,2]", "[2,1]"));
    assert!(!same("0.1", "0.10000000000000001"));
}
