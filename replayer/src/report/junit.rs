//! For CI: `JUnit` XML, one test case an exchange.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::layout::{self, plain_text};
use super::{Kind, Outcome, Verdict};

/// What a suite is called when the cassette has no name.
const SUITE: &str = "retape";

/// Writes one suite for each cassette, and one test case for each exchange; extra requests are
/// failing cases.
pub fn write(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for outcome in &verdict.outcomes {
        let name = suite_of(outcome);
        let suite = suites.entry(name).or_insert_with(|| TestSuite::new(name));
        suite.add_test_case(case(name, outcome));
    }
    let mut report = Report::new(SUITE);
    report.add_test_suites(suites.into_values());
    report.serialize(out).map_err(io::Error::other)
}

fn suite_of(outcome: &Outcome) -> &str {
    let name = outcome.exchange.as_ref().map_or("", |exchange| &exchange.cassette);
    if name.is_empty() { SUITE } else { name }
}

fn case(suite: &str, outcome: &Outcome) -> TestCase {
    let details = plain_text(&layout::lines(outcome));
    let mut case = TestCase::new(layout::title(outcome), status(outcome, &details));
    case.set_classname(suite);
    if outcome.kind == Kind::Same && !details.is_empty() {
        case.set_system_out(details);
    }
    case
}

fn status(outcome: &Outcome, details: &str) -> TestCaseStatus {
    if !outcome.is_failure() {
        return TestCaseStatus::success();
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(outcome.kind.name());
    status.set_message(message(outcome));
    status.set_description(details);
    status
}

/// `changed: query page, body $.id`.
fn message(outcome: &Outcome) -> String {
    let failures = outcome.mismatches.iter().filter(|mismatch| mismatch.is_failure());
    let places: Vec<_> = failures.map(|mismatch| mismatch.place.to_string()).collect();
    match outcome.kind {
        Kind::Missing => "missing: recorded, never asked for".to_owned(),
        Kind::Extra => "extra: asked for, not recorded".to_owned(),
        kind => format!("{}: {}", kind.name(), places.join(", ")),
    }
}
