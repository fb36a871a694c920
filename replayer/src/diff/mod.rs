//! Compares two cassettes: the same engine as a replay's verdict.
//!
//! Exchanges are paired as a replayer selects them: by request and body, in order; then by request
//! alone; then by the nearest of what is left. Pairs are read one at a time, never a whole cassette.

mod extra;
mod judge;
mod pairing;

use cassettes::format::{Entry, ReadError, Reader};
use cassettes::model::Exchange;

use crate::report::order::{self, Lane, Played, Span, violations};
use crate::report::{ExchangeRef, Outcome, Verdict};
use crate::verify::{Mismatch, Place, Rules};

/// Whose part of the exchanges is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sides {
    /// The requests: what a replay's verdict tells.
    Client,
    /// The answers.
    Server,
    /// Both.
    #[default]
    Both,
}

/// Why two cassettes cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// The first, the recording.
    #[error("cannot read exchange {number} of the first cassette; `retape verify` tells more")]
    First {
        /// From 1.
        number: usize,
        /// Why.
        source: ReadError,
    },
    /// The second, what it is compared with.
    #[error("cannot read exchange {number} of the second cassette; `retape verify` tells more")]
    Second {
        /// From 1.
        number: usize,
        /// Why.
        source: ReadError,
    },
}

/// What became of the exchanges of `a` in `b`: requests, answers and order.
pub fn diff(a: &Reader, b: &Reader, rules: &Rules) -> Result<Verdict, DiffError> {
    diff_sides(a, b, rules, Sides::Both)
}

/// [`diff`], of one side only.
pub fn diff_sides(
    a: &Reader,
    b: &Reader,
    rules: &Rules,
    sides: Sides,
) -> Result<Verdict, DiffError> {
    let cassettes = Cassettes { a, b };
    let pairs = pairing::pair(cassettes, rules)?;
    let addresses = judge::Addresses::of(cassettes);
    let judge = judge::Judge::new(cassettes, rules, sides, &addresses);
    let mut judged = Vec::with_capacity(a.len());
    for (index, partner) in pairs.of_a.iter().enumerate() {
        judged.push(judge.judge(index, *partner)?);
    }
    add_order(cassettes, &pairs.of_a, rules, &mut judged);
    let judged = judged.into_iter().enumerate();
    let judged = judged.filter(|(index, _)| a.entry(*index).protocol.is_conversation());
    let mut outcomes: Vec<_> = judged.map(outcome).collect();
    outcomes.extend(extra::outcomes(cassettes, &pairs.extra, &addresses, rules)?);
    Ok(Verdict::of(outcomes))
}

/// The recording, and what it is compared with.
#[derive(Clone, Copy)]
struct Cassettes<'c> {
    a: &'c Reader,
    b: &'c Reader,
}

impl Cassettes<'_> {
    fn exchange_of_a(self, index: usize) -> Result<Exchange, DiffError> {
        let number = index + 1;
        self.a.exchange(index).map_err(|source| DiffError::First { number, source })
    }

    fn exchange_of_b(self, index: usize) -> Result<Exchange, DiffError> {
        let number = index + 1;
        self.b.exchange(index).map_err(|source| DiffError::Second { number, source })
    }
}

/// What was found about one exchange of the recording.
struct Judged {
    label: String,
    /// None: it has no partner.
    mismatches: Option<Vec<Mismatch>>,
}

fn outcome((index, judged): (usize, Judged)) -> Outcome {
    let exchange = exchange_ref(index);
    match judged.mismatches {
        Some(mismatches) => Outcome::asked(exchange, judged.label, mismatches),
        None => Outcome::missing(exchange, judged.label),
    }
}

fn exchange_ref(index: usize) -> ExchangeRef {
    ExchangeRef { cassette: String::new(), number: index + 1 }
}

/// Tells which exchanges came before others that they followed in the recording.
fn add_order(
    cassettes: Cassettes<'_>,
    partners: &[Option<usize>],
    rules: &Rules,
    judged: &mut [Judged],
) {
    let lanes = cassettes.a.entries().map(|entry| (Lane::of(&entry), span(&entry)));
    let Some(gravity) = order::gravity(rules.order.gravity(), lanes) else { return };
    let paired = partners.iter().enumerate();
    let paired: Vec<_> = paired.filter_map(|(a, b)| b.map(|b| (a, b))).collect();
    let times: Vec<_> = paired.iter().map(|&(a, b)| played(cassettes, a, b)).collect();
    for found in violations(&times) {
        let place = |index: usize| paired.get(index).map_or(0, |(a, _)| *a);
        let (early, before) = (place(found.early), place(found.before));
        let label = judged.get(before).map_or("", |judged| &judged.label);
        let detail = order_detail(&exchange_ref(before), label);
        let mismatches = judged.get_mut(early).and_then(|judged| judged.mismatches.as_mut());
        if let Some(mismatches) = mismatches {
            let place = Place::Order;
            let (expected, actual) = (None, None);
            mismatches.push(Mismatch { place, gravity, expected, actual, detail: Some(detail) });
        }
    }
}

/// How a report says that an exchange came too early.
pub(crate) fn order_detail(before: &ExchangeRef, label: &str) -> String {
    format!("asked before {before} {label}, which had been answered first in the recording")
}

fn played(cassettes: Cassettes<'_>, a: usize, b: usize) -> Played {
    Played { recorded: span(&cassettes.a.entry(a)), played: span(&cassettes.b.entry(b)) }
}

fn span(entry: &Entry) -> Span {
    Span { start: entry.first_at.as_nanos(), end: entry.last_at.as_nanos() }
}

#[cfg(test)]
mod tests;
