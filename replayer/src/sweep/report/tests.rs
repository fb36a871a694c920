use std::io::{self, Write};

use super::*;
use crate::sweep::testing::{point, report, report_of};
use crate::sweep::{Exit, Outcome, PointResult, Shard, SweepReport};

pub(super) fn written(
    report: &SweepReport,
    write: impl FnOnce(&SweepReport, &mut dyn Write) -> io::Result<()>,
) -> String {
    let mut out = Vec::new();
    write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Without ANSI escapes.
fn stripped(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once('m').unwrap().1)
}

#[test]
fn the_text_report_is_a_table_the_findings_and_one_line_that_sums_up() {
    insta::assert_snapshot!("txt", stripped(&written(&report(), text::write)));
}

#[test]
fn what_comes_to_the_same_once_and_each_time_is_said_once() {
    let told = |results| stripped(&written(&report_of(results), text::write));
    let both = ["empty on 1 once", "empty on 1"].map(|id| point(id, Outcome::Fooled));
    let text = told(both.to_vec());
    assert!(text.contains("fooled empty on 1 once, and sticky\n"), "{text}");
    assert_eq!(text.matches("fooled empty").count(), 1, "{text}");
    let [once, sticky] = both;
    let text = told(vec![once, PointResult { exit: Exit::Code(3), ..sticky }]);
    assert_eq!(text.matches("fooled empty").count(), 2, "{text}");
}

#[test]
fn the_text_report_passes_no_escape_on_from_the_client() {
    let text = written(&report(), text::write);
    assert!(text.contains(r"last: <b>\u{1b}[31mZoë"), "{text:?}");
    assert!(text.contains("\u{1b}[31m"), "it has colours of its own");
}

#[test]
fn what_a_reader_must_know_is_said_first_of_all() {
    let mut report = report();
    report.planned = 100;
    report.shard = Some(Shard { index: 2, count: 5 });
    let text = stripped(&written(&report, text::write));
    assert!(text.contains("not all was tried: 11 of 100 points"), "{text}");
    assert!(text.contains("this is shard 2/5 only"), "{text}");
    assert!(text.contains("not compared: stderr"), "{text}");
}

#[test]
fn a_sweep_that_tried_nothing_is_told_in_every_format() {
    let nothing = report_of(Vec::new());
    assert!(written(&nothing, text::write).contains("0 points"));
    assert!(written(&nothing, html::write).contains("no findings"));
    assert!(
        written(&nothing, |r, out| junit::write(r, &Outcome::FINDINGS, out))
            .contains("tests=\"0\"")
    );
}

#[test]
fn the_json_report_keeps_its_shape_and_is_read_back() {
    let json = written(&report(), json::write);
    insta::assert_snapshot!("json", json);
    assert_eq!(json::read(json.as_bytes()).unwrap(), report());
}

#[test]
fn a_report_of_another_format_says_what_to_do() {
    let newer = written(&SweepReport { format: 2, ..report() }, json::write);
    let error = json::read(newer.as_bytes()).unwrap_err().to_string();
    assert!(
        error.contains("format 2") && error.contains("use the retape that wrote it"),
        "{error}"
    );
    let error = json::read(b"{\"format\": \"retape-verdict\"}").unwrap_err().to_string();
    assert!(error.starts_with("this is no sweep report"), "{error}");
}

#[test]
fn the_junit_report_fails_for_new_findings_and_skips_known_ones() {
    let xml = written(&report(), |r, out| junit::write(r, &Outcome::FINDINGS, out));
    insta::assert_snapshot!("xml", xml);
    assert_eq!(xml.matches("<testcase ").count(), 11);
    assert_eq!(xml.matches("<failure ").count(), 3);
    assert_eq!(xml.matches("<skipped ").count(), 2, "one known, one unreached");
}

#[test]
fn what_fails_is_for_the_user_to_say() {
    let report = report();
    let failing = |outcomes: &[Outcome]| report.failures(outcomes).count();
    assert_eq!(failing(&Outcome::FINDINGS), 3);
    assert_eq!(failing(&[Outcome::Fooled]), 1, "the other one is known");
    assert_eq!(failing(&[Outcome::Reported]), 3);
    assert_eq!(failing(&[]), 0);
    let xml = written(&report, |r, out| junit::write(r, &[Outcome::Reported], out));
    assert_eq!(xml.matches("<failure ").count(), 3);
}
