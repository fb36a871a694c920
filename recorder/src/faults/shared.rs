//! What all connections of a session share: the faults, and what is counted over all of them.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use cassettes::fault::{Fault, FaultSet, Selector, Target};
use cassettes::model::{Direction, Timestamp};

use super::told::{FaultEvent, Outcome};

/// Most requests whose askings are counted. A client that asks for more different things is a crawler; of what it asks after that,
/// each asking is a first one.
const MAX_COUNTED_REQUESTS: usize = 1 << 20;

/// Faults in force on live traffic, and what came of them.
///
/// An exchange's number is the place of its request among all that came to the proxy, from 1; a connection's likewise.
/// Asking for the same once more (method, target, and body) is the next attempt.
#[derive(Clone)]
pub struct Faults {
    shared: Arc<Shared>,
    hears_out: bool,
}

struct Shared {
    set: FaultSet,
    exchanges: AtomicU64,
    /// How often each was asked for, by what it is; and apart from those that were answered, requests whose head has come.
    asked: Mutex<HashMap<(Direction, u64), u32>>,
    /// When a client was refused first.
    refused: OnceLock<Timestamp>,
    /// One for each fault.
    tallies: Vec<Tally>,
    tell: Box<dyn Fn(&FaultEvent) + Send + Sync>,
}

#[derive(Debug, Default)]
struct Tally {
    applied: AtomicU64,
    passed: AtomicU64,
    /// Why it was not applied, the last time.
    why: Mutex<Option<String>>,
}

/// What came of one fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultTally {
    /// As its canonical sentence.
    pub fault: String,
    /// How often it was applied.
    pub applied: u64,
    /// How often it should have been, and what it hit passed as it was.
    pub passed: u64,
    /// Why, the last time.
    pub why: Option<String>,
}

/// What is said of one exchange, or of a connection as a whole.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    pub(super) connection: u32,
    pub(super) exchange: Option<u64>,
    pub(super) request: String,
    pub(super) attempt: u32,
}

impl Faults {
    /// Calls `tell` whenever a fault met something, at once, from where it happened: it must not take long.
    pub fn new(set: FaultSet, tell: impl Fn(&FaultEvent) + Send + Sync + 'static) -> Self {
        let tallies = set.faults().iter().map(|_| Tally::default()).collect();
        let shared = Shared {
            set,
            exchanges: AtomicU64::new(0),
            asked: Mutex::default(),
            refused: OnceLock::new(),
            tallies,
            tell: Box::new(tell),
        };
        Self { shared: Arc::new(shared), hears_out: false }
    }

    /// The same; a server whose client was cut off is heard to the end of what it was saying, for a second at most: it is recorded.
    #[must_use]
    pub fn hearing_out(self) -> Self {
        Self { hears_out: true, ..self }
    }

    /// What came of each, in their order.
    pub fn tallies(&self) -> Vec<FaultTally> {
        let faults = self.shared.set.faults().iter().zip(&self.shared.tallies);
        let tally = |(fault, tally): (&Fault, &Tally)| FaultTally {
            fault: fault.to_string(),
            applied: tally.applied.load(Ordering::Relaxed),
            passed: tally.passed.load(Ordering::Relaxed),
            why: tally.why.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        };
        faults.map(tally).collect()
    }

    pub(crate) const fn hears_out(&self) -> bool {
        self.hears_out
    }

    pub(super) fn set(&self) -> &FaultSet {
        &self.shared.set
    }

    pub(super) fn next_exchange(&self) -> u64 {
        self.shared.exchanges.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// When a client was refused first: now, if none was.
    pub(super) fn first_refusal(&self, now: Timestamp) -> Timestamp {
        *self.shared.refused.get_or_init(|| now)
    }

    /// The next asking of what has this fingerprint, from 1. Requests are counted apart from answers.
    pub(super) fn next_attempt(&self, side: Direction, fingerprint: u64) -> u32 {
        let mut asked = self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (side, fingerprint);
        if asked.len() >= MAX_COUNTED_REQUESTS && !asked.contains_key(&key) {
            return 1;
        }
        let attempts = asked.entry(key).or_default();
        *attempts = attempts.saturating_add(1);
        *attempts
    }

    /// Those that hit this asking, on the request's side or the answer's, with their places. What is selected by its number is one asking,
    /// and no second comes.
    pub(super) fn hits(
        &self,
        side: Direction,
        target: &Target<'_>,
        attempt: u32,
    ) -> Vec<(usize, Fault)> {
        let seed = self.set().seed();
        let is_of_side =
            |fault: &&(usize, &Fault)| fault.1.is_in_request() == (side == Direction::ToServer);
        let hits = |fault: &&(usize, &Fault)| {
            let attempt = if is_one(fault.1.selector()) { 1 } else { attempt };
            fault.1.hits(target, attempt, seed)
        };
        let all: Vec<_> = self.set().faults().iter().enumerate().collect();
        all.iter()
            .filter(is_of_side)
            .filter(hits)
            .map(|(place, fault)| (*place, (*fault).clone()))
            .collect()
    }

    /// A fault was applied, or what it should have hit has passed.
    pub(super) fn tell(&self, place: usize, about: &About, outcome: Outcome) {
        let faults = self.set().faults();
        let (Some(fault), Some(tally)) = (faults.get(place), self.shared.tallies.get(place)) else {
            return;
        };
        match &outcome {
            Outcome::Applied { .. } => {
                tally.applied.fetch_add(1, Ordering::Relaxed);
            }
            Outcome::Passed { why } => {
                tally.passed.fetch_add(1, Ordering::Relaxed);
                *tally.why.lock().unwrap_or_else(PoisonError::into_inner) = Some(why.clone());
            }
        }
        let About { connection, exchange, request, attempt } = about.clone();
        let (fault, breaks) = (fault.to_string(), fault.kind().breaks);
        let event = FaultEvent { fault, breaks, connection, exchange, request, attempt, outcome };
        (self.shared.tell)(&event);
    }
}

/// What makes two requests the same.
pub(super) fn fingerprint(parts: &[&[u8]]) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

const fn is_one(selector: &Selector) -> bool {
    matches!(selector, Selector::Exchange(_))
}

impl fmt::Debug for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Faults").field("set", self.set()).finish_non_exhaustive()
    }
}
