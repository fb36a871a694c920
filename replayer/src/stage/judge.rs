//! Compares a request with the recorded one: by a glance at its bytes, and in full if that does not settle it.

use bytes::{Bytes, BytesMut};
use cassettes::model::{Chunk, Direction, Exchange, Protocol, Timestamp};
use cassettes::wire::http::View;
use cassettes::wire::http::spelling::request_head;
use cassettes::wire::http2::{Frame, Kind, flag, frames};

use super::{Played, Stage};
use crate::arrival::Here;
use crate::deck::Slot;
use crate::player::http1::{head_len, recorded_request};
use crate::player::request::{Request, State};
use crate::select::Cue;
use crate::verify::{
    CompareContext, Gravity, Mismatch, Place, Quick, RawRequest, compare_bytes, compare_requests,
};

pub(super) fn settle(stage: &Stage, mut played: Played<'_>) {
    let slot = played.cue.slot;
    stage.claims.note_span(slot, played.request.started, played.ended);
    // Over HTTP/2, which of several requests at once is a connection's first is mere chance.
    let multiplexed = played.cue.exchange.protocol == Protocol::Http2;
    let recorded = stage.deck.entry(slot);
    let recorded_fresh = recorded.is_some_and(|entry| entry.ordinal == 0);
    if !multiplexed && recorded_fresh != (played.request.ordinal == 0) {
        stage.evidence.add_reuse(slot);
    }
    let mut found = if played.request.head.is_empty() || is_same(stage, &played) {
        Vec::new()
    } else {
        compare(stage, &mut played)
    };
    found.extend(recorded.and_then(|entry| translated(entry.protocol, played.cue)));
    found.append(&mut played.tail);
    stage.evidence.add(slot, found);
}

fn is_same(stage: &Stage, played: &Played<'_>) -> bool {
    let Cue { slot, exchange, is_same, .. } = played.cue;
    *is_same || is_plainly_same(stage, *slot, exchange, &played.request, played.here)
}

/// That it was recorded over another version of HTTP.
fn translated(recorded: Protocol, cue: &Cue) -> Option<Mismatch> {
    let played = cue.exchange.protocol;
    let note = || Mismatch::changed(Place::Version, Gravity::Note, recorded.name(), played.name());
    (recorded != played).then(note)
}

/// By a glance.
pub(super) fn is_plainly_same(
    stage: &Stage,
    slot: Slot,
    exchange: &Exchange,
    request: &Request,
    here: Here,
) -> bool {
    if request.state != State::Whole || !request.is_kept() || request.context.asks_switch {
        return false;
    }
    let Some((head, body)) = parts_of(exchange).filter(|_| !request.has_trailers()) else {
        return false;
    };
    let context = CompareContext { recorded: stage.deck.usual_own(slot), live: here.own };
    let expected = RawRequest { head: &head, body: &body };
    let live = request.body_wire();
    let actual = RawRequest { head: &request.head, body: &live };
    match compare_bytes(expected, actual, &context, &stage.rules) {
        Quick::Same => true,
        Quick::Notes => !stage.evidence.keeps_notes(),
        Quick::Unsure => false,
    }
}

/// The recorded request's head, and what follows it; none where they cannot be told apart, and of HTTP/2 if there
/// are trailers.
fn parts_of(exchange: &Exchange) -> Option<(Bytes, Bytes)> {
    if exchange.protocol == Protocol::Http2 {
        return http2_parts_of(exchange);
    }
    let mut recorded = recorded_request(exchange);
    let head = recorded.split_to(head_len(&recorded)?);
    Some((head, recorded))
}

fn http2_parts_of(exchange: &Exchange) -> Option<(Bytes, Bytes)> {
    let said = exchange.bytes(Direction::ToServer);
    let mut frames = frames(&said).map_while(Result::ok);
    let head = request_head(&frames.find(|it| it.kind() == Kind::Headers)?.fields()?.ok()?)?;
    let mut body = BytesMut::new();
    for frame in frames {
        match frame.kind() {
            Kind::Data => body.extend_from_slice(&frame.data()?),
            Kind::Headers | Kind::RstStream => return None,
            _ => {}
        }
    }
    Some((head, body.freeze()))
}

fn compare(stage: &Stage, played: &mut Played<'_>) -> Vec<Mismatch> {
    let recorded = stage.deck.own(played.cue.slot, played.here);
    let context = CompareContext { recorded, live: played.here.own };
    let breaks_off = is_broken_off(played);
    let kept = played.request.is_kept() && !breaks_off;
    let switched = played.request.context.asks_switch;
    let expected = if kept && !switched {
        View::of(&played.cue.exchange)
    } else {
        View::of(&request_of(&played.cue.exchange, kept))
    };
    let actual = View::of(&request_of(&played.request.to_exchange(), !breaks_off));
    let mut found = compare_requests(&expected, &actual, &context, &stage.rules);
    if !kept && !breaks_off {
        found.extend(compare_long_bodies(stage, played));
    }
    found
}

/// The client was told off, or cut off, amid its request: how much more of that it sent is chance.
fn is_broken_off(played: &Played<'_>) -> bool {
    let staged = played.cue.staged.as_ref();
    played.request.state != State::Whole && staged.is_some_and(|staged| staged.acts_early)
}

/// The recorded request without what followed it, and without its body if that is not wanted.
fn request_of(exchange: &Exchange, with_body: bool) -> Exchange {
    if exchange.protocol == Protocol::Http2 {
        return http2_request_of(exchange, with_body);
    }
    let view = View::of(exchange);
    let head = view.request().map(|request| request.head.clone());
    let body = view.request().map(|request| request.raw_body.clone()).filter(|_| with_body);
    let chunk = |bytes| Chunk { direction: Direction::ToServer, at: Timestamp::ZERO, bytes };
    let pieces = [head, body].into_iter().flatten().filter(|bytes: &Bytes| !bytes.is_empty());
    Exchange { chunks: pieces.map(chunk).collect(), ..*exchange }
}

/// The same of HTTP/2. A request that opened a tunnel was whole with its head: DATA that follows is no body.
fn http2_request_of(exchange: &Exchange, with_body: bool) -> Exchange {
    let switched = View::of(exchange).switched();
    let wanted = |frame: &Frame| match frame.kind() {
        Kind::Headers => true,
        Kind::Data => with_body && !switched,
        _ => false,
    };
    let chunks = exchange.sent(Direction::ToServer).flat_map(|chunk| {
        let frames = frames(&chunk.bytes).map_while(Result::ok).filter(wanted);
        frames.map(|mut frame| {
            frame.header.flags |= if switched { flag::END_STREAM } else { 0 };
            Chunk { bytes: frame.encode(), ..chunk.clone() }
        })
    });
    Exchange { chunks: chunks.collect(), ..*exchange }
}

/// Of bodies too long to be kept: by length and hash.
fn compare_long_bodies(stage: &Stage, played: &mut Played<'_>) -> Option<Mismatch> {
    let recorded = stage.deck.entry(played.cue.slot)?.keys.body;
    if played.request.body_key() == recorded {
        return None;
    }
    let actual = format!("{} bytes, and other ones", played.request.body_len);
    let view = View::of(&played.cue.exchange);
    let expected = format!("{} bytes", view.request().map_or(0, |request| request.body.len()));
    Some(Mismatch::changed(Place::Body, Gravity::Failure, expected, actual))
}
