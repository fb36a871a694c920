//! What all connections of a replay share: the deck, the rules, and what happened so far.

mod accept;
mod align;
mod evidence;
mod faults;
mod judge;
mod miss;
mod opening;
mod origin;
mod reception;
mod verdict;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use cassettes::format::Entry;
use cassettes::model::{Direction, Exchange, How, Protocol, Step, Timestamp, Until};
use cassettes::wire::http::View;

use crate::arrival::{Arrival, Here};
use crate::deck::{Claims, Deck, Named, Precedence, Slot, Stop};
use crate::options::{Order, Pace, ReplayOptions};
use crate::player::request::Request;
use crate::report::{Outcome, Verdict};
use crate::select::{Cue, Selector, Why};
use crate::verify::{Mismatch, Own, Rules};
use evidence::{Evidence, Extras};
pub use faults::UnusedFault;
pub(crate) use faults::{Faults, Staged};
pub(crate) use miss::Miss;
pub(crate) use opening::is_interim;
use reception::Door;
pub(crate) use reception::Met;
pub use reception::Refusal;

/// From how long after an answer on, what a server says or does by itself is because the connection was idle:
/// no part of the answer, and played at recorded pace only.
const IDLE: Duration = Duration::from_secs(1);

/// How long a client has to ask for a tunnel, or for TLS, where a server was recorded that speaks first. Those who want one ask at
/// once; all others have to wait for so long.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long one may be silent where others were recorded who speak first: of HTTP, say. Those do so within
/// milliseconds, unless a browser opens connections in advance or a person types; those who wait for a greeting do so for
/// much longer.
const PATIENCE_AMONG_OTHERS: Duration = Duration::from_secs(1);

/// Of how many HTTP/2 connections it is looked up to whom they were.
const MAX_CONTROLS: usize = 64;

/// A replay: what may be played, how, and what happened so far. Shared by all connections.
#[derive(Debug)]
pub struct Stage {
    deck: Arc<Deck>,
    rules: Rules,
    options: ReplayOptions,
    claims: Claims,
    /// Of each cassette; empty where the order is free.
    precedence: Vec<Precedence>,
    evidence: Evidence,
    extras: Extras,
    faults: Faults,
    door: Door,
}

/// An exchange that was played, and what the client sent for it.
#[derive(Debug)]
pub(crate) struct Played<'a> {
    pub(crate) cue: &'a Cue,
    pub(crate) request: Request,
    /// Where the client came to.
    pub(crate) here: Here,
    /// How what followed the request differs.
    pub(crate) tail: Vec<Mismatch>,
    /// When it was over.
    pub(crate) ended: Timestamp,
}

impl Stage {
    /// Nothing has happened yet. Many stages can share a deck.
    pub fn new(deck: impl Into<Arc<Deck>>, rules: Rules, options: ReplayOptions) -> Self {
        let deck = deck.into();
        let precedence = match options.order {
            Order::Any => Vec::new(),
            Order::Recorded => precedence_of(&deck),
        };
        Self {
            claims: Claims::new(deck.len(), deck.is_staged() || !options.faults.is_empty()),
            evidence: Evidence::new(deck.len()),
            extras: Extras::default(),
            faults: Faults::new(options.faults.clone()),
            door: Door::default(),
            deck,
            rules,
            options,
            precedence,
        }
    }

    /// What may be played.
    pub fn deck(&self) -> &Deck {
        &self.deck
    }

    /// How it is played.
    pub fn options(&self) -> &ReplayOptions {
        &self.options
    }

    /// What all that happened so far means.
    pub fn verdict(&self) -> Verdict {
        verdict::of(self)
    }

    /// The same of what was asked for only: what was not, and the order, are left out.
    pub(crate) fn asked(&self) -> Verdict {
        verdict::asked(self)
    }

    /// The faults in force that hit nothing so far.
    pub fn unused_faults(&self) -> Vec<UnusedFault> {
        self.faults.unused()
    }

    /// Nobody listens for the first client: a reception says so. The caller binds, and does not listen, for as long as that
    /// lasts; those who come after that are met as anybody. Who comes to be refused later than first is reset.
    pub fn refuses(&self) -> Option<Refusal> {
        reception::refusal(self)
    }

    /// How the next client that connects is met; none: as anybody.
    pub(crate) fn meet(&self) -> Option<Met> {
        self.door.meet(&self.deck, &self.faults)
    }

    /// These faults hit a client that came.
    pub(crate) fn note_reception(&self, number: u32, faults: &[Arc<str>]) {
        self.faults.note_reception(number, faults);
    }

