//! For other programs: one JSON document, specified in `docs/report-schema.md`.

use std::io::{self, Write};

use serde::Serialize;

use super::{Candidate, ExchangeRef, Hit, Kind, Outcome, Totals, Verdict};
use crate::verify::{Gravity, Mismatch, Place};

/// The document's version. A reader takes one that it knows, and ignores members that it does not.
/// - 1: verdict, totals, outcomes with mismatches and nearest candidates
pub const VERSION: u32 = 1;

/// Writes the document.
pub fn write(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document::of(verdict))?;
    writeln!(out)
}

/// The records are apart from the live types, so that a change there does not change the document.
#[derive(Serialize)]
struct Document<'v> {
    format: &'static str,
    version: u32,
    same: bool,
    totals: Totals,
    outcomes: Vec<OutcomeRecord<'v>>,
    receptions: Vec<ReceptionRecord<'v>>,
}

#[derive(Serialize)]
struct OutcomeRecord<'v> {
    kind: Kind,
    exchange: Option<&'v ExchangeRef>,
    label: &'v str,
    played: u32,
    mismatches: Vec<MismatchRecord<'v>>,
    faults: Vec<HitRecord<'v>>,
    nearest: Vec<CandidateRecord<'v>>,
}

/// A fault that hit an exchange.
#[derive(Serialize)]
struct HitRecord<'v> {
    fault: &'v str,
    attempt: u32,
    times: u32,
}

/// A fault that hit a connection.
#[derive(Serialize)]
struct ReceptionRecord<'v> {
    fault: &'v str,
    connection: u32,
    times: u32,
}

#[derive(Serialize)]
struct CandidateRecord<'v> {
    exchange: &'v ExchangeRef,
    label: &'v str,
    mismatches: Vec<MismatchRecord<'v>>,
}

#[derive(Serialize)]
struct MismatchRecord<'v> {
    /// The place in words.
    at: String,
    place: &'v Place,
    gravity: Gravity,
    expected: Option<&'v str>,
    actual: Option<&'v str>,
    detail: Option<&'v str>,
}

impl<'v> Document<'v> {
    fn of(verdict: &'v Verdict) -> Self {
        Self {
            format: "retape-verdict",
            version: VERSION,
            same: verdict.is_same(),
            totals: verdict.totals,
            outcomes: verdict.outcomes.iter().map(OutcomeRecord::of).collect(),
            receptions: verdict.receptions.iter().map(reception).collect(),
        }
    }
}

impl<'v> OutcomeRecord<'v> {
    fn of(outcome: &'v Outcome) -> Self {
        Self {
            kind: outcome.kind,
            exchange: outcome.exchange.as_ref(),
            label: &outcome.label,
            played: outcome.played,
            mismatches: records(&outcome.mismatches),
            faults: outcome.hits.iter().map(hit).collect(),
            nearest: outcome.nearest.iter().map(CandidateRecord::of).collect(),
        }
    }
}

impl<'v> CandidateRecord<'v> {
    fn of(candidate: &'v Candidate) -> Self {
        Self {
            exchange: &candidate.exchange,
            label: &candidate.label,
            mismatches: records(&candidate.mismatches),
        }
    }
}

impl<'v> MismatchRecord<'v> {
    fn of(mismatch: &'v Mismatch) -> Self {
        Self {
            at: mismatch.place.to_string(),
            place: &mismatch.place,
            gravity: mismatch.gravity,
            expected: mismatch.expected.as_deref(),
            actual: mismatch.actual.as_deref(),
            detail: mismatch.detail.as_deref(),
        }
    }
}

fn hit(hit: &Hit) -> HitRecord<'_> {
    HitRecord { fault: &hit.fault, attempt: hit.attempt, times: hit.times }
}

fn reception(hit: &Hit) -> ReceptionRecord<'_> {
    ReceptionRecord { fault: &hit.fault, connection: hit.attempt, times: hit.times }
}

fn records(mismatches: &[Mismatch]) -> Vec<MismatchRecord<'_>> {
    mismatches.iter().map(MismatchRecord::of).collect()
}
