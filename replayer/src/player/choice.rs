//! From a request to the exchange that serves it, whatever the version of HTTP.

use cassettes::model::Exchange;
use cassettes::wire::http::{HttpVersion, translate};

use super::request::Request;
use crate::arrival::Here;
use crate::deck::{HTTP2_KEYS, Slot};
use crate::options::HttpMatch;
use crate::select::{Asked, Choice, Cue, Why};
use crate::stage::Stage;

/// When an exchange can be chosen for a request whose head is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Now.
    Now,
    /// Once its body is whole.
    AfterBody,
    /// The body decides, but this one, the first that fits, is answered before the body's end.
    Early(Slot),
}

/// When an exchange can be chosen. An answer may be recorded from before the body's end; or the next one for this head is to be broken there,
/// whatever the body will be.
pub(super) fn when(stage: &Stage, request: &Request) -> When {
    if !request.has_body {
        return When::Now;
    }
    let selector = stage.selector();
    let Some(slot) = selector.peek(request.key) else {
        // The client would wait in vain for a `100 Continue`.
        let in_vain = request.expects && !stage.options().repeat_last;
        return if in_vain { When::Now } else { When::AfterBody };
    };
    if stage.is_staged_early(slot) {
        return When::Now;
    }
    let answers_early = stage.deck().entry(slot).is_some_and(|entry| !entry.request_first());
    match (answers_early, selector.needs_body(request.key)) {
        (true, false) => When::Now,
        (true, true) => When::Early(slot),
        (false, _) => When::AfterBody,
    }
}

/// Where the version of HTTP does not bind, and all that fit in the request's own were played: looks among those of the
/// other one.
pub(super) fn settle_version(stage: &Stage, request: &mut Request) {
    let selector = stage.selector();
    let other = request.key ^ HTTP2_KEYS;
    let free = stage.options().http == HttpMatch::Any && request.key != 0;
    if free && selector.peek(request.key).is_none() && selector.knows(other) {
        request.key = other;
    }
}

/// Chooses, claims, and translates where the version of HTTP does not bind.
pub(super) fn choose(stage: &Stage, request: &mut Request, here: Here) -> Choice {
    match select(stage, request, here) {
        Choice::Play(cue) if HttpVersion::of(&cue.exchange) == Some(request.version()) => {
            Choice::Play(cue)
        }
        // A script is of one version, and so are faults.
        Choice::Play(cue) if cue.has_script() => Choice::Miss(Why::OtherVersion(cue.slot)),
        Choice::Play(mut cue) => match translate(&cue.exchange, request.version()) {
            Some(translated) => {
                cue.exchange = translated;
                Choice::Play(cue)
            }
            None => Choice::Miss(Why::OtherVersion(cue.slot)),
        },
        miss @ Choice::Miss(_) => miss,
    }
}

fn select(stage: &Stage, request: &mut Request, here: Here) -> Choice {
    let selector = stage.selector();
    let body = if !request.has_body {
        Some(0)
    } else if selector.needs_body(request.key) {
        request.is_over().then(|| request.body_key())
    } else {
        None
    };
    let request = &*request;
    let is_same = |slot: Slot, recorded: &Exchange| stage.is_same(slot, recorded, request, here);
    selector.choose(
        Asked { request: request.key, origin: request.origin(here), here, is_same: &is_same },
        body,
    )
}

/// Of a request that is cut short before anything was chosen for it: only an exchange that was cut short as well
/// can be meant.
pub(super) fn cut_short(stage: &Stage, request: &Request) -> Option<Cue> {
    let selector = stage.selector();
    let slot = selector.peek(request.key)?;
    let entry = stage.deck().entry(slot)?;
    (!entry.complete()).then(|| selector.claim(slot)).flatten()
}
