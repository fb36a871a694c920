//! What the page shows of each result, so that it stays small enough for a phone.

use std::collections::HashSet;
use std::io;

use super::details;
use super::grid::gravity;
use crate::sweep::{Outcome, PointResult, SweepReport};

/// Most bytes of details with output and timeline. With the matrix and the lines below, a page
/// stays under 15 MB, which a phone still opens.
const MAX_DETAIL_BYTES: usize = 8 * 1024 * 1024;

/// Most bytes of lines for results whose details have no room.
const MAX_LINE_BYTES: usize = 3 * 1024 * 1024;

/// Most details of tolerated points, and of unreached ones: they are there to compare with.
const MAX_SAMPLE: usize = 500;

/// What the page shows.
pub(super) struct Shown {
    /// Findings that are new first; each with its details, in HTML.
    pub(super) groups: Vec<Group>,
    pub(super) left_out: LeftOut,
    linked: HashSet<u64>,
}

/// Results of one outcome.
pub(super) struct Group {
    pub(super) outcome: Outcome,
    pub(super) known: bool,
    pub(super) total: usize,
    /// Of the details and lines.
    pub(super) html: Vec<u8>,
}

/// What the page does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LeftOut {
    /// Results with a line only.
    pub(super) details: usize,
    /// Results with a mark in the matrix only.
    pub(super) lines: usize,
    /// Outputs are cut to this.
    pub(super) output_bytes: Option<usize>,
}

/// How much room is left.
struct Room {
    details: usize,
    lines: usize,
}

impl Shown {
    /// Decides it: findings first.
    pub(super) fn of(report: &SweepReport) -> io::Result<Self> {
        let mut results: Vec<_> = report.results.iter().collect();
        results.sort_by_key(|result| gravity(result));
        let output_bytes = details::most_output(results.len());
        let left_out = LeftOut { output_bytes, ..LeftOut::default() };
        let mut shown = Self { groups: Vec::new(), left_out, linked: HashSet::new() };
        let mut room = Room { details: MAX_DETAIL_BYTES, lines: MAX_LINE_BYTES };
        for group in results.chunk_by(|a, b| gravity(a) == gravity(b)) {
            shown.add_group(report, group, &mut room)?;
        }
        Ok(shown)
    }

    /// There is something in the page that the matrix can lead to.
    pub(super) fn is_linked(&self, result: &PointResult) -> bool {
        self.linked.contains(&result.number)
    }

    fn add_group(
        &mut self,
        report: &SweepReport,
        results: &[&PointResult],
        room: &mut Room,
    ) -> io::Result<()> {
        let Some(first) = results.first() else { return Ok(()) };
        let (outcome, known, total) = (first.outcome, first.known, results.len());
        let mut html = Vec::new();
        self.left_out.lines += total - sample(results).count();
        for result in sample(results) {
            self.add(report, result, room, &mut html)?;
        }
        self.groups.push(Group { outcome, known, total, html });
        Ok(())
    }

    fn add(
        &mut self,
        report: &SweepReport,
        result: &PointResult,
        room: &mut Room,
        html: &mut Vec<u8>,
    ) -> io::Result<()> {
        let output = self.left_out.output_bytes;
        if take(&mut room.details, html, |html| details::write(report, result, output, html))? {
            self.linked.insert(result.number);
            return Ok(());
        }
        self.left_out.details += 1;
        if take(&mut room.lines, html, |html| details::write_line(result, html))? {
            self.linked.insert(result.number);
        } else {
            self.left_out.lines += 1;
        }
        Ok(())
    }
}

impl LeftOut {
    /// In words, for the page; nothing was left out: none.
    pub(super) fn told(self) -> Option<String> {
        let mut parts = Vec::new();
        if self.lines > 0 {
            parts.push(format!("{} points are only marked in the matrix", self.lines));
        }
        if self.details > 0 {
            parts.push(format!("{} points are listed without output and timeline", self.details));
        }
        if let Some(bytes) = self.output_bytes {
            parts.push(format!("output is cut to {bytes} bytes a stream"));
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// All findings and clean failures; of what is well, or never happened, some from everywhere.
fn sample<'s, 'r>(results: &'s [&'r PointResult]) -> impl Iterator<Item = &'r PointResult> + 's {
    let is_sampled =
        |r: &&PointResult| matches!(r.outcome, Outcome::Tolerated | Outcome::Unreached);
    let all = results.len();
    let some = if results.first().is_some_and(is_sampled) { all.min(MAX_SAMPLE) } else { all };
    (0..some).filter_map(move |at| results.get(at * all / some).copied())
}

/// Writes it if there is room; says whether there was. What is full stays full: trying all others
/// would take long, and leave out some in the middle.
fn take(
    room: &mut usize,
    html: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
) -> io::Result<bool> {
    if *room == 0 {
        return Ok(false);
    }
    let before = html.len();
    write(html)?;
    *room = room.saturating_sub(html.len() - before);
    if *room == 0 {
        html.truncate(before);
    }
    Ok(*room > 0)
}
