//! How clients are met that connect, before anything is exchanged: as a cassette says of its connections, and with the faults
//! in force.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cassettes::model::{Flight, Reception, Stop};

use super::{Faults, Stage};
use crate::deck::Deck;

/// Nobody listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For how long from the first attempt on; none: for ever.
    pub lasts: Option<Duration>,
    /// The ids of the faults that made it so.
    pub faults: Vec<String>,
}

/// How one client is met.
#[derive(Debug, Clone)]
pub(crate) struct Met {
    /// The how-manieth it is, from 1.
    pub(crate) number: u32,
    pub(crate) reception: Reception,
    /// The ids of the faults that made it so.
    pub(crate) faults: Vec<Arc<str>>,
}

/// Counts those who come.
#[derive(Debug, Default)]
pub(super) struct Door {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    clients: u32,
    /// How all are met from here on.
    repeating: Option<Box<Reception>>,
    /// Who is to be refused was, by somebody who did not listen.
    refused: bool,
}

impl Door {
    /// How the next client is met; none: as anybody.
    pub(super) fn meet(&self, deck: &Deck, faults: &Faults) -> Option<Met> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clients = seen.clients.saturating_add(1);
        let number = seen.clients;
        let recorded = deck.reception(number);
        if let Some(repeating) = recorded.as_ref().filter(|it| it.repeats) {
            seen.repeating = Some(repeating.clone());
        }
        let recorded = recorded.or_else(|| seen.repeating.clone());
        let refused = seen.refused;
        drop(seen);
        let met = met(number, recorded, faults)?;
        let is_refused = met.reception.stop == Some(REFUSED);
        (!refused || !is_refused).then_some(met)
    }
}

const REFUSED: (Flight, Stop) = (Flight::Accept, Stop::Refuse);

fn met(number: u32, recorded: Option<Box<Reception>>, faults: &Faults) -> Option<Met> {
    let made = faults.set().reception(number).map(|(reception, _)| reception);
    let reception = match (recorded.map(|it| *it), made) {
        (None, None) => return None,
        (Some(one), None) | (None, Some(one)) => one,
        (Some(recorded), Some(made)) => recorded.and(made),
    };
    let faults = reception.faults.iter().map(|id| id.as_str().into()).collect();
    Some(Met { number, reception, faults })
}

/// Whether nobody listens for the first client; if so, somebody else sees to that from here on.
pub(super) fn refusal(stage: &Stage) -> Option<Refusal> {
    let first = met(1, stage.deck.reception(1), &stage.faults)?.reception;
    if first.stop != Some(REFUSED) {
        return None;
    }
    stage.door.seen.lock().unwrap_or_else(PoisonError::into_inner).refused = true;
    let faults: Vec<Arc<str>> = first.faults.iter().map(|id| id.as_str().into()).collect();
    stage.faults.note_reception(1, &faults);
    Some(Refusal { lasts: first.delay, faults: first.faults })
}
