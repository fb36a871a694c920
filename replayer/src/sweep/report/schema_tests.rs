//! `docs/sweep-report.md` and its schema say what the code writes.

use serde_json::Value;

use super::json;
use super::tests::written;
use crate::report::schema_tests::{block, document, problems};
use crate::sweep::testing::report;
use crate::sweep::{Outcome, Shard};

fn schema() -> Value {
    serde_json::from_str(&document("sweep-report.schema.json")).unwrap()
}

fn found_in(report: &Value) -> Vec<String> {
    let schema = schema();
    problems(&schema, &schema, report, "$")
}

fn value() -> Value {
    let mut report = report();
    report.shard = Some(Shard { index: 1, count: 2 });
    serde_json::from_str(&written(&report, json::write)).unwrap()
}

#[test]
fn the_json_report_is_as_its_schema_says() {
    assert_eq!(found_in(&value()), Vec::<String>::new());
}

#[test]
fn the_documented_example_is_as_the_schema_says_and_is_read() {
    let example = block(&document("sweep-report.md"), "json");
    assert_eq!(found_in(&serde_json::from_str(&example).unwrap()), Vec::<String>::new());
    assert_eq!(json::read(example.as_bytes()).unwrap().results.len(), 1);
}

#[test]
fn a_report_against_the_schema_is_noticed() {
    let mut report = value();
    report["results"][0]["outcome"] = "odd".into();
    report["results"][1]["exit"] = "gone".into();
    report["baseline"]["more"] = 1.into();
    assert_eq!(found_in(&report).len(), 3, "{:#?}", found_in(&report));
}

#[test]
fn every_member_and_every_outcome_is_in_the_document() {
    let text = document("sweep-report.md");
    let report = value();
    let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let moment = report["results"][1]["timeline"][0].clone();
    let parts = [report["results"][1].clone(), report["baseline"].clone(), moment, report];
    for name in parts.iter().flat_map(members) {
        assert!(text.contains(&format!("`{name}`")), "{name}");
    }
    for outcome in Outcome::ALL {
        assert!(text.contains(&format!("| `{outcome}` |")), "{outcome}");
    }
}