    /// What counts as a difference.
    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn selector(&self) -> Selector<'_> {
        Selector {
            deck: &self.deck,
            claims: &self.claims,
            precedence: &self.precedence,
            repeat_last: self.options.repeat_last,
            faults: &self.faults,
        }
    }

    /// What was recorded of an HTTP/2 connection beside its streams: one to the server that the client means, if
    /// there is one, else the first.
    pub(crate) fn control(&self, arrival: &Arrival) -> Option<Exchange> {
        let controls = self.deck.controls().get(..MAX_CONTROLS).unwrap_or(self.deck.controls());
        let is_meant = |slot: &&Slot| {
            let connection = self.deck.connection(**slot).ok();
            connection.is_some_and(|it| arrival.origin.as_ref() == Some(&it.upstream))
        };
        let named = arrival.origin.as_ref().and_then(|_| controls.iter().find(is_meant));
        self.deck.exchange(*named.or(controls.first())?).ok()
    }

    /// The server's part of an exchange, and of what it said unasked after it.
    pub(crate) fn steps(&self, cue: &Cue, request: &Request, here: Here) -> VecDeque<Step> {
        let Cue { slot, exchange, .. } = cue;
        let mut steps = self.script_of(cue);
        if request.context.asks_switch {
            accept::renew(&mut steps, exchange, &request.head);
        }
        let mut before = (*slot, exchange.ended());
        while let Some(next) = self.deck.epilogue(before.0)
            && let Ok(epilogue) = self.deck.exchange(next)
            && epilogue.protocol == exchange.protocol
        {
            steps.push_back(pause(before.1, epilogue.started()));
            steps.extend(self.beside(next, epilogue.clone(), cue).1);
            before = (next, epilogue.ended());
        }
        self.with_own_origin(*slot, steps, cue, request, here)
    }

    /// The server's part in HTTP/2 of an exchange that began in HTTP/1, and was asked there: what was recorded of it, and
    /// its script.
    pub(crate) fn upgraded(
        &self,
        cue: &Cue,
        request: &Request,
        here: Here,
    ) -> Option<(Exchange, VecDeque<Step>)> {
        let answer = self.deck.upgraded(cue.slot)?;
        let exchange = self.deck.exchange(answer).ok()?;
        let (exchange, steps) = self.beside(answer, exchange, cue);
        let cue = Cue::new(answer, exchange);
        let steps = self.with_own_origin(answer, steps, &cue, request, here);
        let exchange = cue.exchange;
        Some((exchange, steps))
    }

    /// Whether the cassette, or a fault in force, has it act before its request is whole when it is asked for next: more than to let the client go on as it was
    /// recorded.
    pub(crate) fn is_staged_early(&self, slot: Slot) -> bool {
        if !self.deck.is_staged() && self.faults.set().is_empty() {
            return false;
        }
        let Ok(exchange) = self.deck.exchange(slot) else { return false };
        let attempt = self.claims.plays(slot).saturating_add(1);
        let staged = self.faults.stage(&self.deck, slot, &exchange, attempt);
        staged.is_some_and(|staged| staged.acts_early || staged.opens_otherwise)
    }

    /// The server's part of an exchange, and no more.
    pub(crate) fn script_of(&self, cue: &Cue) -> VecDeque<Step> {
        match cue.staged.as_ref().and_then(|staged| staged.steps.clone()) {
            Some(steps) => steps.into(),
            None => self.script(cue.slot, &cue.exchange),
        }
    }

    /// The server's part of what nobody asks for by itself, and comes with `asked`.
    fn beside(
        &self,
        slot: Slot,
        mut exchange: Exchange,
        asked: &Cue,
    ) -> (Exchange, VecDeque<Step>) {
        let attempt = self.claims.plays(asked.slot);
        let Some(mut staged) = self.faults.stage(&self.deck, slot, &exchange, attempt) else {
            let steps = self.script(slot, &exchange);
            return (exchange, steps);
        };
        self.faults.note(slot, &staged);
        staged.take_exchange(&mut exchange);
        let steps = staged.steps.take().map(Into::into);
        let steps = steps.unwrap_or_else(|| self.script(slot, &exchange));
        (exchange, steps)
    }

    /// For how long a client that came to this server (none: to this very address) may be silent before it is taken
    /// for one whose server speaks first; none: for ever.
    pub(crate) fn patience(&self, server: Option<Named<'_>>) -> Option<Duration> {
        if self.deck.raw_lines().is_empty() {
            return None;
        }
        let spoken = self.deck.spoken(server);
        if spoken.only_raw() && self.next_is_server_first(server) {
            return Some(if server.is_some() { Duration::ZERO } else { PATIENCE });
        }
        let may_be = server.is_none() && spoken.has_raw() && self.greetings().next().is_some();
        may_be.then_some(PATIENCE_AMONG_OTHERS)
    }

    /// The raw connections that were not played, and on which the server spoke first.
    pub(crate) fn greetings(&self) -> impl Iterator<Item = Slot> + '_ {
        let slots = self.deck.server_first().iter().copied();
        slots.filter(|slot| !self.claims.is_spent(*slot))
    }

    fn next_is_server_first(&self, server: Option<Named<'_>>) -> bool {
        match self.selector().raw_lines(server).next() {
            Some((slot, next)) => self.deck.acts_first(slot, &next),
            // One more than recorded waits, too, and is to be told.
            None => !self.deck.server_first().is_empty(),
        }
    }

    /// What comes of a client that has got so far with this server, if it is a recorded failure.
    pub(crate) fn next_failure(&self, server: Option<Named<'_>>, stop: Stop) -> Option<How> {
        self.deck.failures().next(server, stop, &self.claims)
    }

    /// Connections may end by TLS alerts after the handshake.
    pub(crate) fn may_alert(&self) -> bool {
        self.deck.has_alerts() || self.deck.is_staged() || !self.options.faults.is_empty()
    }

    /// Whether a client that came to this server has come for a protocol that no parser knows.
    pub(crate) fn is_raw(&self, server: Option<Named<'_>>) -> bool {
        !self.deck.raw_lines().is_empty() && self.deck.spoken(server).only_raw()
    }

    /// Whether the request is plainly the recorded one. If not, it may still mean the same.
    pub(crate) fn is_same(
        &self,
        slot: Slot,
        exchange: &Exchange,
        request: &Request,
        here: Here,
    ) -> bool {
        judge::is_plainly_same(self, slot, exchange, request, here)
    }

    /// Compares what was played, and keeps what differs.
    pub(crate) fn settle(&self, played: Played<'_>) {
        judge::settle(self, played);
    }

    /// Keeps a request that nothing serves; gives the answer to send.
    pub(crate) fn miss(&self, request: &Request, here: Here, why: &Why) -> Miss {
        let (outcome, answer) = miss::explain(self, request, here, why);
        self.extras.push(outcome);
        answer
    }

    /// Keeps a raw connection that nothing serves.
    pub(crate) fn miss_line(&self, why: &str) {
        self.extras.push(Outcome::extra(format!("raw connection: {why}"), Vec::new()));
    }

    /// The recorded connection went on after this exchange, although its framing says that it ends.
    pub(crate) fn went_on_regardless(&self, slot: Slot, exchange: &Exchange) -> bool {
        let went_on = self.deck.entry(slot).is_some_and(|entry| !entry.last_on_connection);
        went_on && !View::of(exchange).keeps_alive()
    }

    /// The steps, with this server's origin in the place of the recorded one where the recorder had replaced that, too.
    fn with_own_origin(
        &self,
        slot: Slot,
        steps: VecDeque<Step>,
        cue: &Cue,
        request: &Request,
        here: Here,
    ) -> VecDeque<Step> {
        match self.deck.rewritten_origin(slot) {
            // The client names the server itself, as the server's answers do.
            _ if here.led => steps,
            "" => steps,
            origin if cue.exchange.protocol == Protocol::Http2 => {
                origin::replace_in_frames(steps, origin, &request.own_origin(&own_origin(here)))
            }
            origin if cue.has_script() => {
                origin::replace_in_script(steps, origin, &own_origin(here), &request.head)
            }
            origin => origin::replace(steps, origin, &own_origin(here), &request.head),
        }
    }

    fn script(&self, slot: Slot, exchange: &Exchange) -> VecDeque<Step> {
        let Some(entry) = self.deck.entry(slot) else { return VecDeque::new() };
        if self.options.pace == Pace::Instant && self.is_plain(slot, &entry) {
            let sent = exchange.sent(Direction::ToClient);
            return sent.map(|chunk| Step::Send(chunk.bytes.clone())).collect();
        }
        let steps = faults::base_script(&self.deck, slot, exchange).steps;
        if entry.request_first() && steps.iter().all(is_plain_step) {
            self.claims.note_plain(slot);
        }
        steps.into()
    }

    /// Whether the script is known without compiling it: receive the request, send the answer.
    fn is_plain(&self, slot: Slot, entry: &Entry) -> bool {
        let whole = entry.complete() && entry.request_first() && !entry.degraded();
        let http = entry.protocol != Protocol::Raw;
        whole && http && (!entry.last_on_connection || self.claims.is_plain(slot))
    }
}

/// This server's origin, as far as the client does not say it.
fn own_origin(here: Here) -> String {
    let scheme = if here.secure { "https" } else { "http" };
    match here.own {
        Own::Port(port) => format!("{scheme}://localhost:{port}"),
        Own::Unknown => format!("{scheme}://localhost"),
    }
}

const fn is_plain_step(step: &Step) -> bool {
    matches!(step, Step::Receive(Until::RequestEnd) | Step::Wait(_) | Step::Send(_))
}

/// Between an answer and what the server said unasked after it.
fn pause(ended: Timestamp, started: Timestamp) -> Step {
    let pause = started.since(ended);
    if pause > IDLE { Step::Stall(Some(pause)) } else { Step::Wait(pause) }
}

fn precedence_of(deck: &Deck) -> Vec<Precedence> {
    let mut ends = vec![Vec::new(); deck.cassettes()];
    for (slot, entry) in deck.keyed().filter(|(slot, _)| !deck.is_spare(*slot)) {
        if let Some(ends) = ends.get_mut(deck.cassette_of(slot)) {
            ends.push((entry.last_at, slot));
        }
    }
    ends.into_iter().map(Precedence::new).collect()
}
