//! For people, at a glance.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::layout::{self, Line, Mark};
use super::{Kind, Outcome, Verdict};
use crate::verify::Gravity;

/// Most places named in the summary of notes.
const MAX_NOTED_PLACES: usize = 8;

/// Most faults listed that hit what is the same. Who has read so many knows.
const MAX_HITS: usize = 20;

/// Writes what differs, then one line that sums up. Coloured with ANSI escapes: the caller strips
/// them where they are not wanted.
pub fn write(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    for outcome in verdict.outcomes.iter().filter(|outcome| outcome.is_failure()) {
        write_outcome(outcome, out)?;
        writeln!(out)?;
    }
    write_hits(verdict, out)?;
    write_notes(verdict, out)?;
    let style = if verdict.is_same() { bold(AnsiColor::Green) } else { bold(AnsiColor::Red) };
    writeln!(out, "{style}{}{style:#}", summary(verdict))
}

/// `12 exchanges: 9 same, 1 changed, 1 missing, 1 extra`.
pub fn summary(verdict: &Verdict) -> String {
    let totals = &verdict.totals;
    let plural = if totals.exchanges == 1 { "" } else { "s" };
    let mut text = format!("{} exchange{plural}: {} same", totals.exchanges, totals.same);
    let others = [
        (totals.changed, Kind::Changed),
        (totals.missing, Kind::Missing),
        (totals.extra, Kind::Extra),
        (totals.reordered, Kind::Reordered),
    ];
    for (count, kind) in others.into_iter().filter(|(count, _)| *count > 0) {
        text.extend([", ", &count.to_string(), " ", kind.name()]);
    }
    text
}

fn write_outcome(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let style = style_of(outcome.kind);
    let title = layout::title(outcome);
    let bold = Style::new().bold();
    writeln!(out, "{style}{}{style:#} {bold}{title}{bold:#}", outcome.kind.name())?;
    layout::lines(outcome).iter().try_for_each(|line| write_line(line, out))
}

fn write_line(line: &Line, out: &mut dyn Write) -> io::Result<()> {
    let style = match line.mark {
        Mark::Plain => return writeln!(out, "{line}"),
        Mark::Minus => colour(AnsiColor::Red),
        Mark::Plus => colour(AnsiColor::Green),
        Mark::Dim => Style::new().dimmed(),
    };
    writeln!(out, "{style}{line}{style:#}")
}

/// Which faults hit those that are the same all the same. Of many, some.
fn write_hits(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let dim = Style::new().dimmed();
    let hits = layout::hits(verdict);
    for hit in hits.iter().take(MAX_HITS) {
        writeln!(out, "{dim}{hit}{dim:#}")?;
    }
    match hits.len().saturating_sub(MAX_HITS) {
        0 => Ok(()),
        more => writeln!(out, "{dim}{more} more were hit{dim:#}"),
    }
}

/// In one line, what the notes of exchanges that are the same are about.
fn write_notes(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for outcome in verdict.outcomes.iter().filter(|outcome| !outcome.is_failure()) {
        for note in outcome.mismatches.iter().filter(|m| m.gravity == Gravity::Note) {
            *places.entry(layout::one_line(&note.place.to_string())).or_default() += 1;
        }
    }
    if places.is_empty() {
        return Ok(());
    }
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let more = places.len().saturating_sub(MAX_NOTED_PLACES);
    let named = places.iter().take(MAX_NOTED_PLACES);
    let mut list: Vec<_> = named.map(|(place, count)| format!("{place} ({count}×)")).collect();
    if more > 0 {
        list.push(format!("{more} more"));
    }
    let dim = Style::new().dimmed();
    writeln!(out, "{dim}noted, and not counted as changes: {}{dim:#}", list.join(", "))
}

const fn style_of(kind: Kind) -> Style {
    match kind {
        Kind::Same => bold(AnsiColor::Green),
        Kind::Changed | Kind::Reordered => bold(AnsiColor::Yellow),
        Kind::Missing | Kind::Extra => bold(AnsiColor::Red),
    }
}

const fn colour(colour: AnsiColor) -> Style {
    colour.on_default()
}

const fn bold(color: AnsiColor) -> Style {
    colour(color).bold()
}
