//! Cassette × faults → cassette: an ordinary one, whose replay is that of the first one with these faults.
//!
//! An exchange that is broken for some askings becomes one for each of them, then the unbroken one; one that is broken for
//! ever is played again whenever it is asked for again.

use thiserror::Error;

use super::{Applied, FaultSet, Misfit, Others, Target};
use crate::model::{Cassette, CassetteError, Connection, Exchange, Played, Script, Staging};
use crate::transcribe::{compile, enact};
use crate::wire::http::{Message, View};

/// Most askings of one exchange that are told apart. Each has an exchange of its own in the mutated cassette.
const MAX_VARIANTS: u32 = 64;

/// A cassette after faults.
#[derive(Debug, Clone)]
pub struct Mutated {
    /// What is left of it.
    pub cassette: Cassette,
    /// How many exchanges, or connections, each fault hit.
    pub hits: Vec<u64>,
    /// Of each fault the first reason why it did not fit an exchange that it selects.
    pub misfits: Vec<Option<(u64, Misfit)>>,
}

/// Why faults cannot be written into a cassette.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MutateError {
    /// It depends on how often an exchange is asked for, without end.
    #[error(
        "`{id}` depends on each asking, without end: a cassette cannot say that; add `once`, or apply it in `retape replay --fault`"
    )]
    Endless {
        /// Which.
        id: String,
    },
    /// What comes out is no cassette.
    #[error(transparent)]
    Cassette(#[from] CassetteError),
}

/// Applies faults to a cassette.
pub fn mutate(cassette: &Cassette, faults: &FaultSet) -> Result<Mutated, MutateError> {
    if let Some(endless) = faults.faults().iter().find(|fault| fault.is_endless()) {
        return Err(MutateError::Endless { id: endless.to_string() });
    }
    let count = faults.faults().len();
    let mut mutation = Mutation {
        cassette,
        faults,
        hits: vec![0; count],
        misfits: vec![None; count],
        played: Vec::with_capacity(cassette.exchanges().len()),
    };
    (0..cassette.exchanges().len()).for_each(|index| mutation.exchange(index));
    let connections = mutation.connections();
    let Mutation { hits, misfits, played, .. } = mutation;
    let header = cassette.header.clone();
    Ok(Mutated { cassette: Cassette::staged(header, connections, played)?, hits, misfits })
}

struct Mutation<'a> {
    cassette: &'a Cassette,
    faults: &'a FaultSet,
    hits: Vec<u64>,
    misfits: Vec<Option<(u64, Misfit)>>,
    played: Vec<Played>,
}

impl Mutation<'_> {
    fn exchange(&mut self, index: usize) {
        let Some(exchange) = self.cassette.exchanges().get(index) else { return };
        let (method, path) = request_of(exchange);
        let target = Target {
            exchange: index as u64 + 1,
            connection: exchange.connection.0.saturating_add(1),
            method: &method,
            path: &path,
        };
        if !exchange.protocol.is_conversation() || !self.faults.concerns(&target) {
            let staging = self.cassette.staging(index).cloned();
            return self.played.push((exchange.clone(), staging));
        }
        self.variants(index, exchange, &target);
    }

    /// One exchange for each asking that differs.
    fn variants(&mut self, index: usize, exchange: &Exchange, target: &Target<'_>) {
        let base = script_of(self.cassette, index).unwrap_or_default();
        let tls = self.cassette.connection_of(exchange).tls.is_some();
        let others = Neighbours { cassette: self.cassette };
        for attempt in 1..=MAX_VARIANTS {
            let applied = self.faults.apply(target, attempt, exchange, base.clone(), tls, &others);
            self.note(target.exchange, &applied);
            let differs_later = self.faults.settles_after(target) > attempt;
            let again = self.faults.is_asked_again(target, attempt, &applied);
            let repeats = again && !differs_later;
            self.keep(index, exchange, applied, repeats, attempt > 1);
            if !again || repeats {
                break;
            }
        }
    }

    /// Each with how its client is met.
    fn connections(&mut self) -> Vec<Connection> {
        let mut connections = self.cassette.connections().to_vec();
        for (number, connection) in (1..).zip(&mut connections) {
            if let Some((met, places)) = self.faults.reception(number) {
                let before = connection.reception.take().map(|it| *it).unwrap_or_default();
                connection.reception = Some(Box::new(before.and(met)));
                self.count(&places);
            }
        }
        connections
    }

    fn count(&mut self, places: &[usize]) {
        for place in places {
            if let Some(hits) = self.hits.get_mut(*place) {
                *hits += 1;
            }
        }
    }

    fn note(&mut self, number: u64, applied: &Applied) {
        self.count(&applied.faults);
        for (place, misfit) in &applied.misfits {
            if let Some(first @ None) = self.misfits.get_mut(*place) {
                *first = Some((number, misfit.clone()));
            }
        }
    }

    /// `spare`: there is one before it for a first asking.
    fn keep(
        &mut self,
        index: usize,
        exchange: &Exchange,
        applied: Applied,
        repeats: bool,
        spare: bool,
    ) {
        let before = self.cassette.staging(index);
        if applied.faults.is_empty() {
            let staging = before.cloned().map(|staging| Staging { repeats, spare, ..staging });
            let says = repeats || spare;
            let staging =
                staging.or_else(|| says.then(|| Staging { repeats, spare, ..Staging::default() }));
            return self.played.push((exchange.clone(), staging));
        }
        let ids = applied.faults.iter().filter_map(|place| self.faults.faults().get(*place));
        let told = before.map(|staging| staging.faults.clone()).unwrap_or_default();
        let faults = told.into_iter().chain(ids.map(ToString::to_string)).collect();
        if let Some((exchange, script)) = enact(exchange, applied.script) {
            self.played
                .push((exchange, Some(Staging { script: Some(script), repeats, spare, faults })));
        }
    }
}

/// Method and target of a request, as a [`Target`] has them; empty where there is none.
pub fn request_of(exchange: &Exchange) -> (Vec<u8>, Vec<u8>) {
    let view = View::of(exchange);
    let head = view.request().and_then(Message::request_head);
    head.map(|head| (head.method().to_vec(), path_of(head.target()).to_vec())).unwrap_or_default()
}

/// Of an absolute-form target (RFC 9112 §3.2.2), what follows the authority.
fn path_of(target: &[u8]) -> &[u8] {
    let Some(authority) = memchr::memmem::find(target, b"://") else { return target };
    let rest = target.get(authority + 3..).unwrap_or_default();
    memchr::memchr(b'/', rest).and_then(|slash| rest.get(slash..)).unwrap_or(b"/")
}

fn script_of(cassette: &Cassette, index: usize) -> Option<Script> {
    let exchange = cassette.exchanges().get(index)?;
    if let Some(script) = cassette.staging(index).and_then(|staging| staging.script_of(exchange)) {
        return Some(script);
    }
    let later = cassette.exchanges().get(index + 1..).unwrap_or_default();
    let is_last = later.iter().all(|other| other.connection != exchange.connection);
    Some(compile(exchange, cassette.connection_of(exchange), is_last))
}

/// The exchanges of a cassette, for answers in the wrong place.
#[derive(Debug, Clone, Copy)]
pub struct Neighbours<'a> {
    /// Whose.
    pub cassette: &'a Cassette,
}

impl Others for Neighbours<'_> {
    fn exchange(&self, number: u64) -> Option<(Exchange, Script)> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        let exchange = self.cassette.exchanges().get(index)?.clone();
        Some((exchange, script_of(self.cassette, index)?))
    }

    fn count(&self) -> u64 {
        self.cassette.exchanges().len() as u64
    }
}
