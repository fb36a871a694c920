//! What happened in a replay, and what it means.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::verify::{Gravity, Mismatch, Place};

/// What a run of a client means, against its recording.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Recorded exchanges in their order, then extra ones in theirs.
    pub outcomes: Vec<Outcome>,
    /// The faults that hit connections before anything was asked.
    pub receptions: Vec<Hit>,
    /// Counted over the outcomes.
    pub totals: Totals,
}

/// What became of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// In one word.
    pub kind: Kind,
    /// Which recorded exchange; none for an extra one.
    pub exchange: Option<ExchangeRef>,
    /// Method and target, as `GET /path`.
    pub label: String,
    /// How often it was asked for.
    pub played: u32,
    /// How what came differs from what was recorded.
    pub mismatches: Vec<Mismatch>,
    /// The faults that hit it.
    pub hits: Vec<Hit>,
    /// For extra ones: the recorded exchanges that come closest, and why each was not chosen.
    pub nearest: Vec<Candidate>,
}

/// A fault that hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its id.
    pub fault: Arc<str>,
    /// At which asking of its exchange first, from 1; of a connection, which one.
    pub attempt: u32,
    /// How often.
    pub times: u32,
}

/// What became of an exchange, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// As recorded, notes aside.
    Same,
    /// Asked otherwise than recorded.
    Changed,
    /// Recorded, never asked.
    Missing,
    /// Asked, not recorded.
    Extra,
    /// As recorded, but before or after another than recorded.
    Reordered,
}

/// A recorded exchange, as people name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct ExchangeRef {
    /// The cassette's name; empty if there is only one.
    pub cassette: String,
    /// From 1.
    pub number: usize,
}

/// A recorded exchange that might have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub exchange: ExchangeRef,
    /// Method and target, as `GET /path`.
    pub label: String,
    /// Why it was not chosen.
    pub mismatches: Vec<Mismatch>,
}

/// How many exchanges came to which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// All outcomes.
    pub exchanges: usize,
    /// As recorded.
    pub same: usize,
    /// Asked otherwise.
    pub changed: usize,
    /// Never asked.
    pub missing: usize,
    /// Not recorded.
    pub extra: usize,
    /// In another order.
    pub reordered: usize,
    /// Differences that fail nothing.
    pub notes: usize,
}

impl Verdict {
    /// Counts the outcomes.
    pub fn of(outcomes: Vec<Outcome>) -> Self {
        let mut totals = Totals::default();
        for outcome in &outcomes {
            totals.add(outcome);
        }
        Self { outcomes, receptions: Vec::new(), totals }
    }

    /// The client is the same: exit code 0; otherwise 1.
    pub fn is_same(&self) -> bool {
        self.totals.same == self.totals.exchanges
    }
}

/// `#3`, or `name#3`.
impl fmt::Display for ExchangeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.cassette, self.number)
    }
}

impl Outcome {
    /// Of an exchange that was asked for: same, reordered, or changed, as the mismatches say.
    pub fn asked(exchange: ExchangeRef, label: String, mismatches: Vec<Mismatch>) -> Self {
        let kind = Kind::of(&mismatches);
        let (hits, nearest) = (Vec::new(), Vec::new());
        Self { kind, exchange: Some(exchange), label, played: 1, mismatches, hits, nearest }
    }

    /// Of an exchange that nobody asked for.
    pub fn missing(exchange: ExchangeRef, label: String) -> Self {
        let exchange = Some(exchange);
        Self {
            kind: Kind::Missing,
            exchange,
            label,
            played: 0,
            mismatches: vec![],
            hits: vec![],
            nearest: vec![],
        }
    }

    /// Of a request that was not recorded.
    pub fn extra(label: String, nearest: Vec<Candidate>) -> Self {
        let (mismatches, hits) = (vec![], vec![]);
        Self { kind: Kind::Extra, exchange: None, label, played: 1, mismatches, hits, nearest }
    }

    /// It fails the replay.
    pub fn is_failure(&self) -> bool {
        self.kind != Kind::Same
    }
}

/// `reset at byte 812 on 3, attempt 1`, and how often, if more than once.
impl fmt::Display for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, attempt, times } = self;
        match times {
            0 | 1 => write!(f, "{fault}, attempt {attempt}"),
            _ => write!(f, "{fault}, {times} times from attempt {attempt} on"),
        }
    }
}

impl Kind {
    /// What the mismatches of an exchange that was asked for make of it.
    pub fn of(mismatches: &[Mismatch]) -> Self {
        let mut failures = mismatches.iter().filter(|mismatch| mismatch.is_failure()).peekable();
        if failures.peek().is_none() {
            Self::Same
        } else if failures.all(|mismatch| mismatch.place == Place::Order) {
            Self::Reordered
        } else {
            Self::Changed
        }
    }

    /// In lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Reordered => "reordered",
        }
    }
}

impl Totals {
    fn add(&mut self, outcome: &Outcome) {
        self.exchanges += 1;
        self.notes += outcome.mismatches.iter().filter(|m| m.gravity == Gravity::Note).count();
        *match outcome.kind {
            Kind::Same => &mut self.same,
            Kind::Changed => &mut self.changed,
            Kind::Missing => &mut self.missing,
            Kind::Extra => &mut self.extra,
            Kind::Reordered => &mut self.reordered,
        } += 1;
    }
}
