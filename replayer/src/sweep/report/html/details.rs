//! One result: what the command did, how it differs, what was sent, and how to see it again.

use std::io::{self, Write};

use super::escape::Escaped;
use super::mark::{Badge, letter};
use super::timeline;
use crate::sweep::report::{reproduce, words};
use crate::sweep::{Clip, Difference, PointResult, SweepReport};

/// With more results than this, each shows less of its output.
const MANY: usize = 1000;

/// So much of each stream, if there are many.
const LITTLE_OUTPUT: usize = 1024;

/// Most bytes of each stream shown, if it is less than was kept.
pub(super) fn most_output(results: usize) -> Option<usize> {
    (results > MANY).then_some(LITTLE_OUTPUT)
}

/// Writes all there is to say, to be unfolded.
pub(super) fn write(
    report: &SweepReport,
    result: &PointResult,
    most_output: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let most_output = most_output.unwrap_or(usize::MAX);
    write!(out, "<details {}><summary>", attributes(result))?;
    write_title(result, out)?;
    writeln!(out, "</summary><div class=\"b\">")?;
    write_facts(report, result, out)?;
    write_command(&reproduce(report, result), out)?;
    write_differences(&result.differs, out)?;
    write_output("Standard output", &result.stdout, most_output, out)?;
    write_output("Standard error", &result.stderr, most_output, out)?;
    timeline::write(&result.timeline, out)?;
    writeln!(out, "</div></details>")
}

/// Writes one line, for want of room.
pub(super) fn write_line(result: &PointResult, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<div {}>", attributes(result))?;
    write_title(result, out)?;
    writeln!(out, "</div>")
}

/// A command to copy.
pub(super) fn write_command(command: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<div class=\"cmd\"><pre><code>{}</code></pre>", Escaped(command))?;
    writeln!(out, "<button type=\"button\" class=\"copy\" hidden>Copy</button></div>")
}

fn attributes(result: &PointResult) -> String {
    let (number, letter, kind) = (result.number, letter(result.outcome), Escaped(&result.kind));
    format!("class=\"r\" id=\"p{number}\" data-o=\"{letter}\" data-k=\"{kind}\"")
}

fn write_title(result: &PointResult, out: &mut dyn Write) -> io::Result<()> {
    let badge = Badge::of(result);
    write!(out, "{badge}<code class=\"id\">{}</code>", Escaped(&result.id))?;
    let known = if result.known { "known · " } else { "" };
    write!(out, "<span class=\"end\">{known}{}</span>", result.exit)
}

fn write_facts(report: &SweepReport, result: &PointResult, out: &mut dyn Write) -> io::Result<()> {
    let place = words::place(report, result);
    let (outcome, meaning) = (result.outcome, words::meaning(result.outcome));
    let times = match result.applied {
        0 => "never applied".to_owned(),
        1 => "applied once".to_owned(),
        times => format!("applied {times} times"),
    };
    writeln!(
        out,
        "<p class=\"facts\"><b>{outcome}</b>: {meaning}. <span>{}</span> · {} · {times}</p>",
        Escaped(&place),
        words::ending(result),
    )
}

fn write_differences(differences: &[Difference], out: &mut dyn Write) -> io::Result<()> {
    if differences.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h4>Other than unbroken</h4><dl class=\"diff\">")?;
    for Difference { what, expected, actual } in differences {
        write!(out, "<dt>{}</dt>", Escaped(what))?;
        write_side("exp", "unbroken", expected, out)?;
        write_side("act", "here", actual, out)?;
    }
    writeln!(out, "</dl>")
}

fn write_side(class: &str, name: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let shown = if text.is_empty() { "(empty)" } else { text };
    writeln!(out, "<dd class=\"{class}\"><small>{name}</small><pre>{}</pre></dd>", Escaped(shown))
}

fn write_output(name: &str, clip: &Clip, most: usize, out: &mut dyn Write) -> io::Result<()> {
    if clip.is_empty() {
        return writeln!(out, "<p class=\"none\">{name}: nothing</p>");
    }
    let bytes = words::count(clip.total_bytes, "byte");
    if clip.text.is_empty() {
        return writeln!(out, "<p class=\"none\">{name}: {bytes}, not kept</p>");
    }
    let shown = beginning(&clip.text, most);
    write!(out, "<h4>{name} <small>{bytes}</small></h4>")?;
    let more = if shown.len() < clip.text.len() { "\n[… cut in this page …]" } else { "" };
    writeln!(out, "<pre class=\"out\">{}{more}</pre>", Escaped(shown))
}

/// At most so many bytes, and whole characters.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}
