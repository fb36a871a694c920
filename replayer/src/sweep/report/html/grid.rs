//! Results of one exchange in rows and columns: kinds of fault × points of the answer.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use crate::sweep::PointResult;

/// More columns than this, and neighbours of the same content become one.
const MAX_PLAIN_COLUMNS: usize = 24;

/// Most columns: a browser lays out more only slowly, and nobody scrolls through them. Beyond it,
/// neighbours of different content become one as well.
pub(super) const MAX_COLUMNS: usize = 160;

/// Rows of cells.
#[derive(Debug)]
pub(super) struct Grid<'r> {
    /// In the answer's order.
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row<'r>>,
}

/// One kind of fault, with its parameters.
#[derive(Debug)]
pub(super) struct Row<'r> {
    pub(super) variant: String,
    pub(super) attempts: &'r str,
    /// As many as there are columns; each with the results that fall there.
    pub(super) cells: Vec<Vec<&'r PointResult>>,
}

/// What a fault does, without where: `reset drop` of `reset drop at 50% on 3 once`.
pub(super) fn variant(result: &PointResult) -> String {
    let mut text = result.id.clone();
    if let Some(point) = &result.point {
        text = text.replacen(&format!(" at {point}"), "", 1);
    }
    let number = result.exchange.map(|number| format!(" on {number}"));
    let connection = result.connection.map(|number| format!(" on connection {number}"));
    for selector in [connection, number].into_iter().flatten() {
        if let Some(at) = text.rfind(&selector) {
            text.truncate(at);
        }
    }
    text
}

impl<'r> Grid<'r> {
    /// Of results that all have a point.
    pub(super) fn of(results: &[&'r PointResult]) -> Self {
        let by_row = by_row(results);
        let points = merged_order(by_row.iter().map(|(_, results)| results.as_slice()));
        let at: HashMap<_, _> = points.iter().enumerate().map(|(at, point)| (*point, at)).collect();
        let mut rows: Vec<_> = by_row
            .into_iter()
            .map(|((variant, attempts), results)| {
                let cells = vec![Vec::new(); points.len()];
                let mut row = Row { variant, attempts, cells };
                for result in results {
                    row.put(result, &at);
                }
                row
            })
            .collect();
        let ranges = ranges(&points, &rows);
        for row in &mut rows {
            row.cells = ranges.iter().map(|range| row.joined(range)).collect();
        }
        let columns = ranges.into_iter().map(|range| heading(points.get(range))).collect();
        Self { columns, rows }
    }
}

impl<'r> Row<'r> {
    fn put(&mut self, result: &'r PointResult, at: &HashMap<&str, usize>) {
        let point = result.point.as_deref().unwrap_or_default();
        let cell = at.get(point).and_then(|at| self.cells.get_mut(*at));
        if let Some(cell) = cell {
            cell.push(result);
        }
    }

    fn joined(&self, range: &Range<usize>) -> Vec<&'r PointResult> {
        self.cells.get(range.clone()).unwrap_or_default().concat()
    }

    /// The two columns say the same of it.
    fn is_alike(&self, a: usize, b: usize) -> bool {
        let outcomes = |at: usize| {
            let cell = self.cells.get(at).map(Vec::as_slice).unwrap_or_default();
            cell.iter().map(|result| (result.outcome, result.known)).collect::<Vec<_>>()
        };
        outcomes(a) == outcomes(b)
    }
}

type RowOf<'r> = ((String, &'r str), Vec<&'r PointResult>);

/// In the plan's order.
fn by_row<'r>(results: &[&'r PointResult]) -> Vec<RowOf<'r>> {
    let mut rows: Vec<RowOf<'r>> = Vec::new();
    let mut at: HashMap<(String, &str), usize> = HashMap::new();
    for result in results {
        let key = (variant(result), result.attempts.as_str());
        let row = *at.entry(key.clone()).or_insert(rows.len());
        match rows.get_mut(row) {
            Some((_, row)) => row.push(result),
            None => rows.push((key, vec![result])),
        }
    }
    rows
}

