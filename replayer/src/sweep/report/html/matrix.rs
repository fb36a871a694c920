//! The matrix: for each exchange, which fault at which point had which outcome.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::escape::Escaped;
use super::grid::{Grid, Row, tally, variant};
use super::mark::{Badge, CellMark};
use super::shown::Shown;
use crate::sweep::report::words;
use crate::sweep::{Outcome, PointResult, SweepReport};

/// Up to so many exchanges are unfolded, also if nothing was found in them; of more, those are put
/// away together.
const MAX_UNFOLDED: usize = 12;

/// Most exchanges shown. Beyond it nobody looks at one without findings, and the page would be
/// large by those alone.
const MAX_PLACES: usize = 1000;

type Place<'p, 'r> = &'p [&'r PointResult];

/// Writes one foldable part for each exchange.
pub(super) fn write(report: &SweepReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let mut places: BTreeMap<_, Vec<&PointResult>> = BTreeMap::new();
    for result in &report.results {
        // What is bound to no exchange comes last.
        let place = (result.exchange.is_none(), result.exchange, result.connection);
        places.entry(place).or_default().push(result);
    }
    let few = places.len() <= MAX_UNFOLDED;
    let places = places.values().map(Vec::as_slice);
    let (open, folded): (Vec<_>, Vec<_>) =
        places.partition(|place| few || place.iter().any(|result| result.outcome.is_finding()));
    writeln!(
        out,
        "<section aria-labelledby=\"matrix\"><h2 id=\"matrix\">Where it was broken</h2>"
    )?;
    let mut first = open.iter().take(MAX_PLACES);
    let room = MAX_PLACES - first.len();
    first.try_for_each(|place| write_place(report, place, true, shown, out))?;
    write_folded(report, &folded, room, shown, out)?;
    let more = (open.len() + folded.len()).saturating_sub(MAX_PLACES);
    if more > 0 {
        writeln!(out, "<p class=\"left\">{more} more exchanges are left out of this page.</p>")?;
    }
    writeln!(out, "</section>")
}

fn write_folded(
    report: &SweepReport,
    folded: &[Place<'_, '_>],
    most: usize,
    shown: &Shown,
    out: &mut dyn Write,
) -> io::Result<()> {
    if folded.is_empty() {
        return Ok(());
    }
    let exchanges = words::count(folded.len() as u64, "exchange");
    writeln!(out, "<details class=\"more\"><summary>{exchanges} without findings</summary>")?;
    let mut some = folded.iter().take(most);
    some.try_for_each(|place| write_place(report, place, false, shown, out))?;
    writeln!(out, "</details>")
}

fn write_place(
    report: &SweepReport,
    results: Place<'_, '_>,
    open: bool,
    shown: &Shown,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(first) = results.first() else { return Ok(()) };
    let title = words::place(report, first);
    let open = if open { " open" } else { "" };
    write!(out, "<details class=\"x\"{open}><summary><h3>{}</h3>", Escaped(&title))?;
    write_counts(results, out)?;
    writeln!(out, "</summary>")?;
    writeln!(out, "<div class=\"families\">")?;
    let families = Families::of(results);
    if !families.positions.is_empty() {
        write_grid(&title, "at points of the answer", &families.positions, shown, out)?;
    }
    if !families.fields.is_empty() {
        write_fields(&title, &families.fields, shown, out)?;
    }
    if !families.whole.is_empty() {
        write_whole(&families.whole, shown, out)?;
    }
    writeln!(out, "</div></details>")
}

/// Results by the sort of point that they have.
#[derive(Default)]
struct Families<'r> {
    /// Bytes, headers, chunks, events: there is an order from the first to the last.
    positions: Vec<&'r PointResult>,
    /// JSON paths: long names, few kinds.
    fields: Vec<&'r PointResult>,
    /// The answer as a whole.
    whole: Vec<&'r PointResult>,
}

impl<'r> Families<'r> {
    fn of(results: &[&'r PointResult]) -> Self {
        results.iter().fold(Self::default(), |mut families, result| {
            match result.point.as_deref() {
                None => families.whole.push(result),
                Some(point) if point.starts_with("json ") => families.fields.push(result),
                Some(_) => families.positions.push(result),
            }
            families
        })
    }
}

fn write_counts(results: &[&PointResult], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<span class=\"counts\">")?;
    for (result, count) in tally(results) {
        let known = if result.known { "known " } else { "" };
        write!(out, "<span>{} {count} {known}{}</span>", Badge::of(result), result.outcome)?;
    }
    write!(out, "</span>")
}

