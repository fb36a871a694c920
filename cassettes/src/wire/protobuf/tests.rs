use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::meaning::json::Document;

fn json(message: &[u8]) -> String {
    to_json(message, None).unwrap()
}

/// One field: its tag, then its bytes.
fn field(number: u8, wire_type: u8, bytes: &[u8]) -> Vec<u8> {
    [&[number << 3 | wire_type][..], bytes].concat()
}

fn bytes(number: u8, bytes: &[u8]) -> Vec<u8> {
    field(number, 2, &[&[u8::try_from(bytes.len()).unwrap()], bytes].concat())
}

fn varint(number: u8, value: u8) -> Vec<u8> {
    field(number, 0, &[value])
}

/// `message Person { string name = 1; repeated sint32 marks = 2; map<string, int32> ages = 3; Kind kind = 4; double x = 5; }`,
/// and `service Book { rpc Add(Person) returns (Person); }`, in package `a`.
fn descriptors() -> Descriptors {
    let text = |number, text: &str| bytes(number, text.as_bytes());
    let field = |name, number, label, kind, of: &str| {
        let parts =
            [text(1, name), varint(3, number), varint(4, label), varint(5, kind), text(6, of)];
        bytes(2, &parts.concat())
    };
    let entry = [
        text(1, "AgesEntry"),
        field("key", 1, 1, 9, ""),
        field("value", 2, 1, 5, ""),
        bytes(7, &varint(7, 1)),
    ];
    let person = [
        text(1, "Person"),
        field("name", 1, 1, 9, ""),
        field("marks", 2, 3, 17, ""),
        field("ages", 3, 3, 11, ".a.Person.AgesEntry"),
        field("kind", 4, 1, 14, ".a.Kind"),
        field("x", 5, 1, 1, ""),
        bytes(3, &entry.concat()),
    ];
    let kind = [text(1, "Kind"), bytes(2, &[text(1, "ADULT"), varint(2, 1)].concat())];
    let add = [text(1, "Add"), text(2, ".a.Person"), text(3, ".a.Person")];
    let book = [text(1, "Book"), bytes(2, &add.concat())];
    let file = [
        text(2, "a"),
        long(4, &person.concat()),
        bytes(5, &kind.concat()),
        bytes(6, &book.concat()),
    ];
    Descriptors::read(&long(1, &file.concat())).unwrap()
}

/// A length-delimited field of 128 bytes and more.
fn long(number: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let prefix = [
        number << 3 | 2,
        u8::try_from(len & 0x7f).unwrap() | 0x80,
        u8::try_from(len >> 7).unwrap(),
    ];
    [&prefix[..], content].concat()
}

#[test]
fn a_message_is_read_by_field_number() {
    let message = [
        varint(3, 7),
        bytes(1, b"Ada"),
        field(5, 5, &1_u32.to_le_bytes()),
        field(6, 1, &2_u64.to_le_bytes()),
        bytes(2, &varint(1, 5)),
        bytes(2, &varint(9, 6)),
        bytes(4, b"\xff\xff"),
        [field(7, 3, b""), varint(1, 1), field(7, 4, b"")].concat(),
    ];
    let expected = r#"{"1":"Ada","2":[{"1":5},{"9":6}],"3":7,"4":{"bytes":"//8="},"5":{"fixed32":1},"6":{"fixed64":2},"7":{"group":{"1":1}}}"#;
    assert_eq!(json(&message.concat()), expected);
    assert_eq!(json(b""), "{}");
}

#[test]
fn the_order_of_a_map_means_nothing() {
    let entry = |key: &str, value| bytes(3, &[bytes(1, key.as_bytes()), varint(2, value)].concat());
    let (one, other) = ([entry("a", 1), entry("b", 2)], [entry("b", 2), entry("a", 1)]);
    assert_eq!(json(&one.concat()), json(&other.concat()));
}

#[test]
fn what_is_no_message_is_told_with_its_place() {
    for (message, problem) in [
        (&b"\x08"[..], ProtobufProblem::Truncated),
        (b"\x0a\x05abc", ProtobufProblem::Truncated),
        (b"\x0f\x00", ProtobufProblem::WireType),
        (b"\x00\x00", ProtobufProblem::Number),
        (b"\x0c", ProtobufProblem::GroupEnd),
        (b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", ProtobufProblem::Varint),
        (&[0x0b; 200], ProtobufProblem::Depth),
    ] {
        let error = fields(message).unwrap_err();
        assert_eq!(error.problem, problem, "{message:?}");
    }
    assert_eq!(fields(b"\x08\x01\x08").unwrap_err().offset, 2);
}

#[test]
fn a_schema_names_fields_and_tells_their_types() {
    let descriptors = descriptors();
    let schema = descriptors.request(b"/prefix/a.Book/Add");
    let message = [
        bytes(1, b"Ada"),
        bytes(2, &[1, 4]),
        varint(2, 3),
        bytes(3, &[bytes(1, b"x"), varint(2, 9)].concat()),
        varint(4, 1),
        field(5, 1, &1.5_f64.to_le_bytes()),
        varint(8, 1),
    ];
    let expected =
        r#"{"name":"Ada","marks":[-1,2,-2],"ages":{"x":9},"kind":"ADULT","x":1.5,"8":1}"#;
    assert_eq!(to_json(&message.concat(), schema).unwrap(), expected);
    // Of another type than the schema says.
    assert_eq!(to_json(&varint(1, 5), schema).unwrap(), r#"{"1":5}"#);
    assert!(descriptors.response(b"/a.Book/Remove").is_none());
}

#[test]
fn what_describes_nothing_is_refused() {
    assert!(matches!(Descriptors::read(b"\xff"), Err(DescriptorError::NotProtobuf(_))));
    assert_eq!(Descriptors::read(b""), Err(DescriptorError::Empty));
}

proptest! {
    #[test]
    fn any_message_is_well_formed_json(message in vec(any::<u8>(), 0..80)) {
        if let Some(text) = to_json(&message, None) {
            prop_assert!(Document::parse(text.as_bytes()).is_some(), "{}", text);
        }
        let _ = Descriptors::read(&message);
    }

    #[test]
    fn fields_in_another_order_are_the_same_message(
        values in vec((1..4_u8, any::<bool>()), 0..6),
    ) {
        let fields: Vec<_> = values.iter().map(|(number, value)| varint(*number, u8::from(*value))).collect();
        let mut sorted = fields.clone();
        sorted.sort_by_key(|field| field[0]);
        prop_assert_eq!(json(&fields.concat()), json(&sorted.concat()));
    }
}