/// All points, each after the one that it follows in its row: rows do not all offer the same.
fn merged_order<'r>(rows: impl Iterator<Item = impl AsRef<[&'r PointResult]>>) -> Vec<&'r str> {
    // Each point's follower; the empty text stands before the first and after the last.
    let mut after: HashMap<&str, &str> = HashMap::from([("", "")]);
    for row in rows {
        let first = row.as_ref().first().and_then(|result| result.point.as_deref());
        let mut last = first.map_or("", |point| before(point, &after));
        for point in row.as_ref().iter().filter_map(|result| result.point.as_deref()) {
            if !after.contains_key(point) {
                let next = after.insert(last, point).unwrap_or_default();
                after.insert(point, next);
            }
            last = point;
        }
    }
    chain(&after).collect()
}

fn chain<'r>(after: &HashMap<&'r str, &'r str>) -> impl Iterator<Item = &'r str> {
    let follower = |point: &&str| after.get(point).copied().filter(|next| !next.is_empty());
    std::iter::successors(follower(&""), follower)
}

/// Where a row's first point belongs if it is not there yet: after the last one that comes no later.
fn before<'r>(point: &str, after: &HashMap<&'r str, &'r str>) -> &'r str {
    let earlier = chain(after).filter(|other| stage(other) <= stage(point));
    if after.contains_key(point) { "" } else { earlier.last().unwrap_or_default() }
}

/// Which part of an answer a point is in, by its first word.
fn stage(point: &str) -> u8 {
    match point.split(' ').next().unwrap_or_default() {
        _ if point == "byte 0" => 0,
        "head" | "status-line" => 1,
        "header" => 2,
        "after-headers" => 3,
        "end" => 5,
        _ => 4,
    }
}

/// Which points share a column.
fn ranges(points: &[&str], rows: &[Row<'_>]) -> Vec<Range<usize>> {
    let each = (0..points.len()).map(|at| at..at + 1);
    if points.len() <= MAX_PLAIN_COLUMNS {
        return each.collect();
    }
    let alike = |a: usize, b: usize| {
        follow(points.get(a), points.get(b)) && rows.iter().all(|row| row.is_alike(a, b))
    };
    let joined = each.fold(Vec::new(), |mut ranges: Vec<Range<usize>>, next| {
        match ranges.last_mut() {
            Some(last) if alike(last.end - 1, next.start) => last.end = next.end,
            _ => ranges.push(next),
        }
        ranges
    });
    let share = joined.len().div_ceil(MAX_COLUMNS).max(1);
    joined.chunks(share).filter_map(|some| Some(some.first()?.start..some.last()?.end)).collect()
}

/// `byte 7` comes right after `byte 6`.
fn follow(a: Option<&&str>, b: Option<&&str>) -> bool {
    let (Some((a, first)), Some((b, second))) = (a.and_then(numbered), b.and_then(numbered)) else {
        return false;
    };
    a == b && first.checked_add(1) == Some(second)
}

fn numbered<'t>(point: &&'t str) -> Option<(&'t str, u64)> {
    let (word, number) = point.rsplit_once(' ')?;
    Some((word, number.parse().ok()?))
}

/// `byte 812`; `byte 13–80`; `header 3 … byte 90`.
fn heading(points: Option<&[&str]>) -> String {
    let (first, last) = match points {
        Some([first, .., last]) => (first, last),
        Some([one]) => return (*one).to_owned(),
        _ => return String::new(),
    };
    match (numbered(first), numbered(last)) {
        (Some((a, _)), Some((b, number))) if a == b => format!("{first}–{number}"),
        _ => format!("{first} … {last}"),
    }
}

/// Results by outcome, worst first, with how many have it.
pub(super) fn tally<'r>(cell: &[&'r PointResult]) -> Vec<(&'r PointResult, usize)> {
    let mut by_outcome: BTreeMap<_, (&PointResult, usize)> = BTreeMap::new();
    for &result in cell {
        let (_, count) = by_outcome.entry(gravity(result)).or_insert((result, 0));
        *count += 1;
    }
    by_outcome.into_values().collect()
}

