//! For browsers: one page that needs nothing else.
//!
//! It opens from disk, loads nothing, and is read without a script: scripts only filter, copy and
//! unfold. All that came from the client or the network is escaped, and a policy in the page
//! forbids every request.
//!
//! - `matrix`, on `grid`: which fault at which point had which outcome, by `mark`s
//! - `shown`: which results have `details`, so that a page of a large sweep stays small
//! - `details`, with a `timeline`: one result

mod details;
mod escape;
mod grid;
mod mark;
mod matrix;
mod shown;
mod timeline;

use std::collections::BTreeSet;
use std::io::{self, Write};

use escape::Escaped;
use mark::Badge;
use shown::{Group, Shown};

use super::{quoted, words};
use crate::sweep::{Outcome, SweepReport};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing is loaded, framed, sent or redirected.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
                      script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Writes the page.
pub fn write(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    let shown = Shown::of(report)?;
    write_head(report, out)?;
    writeln!(out, "<body><header>")?;
    write_title(report, out)?;
    write_facts(report, out)?;
    writeln!(out, "</header><main>")?;
    write_overview(report, &shown, out)?;
    matrix::write(report, &shown, out)?;
    shown.groups.iter().try_for_each(|group| write_group(group, out))?;
    writeln!(
        out,
        "<p class=\"none\" id=\"nothing\" hidden>Nothing matches the filter.</p></main>"
    )?;
    writeln!(
        out,
        "<footer><p>Written by <b>retape sweep</b>. T tolerated, R reported, H hung, C crashed, F fooled, U unreached.</p></footer>"
    )?;
    writeln!(out, "<script>{SCRIPT}</script></body></html>")
}

fn write_head(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")?;
    writeln!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<meta name=\"color-scheme\" content=\"light dark\">")?;
    writeln!(out, "<meta name=\"referrer\" content=\"no-referrer\">")?;
    let title = format!("{}: {}", verdict(report), report.cassette);
    writeln!(out, "<title>{}</title><style>{STYLE}</style></head>", Escaped(&title))
}

/// `1 fooled, 2 hung`; `no new findings`; `no findings`.
fn verdict(report: &SweepReport) -> String {
    let new = new_findings(report);
    if !new.is_empty() {
        let told: Vec<_> =
            new.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
        return told.join(", ");
    }
    let known = report.results.iter().any(|result| result.known);
    if known { "no new findings" } else { "no findings" }.to_owned()
}

/// How many there are of each outcome, worst first.
fn new_findings(report: &SweepReport) -> Vec<(Outcome, usize)> {
    let counted = Outcome::FINDINGS.map(|outcome| (outcome, report.failures(&[outcome]).count()));
    counted.into_iter().filter(|(_, count)| *count > 0).collect()
}

fn write_title(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<p class=\"tool\">retape sweep · {}</p>", Escaped(&report.cassette))?;
    let points = words::count(report.results.len() as u64, "point");
    let new = new_findings(report);
    if new.is_empty() {
        write!(out, "<h1 class=\"good\">{}", verdict(report))?;
    } else {
        let link = |(outcome, count)| format!("<a href=\"#{outcome}\">{count} {outcome}</a>");
        let links: Vec<_> = new.into_iter().map(link).collect();
        write!(out, "<h1 class=\"bad\">{}", links.join(", "))?;
    }
    writeln!(out, " <small>in {points}</small></h1>")?;
    let warnings = words::warnings(report);
    warnings.iter().try_for_each(|text| writeln!(out, "<p class=\"warn\">{}</p>", Escaped(text)))
}

fn write_facts(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    let command = quoted(report.command.iter().map(String::as_str));
    let baseline = &report.baseline;
    let unbroken = format!(
        "{}, {}, {}",
        baseline.exit,
        words::count(baseline.requests, "request"),
        words::duration(baseline.duration_ms)
    );
    let facts = [
        ("command", command),
        ("unbroken run", unbroken),
        ("plan", format!("{}, seed {}", report.plan, report.seed)),
        ("options", quoted(report.options.iter().map(String::as_str))),
        ("took", words::duration(report.duration_ms)),
    ];
    writeln!(out, "<dl class=\"facts\">")?;
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", Escaped(value))?;
    }
    writeln!(out, "</dl>")
}

fn write_overview(report: &SweepReport, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section aria-labelledby=\"outcomes\"><h2 id=\"outcomes\">Outcomes</h2>")?;
    write_bar(report, out)?;
    matrix::write_legend(report, out)?;
    write_filter(report, out)?;
    if let Some(told) = shown.left_out.told() {
        writeln!(
            out,
            "<p class=\"left\" id=\"left-out\">To keep this page small: {told}. The JSON report has everything.</p>"
        )?;
    }
    writeln!(out, "</section>")
}

/// The shares of the outcomes, as widths.
fn write_bar(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    let counts = report.counts();
    let label = Escaped(&words::summary(report)).to_string();
    write!(out, "<div class=\"bar\" role=\"img\" aria-label=\"{label}\">")?;
    for outcome in Outcome::ALL.into_iter().filter(|outcome| counts.of(*outcome) > 0) {
        let (count, letter) = (counts.of(outcome), mark::letter(outcome));
        write!(out, "<i class=\"{letter}\" style=\"flex:{count}\"></i>")?;
    }
    writeln!(out, "</div>")
}

/// Shown by the script only, which makes it work.
fn write_filter(report: &SweepReport, out: &mut dyn Write) -> io::Result<()> {
    let kinds: BTreeSet<_> = report.results.iter().map(|result| result.kind.as_str()).collect();
    writeln!(out, "<div class=\"filter\" id=\"filter\" hidden>")?;
    write!(out, "<label>Kind <select id=\"kind\"><option value=\"\">all</option>")?;
    for kind in kinds {
        write!(out, "<option>{}</option>", Escaped(kind))?;
    }
    writeln!(out, "</select></label>")?;
    write!(
        out,
        "<label>Id contains <input id=\"text\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\"></label>"
    )?;
    writeln!(out, "<output id=\"hits\" aria-live=\"polite\"></output></div>")
}

fn write_group(group: &Group, out: &mut dyn Write) -> io::Result<()> {
    let Group { outcome, known, total, html } = group;
    let badge = Badge { outcome: *outcome, known: *known };
    let (id, known) = if *known { ("known-", "Known: ") } else { ("", "") };
    let heading = format!("{id}{outcome}");
    write!(out, "<section class=\"group\" aria-labelledby=\"{heading}\"><h2 id=\"{heading}\">")?;
    writeln!(out, "{badge} {known}{outcome} <small>{total}</small></h2>")?;
    writeln!(out, "<p class=\"none\">{}</p>", words::meaning(*outcome))?;
    out.write_all(html)?;
    writeln!(out, "</section>")
}

#[cfg(test)]
mod tests;