/// Kinds down, points across: the answer runs from left to right.
fn write_grid(
    title: &str,
    what: &str,
    results: &[&PointResult],
    shown: &Shown,
    out: &mut dyn Write,
) -> io::Result<()> {
    let grid = Grid::of(results);
    open_table(title, what, out)?;
    write!(out, "<thead><tr><td></td>")?;
    for column in &grid.columns {
        write!(out, "<th scope=\"col\"><span>{}</span></th>", Escaped(column))?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for row in &grid.rows {
        write!(out, "<tr><th scope=\"row\">{}</th>", label(row))?;
        row.cells.iter().try_for_each(|cell| write_cell(cell, shown, out))?;
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div></div>")
}

/// Fields down, kinds across.
fn write_fields(
    title: &str,
    results: &[&PointResult],
    shown: &Shown,
    out: &mut dyn Write,
) -> io::Result<()> {
    let grid = Grid::of(results);
    open_table(title, "in fields of its JSON", out)?;
    write!(out, "<thead><tr><td></td>")?;
    for row in &grid.rows {
        write!(out, "<th scope=\"col\"><span>{}</span></th>", label(row))?;
    }
    writeln!(out, "</tr></thead><tbody>")?;
    for (at, column) in grid.columns.iter().enumerate() {
        let path = column.strip_prefix("json ").unwrap_or(column);
        write!(out, "<tr><th scope=\"row\"><code>{}</code></th>", Escaped(path))?;
        for row in &grid.rows {
            write_cell(row.cells.get(at).map(Vec::as_slice).unwrap_or_default(), shown, out)?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div></div>")
}

/// What has no point: a list, with as many columns as there is room for.
fn write_whole(results: &[&PointResult], shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let mut variants: Vec<(String, Vec<&PointResult>)> = Vec::new();
    for &result in results {
        let variant = variant(result);
        match variants.iter_mut().find(|(name, _)| *name == variant) {
            Some((_, results)) => results.push(result),
            None => variants.push((variant, vec![result])),
        }
    }
    writeln!(out, "<div class=\"rest\"><h4>as a whole</h4><ul class=\"whole\">")?;
    for (variant, results) in variants {
        write!(out, "<li><span class=\"v\">{}</span>", Escaped(&variant))?;
        for result in results {
            let mark = CellMark { result, count: 1, linked: shown.is_linked(result) };
            write!(
                out,
                "<span class=\"a\">{mark}<small>{}</small></span>",
                Escaped(&result.attempts)
            )?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ul></div>")
}

fn open_table(title: &str, what: &str, out: &mut dyn Write) -> io::Result<()> {
    let label = format!("{title}, {what}");
    writeln!(out, "<div><h4>{what}</h4>")?;
    write!(
        out,
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">",
        Escaped(&label)
    )?;
    writeln!(out, "<table class=\"grid\">")
}

fn label(row: &Row<'_>) -> String {
    format!("{} <small>{}</small>", Escaped(&row.variant), Escaped(row.attempts))
}

fn write_cell(cell: &[&PointResult], shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<td>")?;
    for (result, count) in tally(cell) {
        write!(out, "{}", CellMark { result, count, linked: shown.is_linked(result) })?;
    }
    write!(out, "</td>")
}

/// The legend, which with a script is a filter as well.
pub(super) fn write_legend(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    let counts = report.counts();
    writeln!(out, "<div class=\"legend\" role=\"group\" aria-label=\"Outcomes\">")?;
    for outcome in Outcome::ALL {
        let (count, meaning) = (counts.of(outcome), words::meaning(outcome));
        let badge = Badge::new(outcome);
        writeln!(
            out,
            "<button type=\"button\" disabled aria-pressed=\"true\" data-o=\"{}\">{badge}\
             <span><b>{count}</b> {outcome}</span><small>{meaning}</small></button>",
            super::mark::letter(outcome),
        )?;
    }
    writeln!(out, "</div>")
}
