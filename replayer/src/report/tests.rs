use std::io::{self, Write};

use super::*;
use crate::verify::{Gravity, Mismatch, Place};

fn exchange(number: usize) -> ExchangeRef {
    ExchangeRef { cassette: String::new(), number }
}

/// One outcome of each kind, with every shape of difference.
pub(super) fn verdict() -> Verdict {
    let failure = Gravity::Failure;
    let agent = Mismatch::changed(
        Place::Header { name: "user-agent".into(), nth: 1 },
        Gravity::Note,
        "curl/8.1",
        "curl/8.2",
    );
    let query = Place::Query { name: "page".into() };
    let order = Mismatch {
        place: Place::Order,
        gravity: failure,
        expected: None,
        actual: None,
        detail: Some("asked before #1 GET /users/1, which it followed in the recording".into()),
    };
    let line = Mismatch::changed(Place::Line { number: 2 }, failure, "two", "2")
        .with_detail("  one\n- two\n+ 2");
    let changed = vec![
        Mismatch::changed(query, failure, "page=2", "page=3"),
        Mismatch::missing(Place::Header { name: "accept".into(), nth: 2 }, failure, "a/b"),
        Mismatch::extra(Place::Json { path: "$.a[2].b".into() }, failure, "\"x\u{1b}[31m\""),
        line,
        agent.clone(),
    ];
    let candidate = Candidate {
        exchange: exchange(4),
        label: "POST /orders".into(),
        mismatches: vec![Mismatch::changed(Place::Path, failure, "/orders", "/order")],
    };
    Verdict::of(vec![
        Outcome::asked(exchange(1), "GET /users/1".into(), vec![agent]),
        Outcome::asked(exchange(2), "GET /users?page=2".into(), changed),
        Outcome::missing(exchange(3), "GET /health".into()),
        Outcome::asked(exchange(4), "POST /orders".into(), vec![order]),
        Outcome::extra("POST /order, 100%".into(), vec![candidate]),
    ])
}

pub(super) fn written(
    verdict: &Verdict,
    write: impl FnOnce(&Verdict, &mut dyn Write) -> io::Result<()>,
) -> String {
    let mut out = Vec::new();
    write(verdict, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Without ANSI escapes.
fn stripped(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once('m').unwrap().1)
}

#[test]
fn the_text_report_is_understood_at_a_glance() {
    insta::assert_snapshot!("txt", stripped(&written(&verdict(), text::write)));
}

#[test]
fn the_text_report_is_coloured_and_passes_no_escape_on_from_the_wire() {
    let text = written(&verdict(), text::write);
    assert!(text.contains("\u{1b}[31m    - page=2\u{1b}[0m"), "{text:?}");
    assert!(text.contains(r#"+ "x\u{1b}[31m""#), "{text:?}");
}

#[test]
fn the_json_report_keeps_its_shape() {
    insta::assert_snapshot!("json", written(&verdict(), json::write));
}

#[test]
fn the_junit_report_is_one_case_an_exchange() {
    let xml = written(&verdict(), junit::write);
    insta::assert_snapshot!("xml", xml);
    assert_eq!(xml.matches("<testcase ").count(), 5);
    assert_eq!(xml.matches("<failure ").count(), 4);
}

#[test]
fn the_github_report_is_one_escaped_command_a_difference() {
    insta::assert_snapshot!("github", written(&verdict(), github::write));
}

#[test]
fn beyond_what_github_shows_the_last_error_names_the_rest() {
    let missing = (1..=25).map(|number| Outcome::missing(exchange(number), "GET /".into()));
    let text = written(&Verdict::of(missing.collect()), github::write);
    assert_eq!(text.matches("::error ").count(), 10);
    assert!(text.contains("title=16 more differ::missing: #10 GET /%0A"), "{text}");
}

#[test]
fn a_verdict_without_differences_is_the_same() {
    let outcomes = vec![Outcome::asked(exchange(1), "GET /".into(), Vec::new())];
    let verdict = Verdict::of(outcomes);
    assert!(verdict.is_same());
    assert_eq!(text::summary(&verdict), "1 exchange: 1 same");
    assert!(Verdict::default().is_same());
}

#[test]
fn every_kind_but_same_fails() {
    let verdict = verdict();
    assert!(!verdict.is_same());
    let kinds: Vec<_> = verdict.outcomes.iter().map(|outcome| outcome.kind).collect();
    assert_eq!(kinds, [Kind::Same, Kind::Changed, Kind::Missing, Kind::Reordered, Kind::Extra]);
    assert_eq!(
        text::summary(&verdict),
        "5 exchanges: 1 same, 1 changed, 1 missing, 1 extra, 1 reordered"
    );
}
