//! Points by exchange and kind, counted.

use std::collections::BTreeMap;

use super::words;
use crate::sweep::{Counts, PointResult, SweepReport};

/// How the points of one kind in one exchange ended.
#[derive(Debug)]
pub(super) struct Row<'r> {
    /// The exchange, or the connection.
    pub(super) place: String,
    /// It has another place than the row before.
    pub(super) is_first: bool,
    pub(super) kind: &'r str,
    pub(super) counts: Counts,
}

/// One row for each exchange and kind: exchanges in the cassette's order, kinds in the plan's.
pub(super) fn rows(report: &SweepReport) -> Vec<Row<'_>> {
    let mut places: BTreeMap<_, Vec<Row<'_>>> = BTreeMap::new();
    for result in &report.results {
        let rows = places.entry(key(result)).or_default();
        match rows.iter_mut().find(|row| row.kind == result.kind) {
            Some(row) => row.counts.add(result.outcome),
            None => rows.push(first(report, result, rows.is_empty())),
        }
    }
    places.into_values().flatten().collect()
}

/// What is bound to no exchange comes last.
fn key(result: &PointResult) -> (bool, Option<u64>, Option<u32>) {
    (result.exchange.is_none(), result.exchange, result.connection)
}

fn first<'r>(report: &SweepReport, result: &'r PointResult, is_first: bool) -> Row<'r> {
    let counts = [result].into_iter().collect();
    Row { place: words::place(report, result), is_first, kind: &result.kind, counts }
}
