//! For GitHub Actions: workflow commands, which become annotations.

use std::io::{self, Write};

use super::layout::{self, plain_text};
use super::{Verdict, text};

/// GitHub shows ten errors a step, and drops the rest without a word.
const MAX_ANNOTATIONS: usize = 10;

/// Writes one `::error` for each exchange that differs, and a `::notice` that sums up. Beyond what
/// GitHub shows, the last error names the others.
pub fn write(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let failures: Vec<_> = verdict.outcomes.iter().filter(|o| o.is_failure()).collect();
    let whole = if failures.len() > MAX_ANNOTATIONS { MAX_ANNOTATIONS - 1 } else { failures.len() };
    let (shown, rest) = failures.split_at_checked(whole).unwrap_or_default();
    for outcome in shown {
        let title = format!("{}: {}", outcome.kind.name(), layout::title(outcome));
        annotate("error", &title, &plain_text(&layout::lines(outcome)), out)?;
    }
    if !rest.is_empty() {
        let titles = rest.iter().map(|o| format!("{}: {}\n", o.kind.name(), layout::title(o)));
        annotate(
            "error",
            &format!("{} more differ", rest.len()),
            &titles.collect::<String>(),
            out,
        )?;
    }
    let hits = layout::hits(verdict);
    if !hits.is_empty() {
        annotate("notice", "faults", &hits.join("\n"), out)?;
    }
    annotate("notice", "retape", &text::summary(verdict), out)
}

fn annotate(level: &str, title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "::{level} title={}::{}", property(title), data(message.trim_end()))
}

/// As GitHub's toolkit escapes a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As GitHub's toolkit escapes a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
