//! An outcome laid out in lines: what the text, `JUnit` and GitHub reports have in common.

use std::fmt::{self, Write};

use super::{Candidate, ExchangeRef, Kind, Outcome, Verdict};
use crate::verify::{Mismatch, Place};

/// One line of a report, not yet coloured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Levels of indentation.
    pub(super) depth: usize,
    pub(super) mark: Mark,
    /// One line, without control characters.
    pub(super) text: String,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// The place of a difference, or why.
    Plain,
    /// As recorded.
    Minus,
    /// As now.
    Plus,
    /// Something less important: notes, context.
    Dim,
}

/// `#3 GET /path`, or with the cassette's name if it has one.
pub(super) fn title(outcome: &Outcome) -> String {
    named(outcome.exchange.as_ref(), &outcome.label)
}

/// All that is to be said of an outcome, below its title.
pub(super) fn lines(outcome: &Outcome) -> Vec<Line> {
    let mut lines = Vec::new();
    match outcome.kind {
        Kind::Missing => lines.push(plain(1, "recorded, never asked for")),
        Kind::Extra if outcome.nearest.is_empty() => {
            lines.push(plain(1, "asked for, not recorded; nothing recorded comes near"));
        }
        Kind::Extra => lines.push(plain(1, "asked for, not recorded; the nearest recorded:")),
        Kind::Same | Kind::Changed | Kind::Reordered => {}
    }
    mismatches(1, &outcome.mismatches, &mut lines);
    for hit in &outcome.hits {
        lines.push(Line { depth: 1, mark: Mark::Dim, text: one_line(&format!("hit by: {hit}")) });
    }
    for candidate in &outcome.nearest {
        nearest(candidate, &mut lines);
    }
    lines
}

/// The faults that hit what is not laid out as a failure, a line each.
pub(super) fn hits(verdict: &Verdict) -> Vec<String> {
    let line = |what: &str, hit: &str| one_line(&format!("{what} was hit by: {hit}"));
    let connections = verdict.receptions.iter().map(|hit| {
        let more = if hit.times > 1 { ", and later ones" } else { "" };
        line(&format!("connection {}{more}", hit.attempt), &hit.fault)
    });
    let others = verdict.outcomes.iter().filter(|outcome| !outcome.is_failure());
    let others = others
        .flat_map(|outcome| outcome.hits.iter().map(|hit| line(&title(outcome), &hit.to_string())));
    connections.chain(others).collect()
}

/// The lines as plain text.
pub(super) fn plain_text(lines: &[Line]) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    })
}

/// In one line without control characters, which a terminal might obey.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:1$}{2}{3}", "", self.depth * 2, self.mark.prefix(), self.text)
    }
}

impl Mark {
    /// What stands in front of the text.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Plain | Self::Dim => "",
            Self::Minus => "- ",
            Self::Plus => "+ ",
        }
    }
}

fn named(exchange: Option<&ExchangeRef>, label: &str) -> String {
    let label = one_line(label);
    match exchange {
        None => label,
        Some(exchange) => format!("{exchange} {label}"),
    }
}

fn nearest(candidate: &Candidate, lines: &mut Vec<Line>) {
    lines.push(plain(2, &named(Some(&candidate.exchange), &candidate.label)));
    if candidate.mismatches.iter().any(Mismatch::is_failure) {
        let failures: Vec<_> =
            candidate.mismatches.iter().filter(|m| m.is_failure()).cloned().collect();
        mismatches(3, &failures, lines);
    } else {
        mismatches(3, &candidate.mismatches, lines);
    }
}

/// Failures first, then notes, each in one line.
fn mismatches(depth: usize, all: &[Mismatch], lines: &mut Vec<Line>) {
    for mismatch in all.iter().filter(|mismatch| mismatch.is_failure()) {
        lines.push(plain(depth, &mismatch.place.to_string()));
        values(depth + 1, mismatch, lines);
    }
    for note in all.iter().filter(|mismatch| !mismatch.is_failure()) {
        lines.push(Line { depth, mark: Mark::Dim, text: self::note(note) });
    }
}

fn values(depth: usize, mismatch: &Mismatch, lines: &mut Vec<Line>) {
    // A diff of lines holds both values already.
    let told_by_detail = is_line(&mismatch.place) && mismatch.detail.is_some();
    if !told_by_detail {
        marked(depth, Mark::Minus, mismatch.expected.as_deref(), lines);
        marked(depth, Mark::Plus, mismatch.actual.as_deref(), lines);
    }
    for line in mismatch.detail.iter().flat_map(|detail| detail.lines()) {
        lines.push(detail(depth, line));
    }
}

fn is_line(place: &Place) -> bool {
    match place {
        Place::Line { .. } => true,
        Place::Answer { inside } => is_line(inside),
        Place::Part { inside, .. } | Place::Interim { inside, .. } => {
            inside.as_deref().is_some_and(is_line)
        }
        _ => false,
    }
}

fn marked(depth: usize, mark: Mark, value: Option<&str>, lines: &mut Vec<Line>) {
    let Some(value) = value else { return };
    if value.is_empty() {
        return lines.push(Line { depth, mark, text: "(empty)".to_owned() });
    }
    lines.extend(value.lines().map(|line| Line { depth, mark, text: one_line(line) }));
}

/// A line of a diff, marked as it is.
fn detail(depth: usize, line: &str) -> Line {
    let (mark, rest) = match line.split_at_checked(2) {
        Some(("- ", rest)) => (Mark::Minus, rest),
        Some(("+ ", rest)) => (Mark::Plus, rest),
        _ => (Mark::Dim, line),
    };
    Line { depth, mark, text: one_line(rest) }
}

fn note(mismatch: &Mismatch) -> String {
    let value = |value: &Option<String>| value.as_deref().map_or("(none)".to_owned(), one_line);
    let both = mismatch.expected.is_some() || mismatch.actual.is_some();
    let place = one_line(&mismatch.place.to_string());
    match &mismatch.detail {
        _ if both => {
            format!("note: {place}: {} → {}", value(&mismatch.expected), value(&mismatch.actual))
        }
        Some(detail) => format!("note: {place}: {}", one_line(detail)),
        None => format!("note: {place}"),
    }
}

fn plain(depth: usize, text: &str) -> Line {
    Line { depth, mark: Mark::Plain, text: one_line(text) }
}
