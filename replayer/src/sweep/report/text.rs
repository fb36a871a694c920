//! For people, at a glance: a table, every finding, and one line that sums up.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::table::{self, Row};
use super::{quoted, reproduce, words};
use crate::report::layout::one_line;
use crate::sweep::{Counts, Difference, Outcome, PointResult, SweepReport};

/// Most characters of an exchange's title in the table: the counts stay on a line of 100 columns.
const MAX_TITLE: usize = 34;

/// Most lines shown of each side of a difference; the JSON report has all that was kept.
const MAX_LINES: usize = 12;

/// Writes it. Coloured with ANSI escapes: the caller strips them where they are not wanted.
pub fn write(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    write_head(report, out)?;
    write_table(report, out)?;
    let mut findings = words::findings(report).filter(|result| !result.known).peekable();
    while let Some(result) = findings.next() {
        let sticky = findings.next_if(|next| words::says_the_same(result, next)).is_some();
        write_finding(report, result, sticky, out)?;
    }
    write_known(report, out)?;
    for warning in words::warnings(report) {
        let yellow = AnsiColor::Yellow.on_default();
        writeln!(out, "{yellow}{}{yellow:#}", one_line(&warning))?;
    }
    let new = report.failures(&Outcome::FINDINGS).next().is_some();
    let style = if new { AnsiColor::Red } else { AnsiColor::Green }.on_default().bold();
    writeln!(out, "{style}{}{style:#}", words::summary(report))
}

/// `212 points: 150 tolerated, 58 reported, 2 hung, 2 fooled; 1 finding is known`.
pub fn summary(report: &SweepReport) -> String {
    words::summary(report)
}

fn write_head(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    let bold = Style::new().bold();
    let dim = Style::new().dimmed();
    writeln!(out, "{bold}sweep of {}{bold:#}", one_line(&report.cassette))?;
    writeln!(out, "  {}", quoted(report.command.iter().map(String::as_str)))?;
    let baseline = &report.baseline;
    writeln!(
        out,
        "  {dim}plan {}, seed {}, {}; unbroken: {}, {}, {}{dim:#}\n",
        one_line(&report.plan),
        report.seed,
        words::duration(report.duration_ms),
        baseline.exit,
        words::count(baseline.requests, "request"),
        words::duration(baseline.duration_ms),
    )
}

fn write_table(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    let rows = table::rows(report);
    let place = rows.iter().map(|row| shortened(&row.place).chars().count()).max().unwrap_or(0);
    let kind = rows.iter().map(|row| row.kind.chars().count()).max().unwrap_or(0);
    let widths = [place, kind.max("kind".len())];
    if rows.is_empty() {
        return Ok(());
    }
    let dim = Style::new().dimmed();
    write!(out, "{dim}{:2$}  {:3$}", "", "kind", widths[0], widths[1])?;
    Outcome::ALL.iter().try_for_each(|outcome| write!(out, "  {outcome}"))?;
    writeln!(out, "{dim:#}")?;
    rows.iter().try_for_each(|row| write_row(row, widths, out))?;
    let sum = Row { place: "all".into(), is_first: true, kind: "", counts: report.counts() };
    write_row(&sum, widths, out)?;
    writeln!(out)
}

fn write_row(row: &Row<'_>, widths: [usize; 2], out: &mut dyn Write) -> io::Result<()> {
    let place = if row.is_first { shortened(&row.place) } else { String::new() };
    write!(out, "{place:0$}  {1:2$}", widths[0], one_line(row.kind), widths[1])?;
    Outcome::ALL.iter().try_for_each(|outcome| write_count(&row.counts, *outcome, out))?;
    writeln!(out)
}

/// Under the outcome's name, on the right; nothing is a dot, so that something is seen.
fn write_count(counts: &Counts, outcome: Outcome, out: &mut dyn Write) -> io::Result<()> {
    let width = outcome.name().len() + 2;
    match counts.of(outcome) {
        0 => write!(out, "{0}{1:>width$}{0:#}", Style::new().dimmed(), "·"),
        count => write!(out, "{0}{count:>width$}{0:#}", style_of(outcome)),
    }
}

fn write_finding(
    report: &SweepReport,
    result: &PointResult,
    sticky: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (style, bold) = (style_of(result.outcome), Style::new().bold());
    let too = if sticky { ", and sticky" } else { "" };
    let id = one_line(&result.id);
    writeln!(out, "{style}{}{style:#} {bold}{id}{bold:#}{too}", result.outcome)?;
    let place = one_line(&words::place(report, result));
    writeln!(out, "  {place}: {}", words::ending(result))?;
    result.differs.iter().try_for_each(|difference| write_difference(difference, out))?;
    let cyan = AnsiColor::Cyan.on_default();
    writeln!(out, "  {cyan}{}{cyan:#}\n", reproduce(report, result))
}

fn write_difference(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", one_line(&difference.what))?;
    write_side("-", AnsiColor::Red, &difference.expected, out)?;
    write_side("+", AnsiColor::Green, &difference.actual, out)
}

fn write_side(mark: &str, colour: AnsiColor, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let style = colour.on_default();
    if text.is_empty() {
        return writeln!(out, "    {style}{mark} (empty){style:#}");
    }
    for line in text.lines().take(MAX_LINES) {
        writeln!(out, "    {style}{mark} {}{style:#}", one_line(line))?;
    }
    match text.lines().count().saturating_sub(MAX_LINES) {
        0 => Ok(()),
        more => writeln!(out, "    {style}{mark} … {more} more lines{style:#}"),
    }
}

fn write_known(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    let dim = Style::new().dimmed();
    let known: Vec<_> = report.results.iter().filter(|result| result.known).collect();
    for result in &known {
        writeln!(out, "{dim}known: {} {}{dim:#}", result.outcome, one_line(&result.id))?;
    }
    if known.is_empty() { Ok(()) } else { writeln!(out) }
}

fn shortened(title: &str) -> String {
    let title = one_line(title);
    match title.char_indices().nth(MAX_TITLE) {
        None => title,
        Some(_) => title.chars().take(MAX_TITLE - 1).chain(['…']).collect(),
    }
}

const fn style_of(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Tolerated => AnsiColor::Green.on_default(),
        Outcome::Reported => AnsiColor::Cyan.on_default(),
        Outcome::Hung => AnsiColor::Yellow.on_default().bold(),
        Outcome::Crashed => AnsiColor::Magenta.on_default().bold(),
        Outcome::Fooled => AnsiColor::Red.on_default().bold(),
        Outcome::Unreached => Style::new().dimmed(),
    }
}
