//! Selection: which recorded exchange serves a request. Never guesses.
//!
//! Method, path and query find a bucket; the body's meaning decides inside it when several
//! exchanges differ in it. Among equals: the first not yet played, in recorded order.

use cassettes::model::{Direction, Exchange, RequestKeys};

use crate::arrival::Here;
use crate::deck::{
    Bucket, Claims, Deck, Found, Group, HTTP2_KEYS, Index, Line, Named, Open, Origin, Precedence,
    Slot,
};
use crate::player::Action;
use crate::stage::{Faults, Staged};

/// How many bodies of a bucket are looked at for the earliest exchange, when a client waits for
/// `100 Continue` and its body is not known yet.
const MAX_BODIES_SEEN: usize = 64;

/// How many unplayed raw exchanges are looked at: no key finds them, and each costs a read.
const MAX_RAW_SEEN: usize = 1024;

/// What a request is looked up by.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// As [`cassettes::meaning::request_key_of`] gives it.
    pub(crate) request: u64,
    pub(crate) origin: Origin<'a>,
    /// Where its client came to.
    pub(crate) here: Here,
    /// Whether the recorded request is plainly the same, byte by byte.
    pub(crate) is_same: &'a dyn Fn(Slot, &Exchange) -> bool,
}

impl Asked<'_> {
    /// The same bytes mean the same origin: no tunnel, and no TLS, says what is not in them.
    const fn is_told_by_bytes(&self) -> bool {
        !self.here.led && !self.here.secure
    }
}

/// What serves it.
#[derive(Debug)]
pub(crate) enum Choice {
    Play(Cue),
    Miss(Why),
}

/// An exchange to play, claimed.
#[derive(Debug)]
pub(crate) struct Cue {
    pub(crate) slot: Slot,
    pub(crate) exchange: Exchange,
    /// The request is known to be the same.
    pub(crate) is_same: bool,
    /// How it is played, where its bytes and times alone do not say it.
    pub(crate) staged: Option<Box<Staged>>,
}

impl Cue {
    pub(crate) const fn new(slot: Slot, exchange: Exchange) -> Self {
        Self { slot, exchange, is_same: false, staged: None }
    }

    /// It is not played as its bytes and times say.
    pub(crate) fn has_script(&self) -> bool {
        self.staged.as_ref().is_some_and(|staged| staged.steps.is_some())
    }

    /// The faults that hit its client, to be written down.
    pub(crate) fn applied(&self) -> impl Iterator<Item = Action> + use<> {
        let faults = self.staged.as_ref().map(|staged| staged.faults.clone()).unwrap_or_default();
        faults.into_iter().map(Action::Applied)
    }
}

/// Why nothing serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    /// No exchange has this method, path and query.
    NotRecorded,
    /// One has, but it was recorded over the other version of HTTP.
    OtherVersion(Slot),
    /// Some have, but several different bodies are left, and it is none of them.
    OtherBody,
    /// All that fit were played.
    AllPlayed,
    /// This one must be asked for first.
    TooEarly(Slot),
    /// The exchange that fits cannot be read.
    Unreadable(String),
    /// It ended before its head or body did, and nothing that did so was recorded.
    CutShort,
    /// It is not HTTP, and nothing like it was recorded.
    NotHttp(String),
    /// It did not go on for as long as a replayer waits.
    Stalled,
}

/// A look at the deck for one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selector<'a> {
    pub(crate) deck: &'a Deck,
    pub(crate) claims: &'a Claims,
    /// Of each cassette; empty where the order is free.
    pub(crate) precedence: &'a [Precedence],
    pub(crate) repeat_last: bool,
    pub(crate) faults: &'a Faults,
}

/// A slot to play.
#[derive(Debug, Clone, Copy)]
struct Pick {
    slot: Slot,
    /// Not played before.
    fresh: bool,
}

/// A pick, and what it holds.
type Read = (Pick, Cue);

