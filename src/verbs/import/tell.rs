//! What is said at the end of an import.

use std::path::Path;
use std::time::Duration;

use cassettes::format::Journal;
use recorder::import::ImportSummary;

use super::plan::Plan;
use super::{Format, json};
use crate::exit::Outcome;
use crate::printable::duration;
use crate::recording::progress;
use crate::talk;

/// What came of it, and all that was lost.
pub(super) fn imported(
    plan: &Plan,
    path: &Path,
    journal: &Journal,
    summary: &ImportSummary,
) -> Outcome<()> {
    talk::note(&format!("imported {} into {}", progress(journal), path.display()));
    listed(plan, summary);
    match plan.format {
        Format::Text => Ok(()),
        Format::Json => talk::data(|out| json::write_summary(summary, journal.counts(), out)),
    }
}

/// What was lost, and what was left out as it should be.
pub(super) fn listed(plan: &Plan, summary: &ImportSummary) {
    let packets = talk::count(summary.packets, "packet");
    let span = duration(Duration::from_nanos(summary.duration()));
    talk::note(&format!("{packets} over {span}{}", others(summary)));
    if plan.import.filter.is_some() {
        talk::note(&format!(
            "{} left out by --filter",
            talk::count(summary.filtered, "connection")
        ));
    }
    if summary.tunnelled > 0 {
        let connections = talk::count(summary.tunnelled, "connection");
        talk::note(&format!("{connections} through proxies: taken for those inside"));
    }
    for loss in summary.losses() {
        talk::warn(&loss.text);
    }
}

/// What is not TCP is no loss, and yet good to know.
fn others(summary: &ImportSummary) -> String {
    let skipped = summary.skipped.skipped.iter().filter(|(reason, _)| !reason.is_loss());
    let parts: Vec<_> = skipped.map(|(reason, count)| format!("{count}: {reason}")).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) }
}
