//! The documents under `docs/` say what the code does.

use std::path::Path;

use serde_json::Value;

use super::tests::{verdict, written};
use super::*;
use crate::verify::{HeaderRules, Place, Rules, Treatment};

pub(crate) fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The text of the first block fenced as `language`.
pub(crate) fn block(text: &str, language: &str) -> String {
    let (_, rest) = text.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

fn schema() -> Value {
    serde_json::from_str(&document("report.schema.json")).unwrap()
}

/// What of `value` is against `schema`, for the keywords that our schema uses.
pub(crate) fn problems(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return problems(root, &root["$defs"][name.rsplit('/').next().unwrap()], value, at);
    }
    let mut found = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            found.push(format!("{at}: {what} of {value}"));
        }
    };
    check(schema["const"].is_null() || schema["const"] == *value, "const");
    check(schema["enum"].as_array().is_none_or(|all| all.contains(value)), "enum");
    check(schema["minimum"].as_f64().is_none_or(|least| value.as_f64() >= Some(least)), "minimum");
    check(is_of_type(&schema["type"], value), "type");
    if let Some(any) = schema["anyOf"].as_array() {
        check(any.iter().any(|one| problems(root, one, value, at).is_empty()), "anyOf");
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        check(value.get(name.as_str().unwrap()).is_some(), &format!("required {name}"));
    }
    for item in value.as_array().into_iter().flatten() {
        found.extend(problems(root, &schema["items"], item, &format!("{at}[]")));
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        // Stricter than the schema: whatever is written is specified.
        let Some(schema) = schema["properties"].get(name) else {
            if !schema["properties"].is_null() {
                found.push(format!("{at}: {name} is not specified"));
            }
            continue;
        };
        found.extend(problems(root, schema, member, &format!("{at}.{name}")));
    }
    found
}

fn is_of_type(types: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("{other}"),
    };
    match types {
        Value::Null => true,
        Value::Array(all) => all.iter().any(is),
        one => is(one),
    }
}

fn assert_valid(document: &Value) {
    let schema = schema();
    let found = problems(&schema, &schema, document, "$");
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_json_report_is_as_its_schema_says() {
    assert_valid(&serde_json::from_str(&written(&verdict(), json::write)).unwrap());
}

#[test]
fn the_documented_example_is_as_the_schema_says() {
    assert_valid(&serde_json::from_str(&block(&document("report-schema.md"), "json")).unwrap());
}

#[test]
fn a_document_against_the_schema_is_noticed() {
    let mut document: Value = serde_json::from_str(&written(&verdict(), json::write)).unwrap();
    document["outcomes"][0]["kind"] = "odd".into();
    document["outcomes"][1]["mismatches"][0]["more"] = 1.into();
    let schema = schema();
    assert_eq!(problems(&schema, &schema, &document, "$").len(), 2);
}

#[test]
fn every_place_is_in_the_schema_and_in_the_document() {
    let name = || "n".to_owned();
    let inside = || Some(Box::new(Place::Path));
    let places = [
        Place::Method,
        Place::Target,
        Place::Path,
        Place::Query { name: name() },
        Place::QuerySpelling,
        Place::Version,
        Place::Status,
        Place::Reason,
        Place::Header { name: name(), nth: 1 },
        Place::HeaderOrder,
        Place::HeaderSpelling { name: name() },
        Place::Trailer { name: name(), nth: 1 },
        Place::Body,
        Place::BodySpelling,
        Place::Json { path: "$".into() },
        Place::Field { name: name() },
        Place::Part { number: 1, name: None, inside: inside() },
        Place::Line { number: 1 },
        Place::Byte { offset: 0 },
        Place::Sent { offset: 0 },
        Place::Framing,
        Place::Completeness,
        Place::Tail,
        Place::End,
        Place::ConnectionReuse,
        Place::Protocol,
        Place::Order,
        Place::Message { nth: 1, inside: inside() },
        Place::SignsOfLife,
        Place::Interim { nth: 1, inside: inside() },
        Place::Answer { inside: Box::new(Place::Path) },
    ];
    let (schema, text) = (schema(), document("report-schema.md"));
    for place in places {
        let value = serde_json::to_value(&place).unwrap();
        let found = problems(&schema, &schema["$defs"]["place"], &value, "place");
        assert!(found.is_empty(), "{found:?}");
        let kind = value["kind"].as_str().unwrap();
        assert!(text.contains(&format!("`{kind}`")), "{kind}");
    }
}

#[test]
fn the_documented_rules_are_the_defaults() {
    #[derive(serde::Deserialize)]
    struct File {
        verify: Rules,
    }
    let file: File = toml::from_str(&block(&document("retape-toml.md"), "toml")).unwrap();
    assert_eq!(file.verify, Rules::default());
}

#[test]
fn the_documented_volatile_headers_are_those_built_in() {
    let text = document("retape-toml.md");
    let (_, list) = text.split_once("They are noted:").unwrap();
    let list = list.split_once("`content-length`").unwrap().0;
    let names: Vec<_> = list.split('`').filter(|part| part.contains(char::is_alphabetic)).collect();
    assert_eq!(names, crate::verify::VOLATILE_HEADERS);
    for name in names {
        assert_eq!(HeaderRules::default().treatment(name.as_bytes()), Treatment::Note, "{name}");
    }
}
