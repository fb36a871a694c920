//! For CI: `JUnit` XML, one test case a point, one suite an exchange.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{reproduce, words};
use crate::sweep::{Outcome, PointResult, SweepReport};

/// What the whole is called.
const NAME: &str = "retape sweep";

/// Writes one suite for each exchange and connection, and one test case for each point. Those with
/// an outcome of `fail_on` are failures unless they are known; points never reached are skipped.
pub fn write(report: &SweepReport, fail_on: &[Outcome], out: &mut dyn Write) -> io::Result<()> {
    // In the order of the cassette; what is bound to no exchange comes last.
    let mut suites: BTreeMap<_, TestSuite> = BTreeMap::new();
    for result in &report.results {
        let key = (result.exchange.is_none(), result.exchange, result.connection);
        let new = || TestSuite::new(words::place(report, result));
        suites.entry(key).or_insert_with(new).add_test_case(case(report, fail_on, result));
    }
    let mut document = Report::new(NAME);
    document.set_time(Duration::from_millis(report.duration_ms));
    document.add_test_suites(suites.into_values());
    document.serialize(out).map_err(io::Error::other)
}

fn case(report: &SweepReport, fail_on: &[Outcome], result: &PointResult) -> TestCase {
    let mut case = TestCase::new(result.id.as_str(), status(report, fail_on, result));
    case.set_classname(report.cassette.as_str());
    case.set_time(Duration::from_millis(result.duration_ms));
    // Programs that show reports load all of it: what passed is told in few words.
    if result.outcome.is_finding() || fail_on.contains(&result.outcome) {
        if !result.stdout.is_empty() {
            case.set_system_out(result.stdout.text.as_str());
        }
        if !result.stderr.is_empty() {
            case.set_system_err(result.stderr.text.as_str());
        }
    }
    case
}

fn status(report: &SweepReport, fail_on: &[Outcome], result: &PointResult) -> TestCaseStatus {
    let message = format!("{}: {}", result.outcome, words::meaning(result.outcome));
    if result.known {
        return skipped(format!("known: {message}"));
    }
    if fail_on.contains(&result.outcome) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(result.outcome.name());
        status.set_message(message);
        status.set_description(description(report, result));
        return status;
    }
    if result.outcome == Outcome::Unreached {
        return skipped(message);
    }
    TestCaseStatus::success()
}

fn skipped(message: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

fn description(report: &SweepReport, result: &PointResult) -> String {
    let mut text = format!("{}\n", result.exit);
    for difference in &result.differs {
        text.extend([&difference.what, "\n"]);
        side("  - ", &difference.expected, &mut text);
        side("  + ", &difference.actual, &mut text);
    }
    text.extend([reproduce(report, result).as_str(), "\n"]);
    text
}

fn side(mark: &str, value: &str, text: &mut String) {
    for line in value.lines() {
        text.extend([mark, line, "\n"]);
    }
}