/// Findings come first, new ones before known ones.
pub(super) fn gravity(result: &PointResult) -> (usize, bool) {
    use crate::sweep::Outcome::{Crashed, Fooled, Hung, Reported, Tolerated, Unreached};
    let order = [Fooled, Hung, Crashed, Reported, Tolerated, Unreached];
    let place = order.iter().position(|outcome| *outcome == result.outcome);
    (place.unwrap_or(order.len()), result.known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::Outcome::{self, Fooled, Reported, Tolerated};
    use crate::sweep::testing::point;

    fn row(kind: &str, points: &[(&str, Outcome)]) -> Vec<PointResult> {
        let sentence = |at: &str| format!("{kind} at {at} on 1");
        points.iter().map(|(at, outcome)| point(&sentence(at), *outcome)).collect()
    }

    fn bytes(kind: &str, outcomes: impl IntoIterator<Item = Outcome>) -> Vec<PointResult> {
        let names: Vec<_> =
            outcomes.into_iter().enumerate().map(|(at, o)| (format!("byte {at}"), o)).collect();
        row(kind, &names.iter().map(|(name, o)| (name.as_str(), *o)).collect::<Vec<_>>())
    }

    fn columns(results: &[PointResult]) -> Vec<String> {
        Grid::of(&results.iter().collect::<Vec<_>>()).columns
    }

    #[test]
    fn points_that_only_some_kinds_offer_stand_where_they_belong() {
        let close =
            row("close", &[("head", Tolerated), ("header 1", Tolerated), ("end", Tolerated)]);
        let cut =
            row("cut", &[("header 1", Tolerated), ("event 1", Tolerated), ("end", Tolerated)]);
        let results = [close, cut].concat();
        assert_eq!(columns(&results), ["head", "header 1", "event 1", "end"]);
    }

    #[test]
    fn a_point_that_only_one_kind_offers_stands_in_its_part_of_the_answer() {
        let close =
            row("close", &[("head", Tolerated), ("header 1", Tolerated), ("end", Tolerated)]);
        let others =
            [row("cut", &[("part 1", Tolerated)]), row("garbage", &[("byte 0", Tolerated)])];
        let results = [close, others.concat()].concat();
        assert_eq!(columns(&results), ["byte 0", "head", "header 1", "part 1", "end"]);
    }

    #[test]
    fn a_row_is_a_kind_with_its_parameters_and_its_attempts() {
        let mut drop = point("reset drop at 50% on 1 once", Fooled);
        drop.attempts = "once".to_owned();
        assert_eq!(variant(&drop), "reset drop");
        assert_eq!(
            variant(&point("status 503 retry-after 2 on 1", Reported)),
            "status 503 retry-after 2"
        );
        let results = [drop, point("reset drop at 50% on 1", Fooled)];
        let grid = Grid::of(&results.iter().collect::<Vec<_>>());
        let attempts: Vec<_> = grid.rows.iter().map(|row| row.attempts).collect();
        assert_eq!((attempts, grid.columns.len()), (vec!["once", "sticky"], 1));
    }

    #[test]
    fn many_bytes_of_the_same_outcome_are_one_column() {
        let outcomes = (0..1000).map(|at| if at == 500 { Fooled } else { Reported });
        assert_eq!(columns(&bytes("close", outcomes)), ["byte 0–499", "byte 500", "byte 501–999"]);
    }

    #[test]
    fn there_are_never_too_many_columns_and_no_point_is_lost() {
        let outcomes = (0..5000).map(|at| if at % 2 == 0 { Fooled } else { Reported });
        let results = bytes("close", outcomes);
        let grid = Grid::of(&results.iter().collect::<Vec<_>>());
        assert!(grid.columns.len() <= MAX_COLUMNS, "{}", grid.columns.len());
        assert_eq!(grid.rows[0].cells.iter().map(Vec::len).sum::<usize>(), 5000);
        assert_eq!(grid.columns[0], "byte 0–31");
        let worst: Vec<_> =
            tally(&grid.rows[0].cells[0]).iter().map(|(r, n)| (r.outcome, *n)).collect();
        assert_eq!(worst, [(Fooled, 16), (Reported, 16)]);
    }
}
