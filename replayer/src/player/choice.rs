//! From a request to the exchange that serves it, whatever the version of HTTP.

use cassettes::model::Exchange;

use super::request::Request;
use crate::arrival::Here;
use crate::deck::Slot;
use crate::select::{Asked, Choice, Cue};
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

/// When an exchange can be chosen. An answer may be recorded from before the body's end.
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
    let answers_early = stage.deck().entry(slot).is_some_and(|entry| !entry.request_first());
    match (answers_early, selector.needs_body(request.key)) {
        (true, false) => When::Now,
        (true, true) => When::Early(slot),
        (false, _) => When::AfterBody,
    }
}

/// Chooses, and claims.
pub(super) fn choose(stage: &Stage, request: &mut Request, here: Here) -> Choice {
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
