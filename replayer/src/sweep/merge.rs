//! Joins the reports of shards into that of the whole sweep.

use std::collections::HashMap;

use thiserror::Error;

use super::{Shard, SweepReport};

/// Why reports cannot be joined. Files are named as the caller named them.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum MergeError {
    /// Nothing to join.
    #[error("there is no report to merge: name the reports of all shards")]
    Nothing,
    /// It covers the whole plan.
    #[error("{file} is no shard but a whole sweep: merge reports that `--shard` made")]
    Whole {
        /// Whose report.
        file: String,
    },
    /// Not of the same sweep.
    #[error(
        "{first} and {other} are not of the same sweep: {what} is {expected} in the first, and \
         {actual} in the second"
    )]
    Differs {
        /// A report.
        first: String,
        /// One that does not go with it.
        other: String,
        /// In what.
        what: &'static str,
        /// In the first.
        expected: String,
        /// In the other.
        actual: String,
    },
    /// The same shard came twice.
    #[error("{first} and {other} are both shard {shard}: leave one out")]
    DoubleShard {
        /// A report.
        first: String,
        /// The other one.
        other: String,
        /// Which.
        shard: Shard,
    },
    /// Some shards are not there.
    #[error("of {count} shards these are missing: {missing}; name their reports, too")]
    MissingShards {
        /// How many there should be.
        count: u32,
        /// Their numbers.
        missing: String,
    },
    /// The same point is in two shards.
    #[error(
        "point {number} ({id}) is in {first} and in {other}: were they made by different versions?"
    )]
    DoublePoint {
        /// Its place in the plan.
        number: u64,
        /// The fault.
        id: String,
        /// A report.
        first: String,
        /// The other one.
        other: String,
    },
    /// A shard has fewer points than it should.
    #[error(
        "{file} was stopped: it has {tried} of {planned} points; let it go on with `retape sweep \
         --resume`, or merge with --partial"
    )]
    Stopped {
        /// Whose report.
        file: String,
        /// How many results it has.
        tried: u64,
        /// How many it should have.
        planned: u64,
    },
}

/// A report and the name that errors call it by.
#[derive(Debug, Clone)]
pub struct Named {
    /// As the file is called.
    pub file: String,
    /// What is in it.
    pub report: SweepReport,
}

/// Whether less than the whole plan will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// Every shard must be there, and have tried all its points.
    Whole,
    /// What is there is joined; the report says what is missing.
    Partial,
}

/// Joins shards: results in the plan's order, durations and points added up. Whether a finding is
/// known stays as each shard's report has it.
pub fn merge(shards: Vec<Named>, completeness: Completeness) -> Result<SweepReport, MergeError> {
    let first = shards.first().ok_or(MergeError::Nothing)?;
    shards.iter().try_for_each(|other| same_sweep(first, other))?;
    let missing = missing_shards(&shards)?;
    if completeness == Completeness::Whole {
        all_there(&shards, &missing)?;
    }
    no_double_points(&shards)?;
    // A plan is divided evenly: what is missing is about as large as what is there.
    let unseen = first.report.planned * missing.len() as u64;
    let mut reports = shards.into_iter().map(|named| named.report);
    let mut all = reports.next().ok_or(MergeError::Nothing)?;
    reports.for_each(|report| add(&mut all, report));
    all.planned += unseen;
    finish(&mut all);
    Ok(all)
}

/// The two were made from the same things, so that their points are of one plan.
fn same_sweep(first: &Named, other: &Named) -> Result<(), MergeError> {
    let (a, b) = (&first.report, &other.report);
    let exit = |report: &SweepReport| report.baseline.exit.to_string();
    let count = |report: &SweepReport| report.shard.map(|shard| shard.count);
    let facts = [
        ("the cassette", a.cassette.clone(), b.cassette.clone()),
        ("the list of exchanges", titles(a), titles(b)),
        ("the command", format!("{:?}", a.command), format!("{:?}", b.command)),
        ("the plan", a.plan.clone(), b.plan.clone()),
        ("the seed", a.seed.to_string(), b.seed.to_string()),
        ("the list of options", format!("{:?}", a.options), format!("{:?}", b.options)),
        ("the unbroken run's end", exit(a), exit(b)),
        ("the number of shards", format!("{:?}", count(a)), format!("{:?}", count(b))),
    ];
    // A whole sweep is told as such, below.
    let shards = a.shard.is_some() && b.shard.is_some();
    let differs = |(what, a, b): &(&str, String, String)| {
        (shards || *what != "the number of shards") && a != b
    };
    match facts.into_iter().find(differs) {
        None => Ok(()),
        Some((what, expected, actual)) => Err(MergeError::Differs {
            first: first.file.clone(),
            other: other.file.clone(),
            what,
            expected,
            actual,
        }),
    }
}

fn titles(report: &SweepReport) -> String {
    let titles: Vec<_> = report.exchanges.iter().map(|line| line.title.as_str()).collect();
    format!("{titles:?}")
}

/// The numbers of shards that are not there; an error if one is there twice, or is none.
fn missing_shards(shards: &[Named]) -> Result<Vec<u32>, MergeError> {
    let mut by_index: HashMap<u32, &str> = HashMap::new();
    let mut count = 0;
    for Named { file, report } in shards {
        let shard = report.shard.ok_or_else(|| MergeError::Whole { file: file.clone() })?;
        count = shard.count;
        if let Some(first) = by_index.insert(shard.index, file) {
            let (first, other) = (first.to_owned(), file.clone());
            return Err(MergeError::DoubleShard { first, other, shard });
        }
    }
    Ok((1..=count).filter(|index| !by_index.contains_key(index)).collect())
}

fn all_there(shards: &[Named], missing: &[u32]) -> Result<(), MergeError> {
    if let (false, Some(shard)) = (missing.is_empty(), shards.iter().find_map(|s| s.report.shard)) {
        let missing: Vec<_> = missing.iter().map(u32::to_string).collect();
        let missing = missing.join(", ");
        return Err(MergeError::MissingShards { count: shard.count, missing });
    }
    let tried = |report: &SweepReport| report.results.len() as u64;
    match shards.iter().find(|shard| tried(&shard.report) < shard.report.planned) {
        None => Ok(()),
        Some(Named { file, report }) => Err(MergeError::Stopped {
            file: file.clone(),
            tried: tried(report),
            planned: report.planned,
        }),
    }
}

fn no_double_points(shards: &[Named]) -> Result<(), MergeError> {
    let mut numbers: HashMap<u64, &str> = HashMap::new();
    let mut ids: HashMap<&str, &str> = HashMap::new();
    for Named { file, report } in shards {
        for result in &report.results {
            let by_number = numbers.insert(result.number, file);
            if let Some(first) = ids.insert(&result.id, file).or(by_number) {
                return Err(MergeError::DoublePoint {
                    number: result.number,
                    id: result.id.clone(),
                    first: first.to_owned(),
                    other: file.clone(),
                });
            }
        }
    }
    Ok(())
}

fn add(all: &mut SweepReport, shard: SweepReport) {
    all.results.extend(shard.results);
    all.planned += shard.planned;
    all.duration_ms += shard.duration_ms;
    all.started_unix_ms = all.started_unix_ms.min(shard.started_unix_ms);
    all.baseline.unstable.extend(shard.baseline.unstable);
}

fn finish(all: &mut SweepReport) {
    all.shard = None;
    all.results.sort_by_key(|result| result.number);
    all.baseline.unstable.sort();
    all.baseline.unstable.dedup();
}

#[cfg(test)]
mod tests;
