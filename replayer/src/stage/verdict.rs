//! What all that happened means.

use std::collections::HashMap;

use cassettes::format::Entry;
use cassettes::model::Protocol;

use super::Stage;
use crate::deck::{Line, Slot, recorded_head};
use crate::player::request::label;
use crate::report::order::{self, Lane, Played, Span, violations};
use crate::report::{ExchangeRef, Outcome, Verdict};
use crate::verify::{Gravity, Mismatch, Place};

pub(super) fn of(stage: &Stage) -> Verdict {
    let is_demanded = |slot| stage.claims.is_played(slot) || !stage.deck.is_spare(slot);
    let asked: Vec<_> = stage.deck.expected().filter(|(slot, _)| is_demanded(*slot)).collect();
    let reordered = reordered(stage, &asked);
    let mut outcomes: Vec<_> = asked
        .iter()
        .map(|(slot, entry)| outcome(stage, *slot, entry, reordered.get(slot).copied()))
        .collect();
    outcomes.extend(stage.extras.outcomes());
    Verdict { receptions: stage.faults.reception_hits(), ..Verdict::of(outcomes) }
}

/// What became of the exchanges that were asked for, and of nothing else, in whatever order: as little work as there was
/// traffic, however many exchanges there are.
pub(super) fn asked(stage: &Stage) -> Verdict {
    let expected = stage.deck.expected().filter(|(slot, _)| stage.claims.is_played(*slot));
    let mut outcomes: Vec<_> =
        expected.map(|(slot, entry)| outcome(stage, slot, &entry, None)).collect();
    outcomes.extend(stage.extras.outcomes());
    Verdict { receptions: stage.faults.reception_hits(), ..Verdict::of(outcomes) }
}

fn outcome(stage: &Stage, slot: Slot, entry: &Entry, before: Option<Early>) -> Outcome {
    let exchange = reference(stage, slot);
    let label = label_of(stage, slot);
    let played = stage.claims.plays(slot);
    if played == 0 {
        return Outcome::missing(exchange, label);
    }
    let reuse = stage.rules.connection_reuse.gravity();
    let mut mismatches = stage.evidence.of(slot, reuse, entry.ordinal == 0);
    mismatches.extend(before.map(|Early { before, gravity }| came_early(stage, before, gravity)));
    let hits = stage.faults.hits(slot);
    Outcome { played, hits, ..Outcome::asked(exchange, label, mismatches) }
}

/// A recorded exchange, as people name it.
pub(super) fn reference(stage: &Stage, slot: Slot) -> ExchangeRef {
    let (cassette, number) = stage.deck.name(slot);
    let alone = stage.deck.cassettes() == 1;
    let cassette = if alone { String::new() } else { cassette.to_owned() };
    ExchangeRef { cassette, number }
}

/// Its method and target; of what has none, the server.
pub(super) fn label_of(stage: &Stage, slot: Slot) -> String {
    match stage.deck.exchange(slot) {
        Err(error) => error.to_string(),
        Ok(exchange) if exchange.protocol == Protocol::Raw => {
            let origin = stage.deck.line(slot).map(Line::origin).filter(|it| !it.is_empty());
            format!("raw bytes to {}", origin.unwrap_or("a server"))
        }
        Ok(exchange) => label(&recorded_head(&exchange)),
    }
}

/// That an exchange was asked for before another.
#[derive(Clone, Copy)]
struct Early {
    before: Slot,
    gravity: Gravity,
}

/// The slots that were asked for too early, each with one that should have come before it.
fn reordered(stage: &Stage, asked: &[(Slot, Entry)]) -> HashMap<Slot, Early> {
    let mut found = HashMap::new();
    // Times of different cassettes do not compare.
    let cassette = |(slot, _): &(Slot, Entry)| stage.deck.cassette_of(*slot);
    for own in asked.chunk_by(|a, b| cassette(a) == cassette(b)) {
        let lanes = own.iter().map(|(_, entry)| (Lane::of(entry), recorded(entry)));
        let Some(gravity) = order::gravity(stage.rules.order.gravity(), lanes) else { continue };
        let played: Vec<_> = own.iter().filter(|(slot, _)| stage.claims.is_played(*slot)).collect();
        let spans: Vec<_> =
            played.iter().map(|(slot, entry)| played_of(stage, *slot, entry)).collect();
        let slot = |index: usize| played.get(index).map(|(slot, _)| *slot);
        let pairs = violations(&spans).into_iter();
        let early = |before| Early { before, gravity };
        found.extend(pairs.filter_map(|pair| slot(pair.early).zip(slot(pair.before).map(early))));
    }
    found
}

fn played_of(stage: &Stage, slot: Slot, entry: &Entry) -> Played {
    let (start, end) = stage.claims.span(slot);
    Played { recorded: recorded(entry), played: Span { start, end } }
}

fn recorded(entry: &Entry) -> Span {
    Span { start: entry.first_at.as_nanos(), end: entry.last_at.as_nanos() }
}

fn came_early(stage: &Stage, before: Slot, gravity: Gravity) -> Mismatch {
    let named = format!("after {} ({})", stage.deck.name(before).1, label_of(stage, before));
    Mismatch::changed(Place::Order, gravity, named, "before it")
}
