//! Text by line.

use std::fmt::Write;
use std::time::Duration;

use similar::{Algorithm, DiffOp, TextDiff};

use super::{Sameness, compare_binary};
use crate::verify::findings::Findings;
use crate::verify::show::show;
use crate::verify::{Gravity, Mismatch, Place};

/// Longest text compared by line. Beyond it the first difference is what helps.
const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;

/// Longest search for the smallest diff; after it the diff is larger, and still right.
const TIMEOUT: Duration = Duration::from_millis(200);

/// Unchanged lines shown around a change.
const CONTEXT_LINES: usize = 2;

/// Most characters of a diff shown.
const MAX_DETAIL_CHARS: usize = 4000;

pub(super) fn compare(expected: &str, actual: &str, found: &mut Findings<'_>) -> Sameness {
    if expected.len().max(actual.len()) > MAX_TEXT_BYTES {
        return compare_binary(expected.as_bytes(), actual.as_bytes(), found);
    }
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Myers)
        .timeout(TIMEOUT)
        .diff_lines(expected, actual);
    for hunk in diff.grouped_ops(CONTEXT_LINES) {
        found.push(mismatch(&diff, &hunk));
    }
    Sameness::Told
}

fn mismatch(diff: &TextDiff<'_, '_, str>, hunk: &[DiffOp]) -> Mismatch {
    let changed = || hunk.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let number = changed().next().map_or(0, |op| op.old_range().start) + 1;
    let old = changed().flat_map(DiffOp::old_range).filter_map(|line| diff.old_slice(line));
    let new = changed().flat_map(DiffOp::new_range).filter_map(|line| diff.new_slice(line));
    let (expected, actual) = (old.collect::<String>(), new.collect::<String>());
    let place = Place::Line { number };
    let shown =
        |text: &str| (!text.is_empty()).then(|| show(text.trim_end_matches('\n').as_bytes()));
    Mismatch {
        place,
        gravity: Gravity::Failure,
        expected: shown(&expected),
        actual: shown(&actual),
        detail: Some(detail(diff, hunk)),
    }
}

fn detail(diff: &TextDiff<'_, '_, str>, hunk: &[DiffOp]) -> String {
    let mut text = String::new();
    for change in hunk.iter().flat_map(|op| diff.iter_changes(op)) {
        if text.len() > MAX_DETAIL_CHARS {
            text.push_str("…\n");
            break;
        }
        let line = change.value();
        let shown = show(line.trim_end_matches('\n').as_bytes());
        let _ = writeln!(text, "{} {shown}", change.tag());
        if !line.ends_with('\n') {
            text.push_str("\\ no line end\n");
        }
    }
    text.truncate(text.trim_end().len());
    text
}