impl Selector<'_> {
    /// Whether the body takes part in the selection.
    pub(crate) fn needs_body(&self, request: u64) -> bool {
        let index = self.deck.index();
        match index.find(request) {
            Some(Found::Several(bucket)) => index.only_group(bucket).is_none(),
            Some(Found::Single(_)) | None => false,
        }
    }

    /// The first unplayed exchange for this head, whatever the body.
    pub(crate) fn peek(&self, request: u64) -> Option<Slot> {
        let index = self.deck.index();
        match index.find(request)? {
            Found::Single(slot) => (!self.claims.is_spent(slot)).then_some(slot),
            Found::Several(bucket) => index.heads(bucket, self.claims, MAX_BODIES_SEEN).min(),
        }
    }

    /// Whether anything was recorded for this head, played or not.
    pub(crate) fn knows(&self, request: u64) -> bool {
        self.deck.index().find(request).is_some()
    }

    /// Chooses and claims. `body` is the body's key; `None` if the body is not known and shall not matter.
    pub(crate) fn choose(&self, asked: Asked<'_>, body: Option<u64>) -> Choice {
        loop {
            let picked = self.pick_for_origin(asked, body).and_then(|(pick, cue)| {
                self.check_order(pick.slot)?;
                Ok((pick, cue))
            });
            match picked {
                Ok((pick, cue)) => {
                    if let Some(cue) = self.take(pick, cue) {
                        return Choice::Play(cue);
                    }
                }
                Err(why) => return Choice::Miss(self.in_other_version(asked, why)),
            }
        }
    }

    /// Nothing was recorded: perhaps only not over this version of HTTP.
    fn in_other_version(&self, asked: Asked<'_>, why: Why) -> Why {
        let other = asked.request ^ HTTP2_KEYS;
        match (&why, self.deck.index().find(other)) {
            (Why::NotRecorded, Some(Found::Single(slot))) => Why::OtherVersion(slot),
            (Why::NotRecorded, Some(Found::Several(bucket))) => {
                let first = self.deck.index().first_of(bucket);
                first.map_or(why, Why::OtherVersion)
            }
            _ => why,
        }
    }

    /// Claims this very exchange, unless somebody was faster.
    pub(crate) fn claim(&self, slot: Slot) -> Option<Cue> {
        self.take_fresh(Cue::new(slot, self.deck.exchange(slot).ok()?))
    }

    /// The first unplayed raw exchange, in recorded order, that begins like this; claimed.
    pub(crate) fn claim_raw(&self, first: &[u8]) -> Option<Cue> {
        let unplayed = self.deck.unkeyed().iter().filter(|slot| !self.claims.is_spent(**slot));
        unplayed.take(MAX_RAW_SEEN).find_map(|&slot| {
            let exchange = self.deck.exchange(slot).ok()?;
            let recorded = exchange.bytes(Direction::ToServer);
            let common = first.len().min(recorded.len());
            let fits = first.get(..common) == recorded.get(..common);
            fits.then(|| self.take_fresh(Cue::new(slot, exchange))).flatten()
        })
    }

    /// The raw connections with this server (none: with any) that were not played, in recorded order.
    pub(crate) fn raw_lines<'s>(
        &'s self,
        server: Option<Named<'s>>,
    ) -> impl Iterator<Item = (Slot, Exchange)> + 's {
        let unplayed = self.deck.raw_lines().iter().filter(|slot| !self.claims.is_spent(**slot));
        let fits = move |slot: &&Slot| {
            let is_it = |server: Named<'_>| {
                let line = self.deck.line(**slot);
                // A recording by hand does not say which server it is of.
                line.and_then(Line::server).is_none_or(|recorded| recorded.is_at(server))
            };
            server.is_none_or(is_it)
        };
        let lines = unplayed.filter(fits).take(MAX_RAW_SEEN);
        lines.filter_map(|&slot| Some((slot, self.deck.exchange(slot).ok()?)))
    }

    /// Claims what was never played, or can be again; none if somebody was faster.
    pub(crate) fn take_fresh(&self, cue: Cue) -> Option<Cue> {
        let before = self.claims.plays(cue.slot);
        let cue = self.stage(cue, before);
        let again = cue.staged.as_ref().is_some_and(|staged| staged.again);
        self.claims.claim(cue.slot, before, again).then(|| self.noted(cue))
    }

    fn pick_for_origin(&self, asked: Asked<'_>, body: Option<u64>) -> Result<Read, Why> {
        let plain = self.pick(self.deck.index(), asked.request, body);
        let plain = plain.and_then(|pick| self.read(pick, asked));
        let fits = match &plain {
            Ok((_, cue)) => {
                asked.is_told_by_bytes() && cue.is_same
                    || self.deck.is_for(cue.slot, &cue.exchange, asked.origin)
            }
            Err(why) => *why == Why::NotRecorded,
        };
        let Some(index) =
            (!fits).then(|| self.deck.origins().index(self.deck, asked.here)).flatten()
        else {
            return plain;
        };
        let mixed = asked.origin.mix(asked.request);
        match self.pick(index, mixed, body).and_then(|pick| self.read(pick, asked)) {
            // Nothing was recorded for the replayer's own address: the client was pointed elsewhere
            // than when it was recorded, which verification reports.
            Err(Why::NotRecorded) if asked.origin == Origin::Own => plain,
            picked => picked,
        }
    }

    fn pick(&self, index: &Index, request: u64, body: Option<u64>) -> Result<Pick, Why> {
        let bucket = match index.find(request).ok_or(Why::NotRecorded)? {
            Found::Single(slot) => return self.pick_single(slot),
            Found::Several(bucket) => bucket,
        };
        let group = match (index.only_group(bucket), body) {
            (Some(group), _) => group,
            (None, Some(body)) => self.group(index, bucket, RequestKeys { request, body })?,
            (None, None) => return self.earliest(index, bucket),
        };
        match index.first_open(group, self.claims) {
            Some(slot) => Ok(Pick { slot, fresh: true }),
            None if self.repeat_last => {
                let slot = index.last(group).ok_or(Why::NotRecorded)?;
                Ok(Pick { slot, fresh: false })
            }
            None => Err(Why::AllPlayed),
        }
    }

    fn pick_single(&self, slot: Slot) -> Result<Pick, Why> {
        let fresh = !self.claims.is_spent(slot);
        if fresh || self.repeat_last { Ok(Pick { slot, fresh }) } else { Err(Why::AllPlayed) }
    }

    /// The exchanges with this body; else those of the only body that is left.
    fn group<'i>(
        &self,
        index: &'i Index,
        bucket: &Bucket,
        keys: RequestKeys,
    ) -> Result<&'i Group, Why> {
        match index.group(keys) {
            Some(group) => Ok(group),
            None => match index.open(bucket, self.claims) {
                Open::One(group) => Ok(group),
                Open::Several => Err(Why::OtherBody),
                Open::None => Err(Why::AllPlayed),
            },
        }
    }

    fn earliest(&self, index: &Index, bucket: &Bucket) -> Result<Pick, Why> {
        let slot = index.heads(bucket, self.claims, MAX_BODIES_SEEN).min().ok_or(Why::AllPlayed)?;
        Ok(Pick { slot, fresh: true })
    }

    fn read(&self, pick: Pick, asked: Asked<'_>) -> Result<Read, Why> {
        let slot = pick.slot;
        match self.deck.exchange(slot) {
            Ok(exchange) => {
                let is_same = (asked.is_same)(slot, &exchange);
                Ok((pick, Cue { is_same, ..Cue::new(slot, exchange) }))
            }
            Err(error) => Err(Why::Unreadable(error.to_string())),
        }
    }

    fn check_order(&self, slot: Slot) -> Result<(), Why> {
        let Some(precedence) = self.precedence.get(self.deck.cassette_of(slot)) else {
            return Ok(());
        };
        let Some(entry) = self.deck.entry(slot) else { return Ok(()) };
        match precedence.missing_before(entry.first_at, self.claims) {
            Some(before) => Err(Why::TooEarly(before)),
            None => Ok(()),
        }
    }

    fn take(&self, pick: Pick, cue: Cue) -> Option<Cue> {
        if pick.fresh {
            return self.take_fresh(cue);
        }
        let before = self.claims.repeat(pick.slot);
        Some(self.noted(self.stage(cue, before)))
    }

    /// Settles how it is played, if it was played `before` so often.
    fn stage(&self, cue: Cue, before: u32) -> Cue {
        let attempt = before.saturating_add(1);
        let staged = self.faults.stage(self.deck, cue.slot, &cue.exchange, attempt);
        Cue { staged, ..cue }
    }

    /// It is played.
    fn noted(&self, mut cue: Cue) -> Cue {
        if let Some(staged) = &mut cue.staged {
            self.faults.note(cue.slot, staged);
            staged.take_exchange(&mut cue.exchange);
        }
        cue
    }
}
