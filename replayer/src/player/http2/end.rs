//! How streams and connections end, and what that means.

use std::sync::Arc;

use cassettes::wire::http2::{ErrorCode, Frame, compose};

use super::play::MAX_STREAM;
use super::stream::{Part, Playing, Stream};
use super::{Ending, Http2};
use crate::player::Action;
use crate::player::choice;
use crate::player::http1::Tail;
use crate::player::request::{Request, State};
use crate::select::Why;
use crate::stage::Played;
use crate::verify::{Gravity, Mismatch, Place};

impl Http2 {
    /// Takes a stream out, if nothing more is to be done on it.
    pub(super) fn tidy(&mut self, id: u32) {
        if self.streams.get(&id).is_some_and(Stream::is_over)
            && let Some(stream) = self.remove(id)
        {
            self.settle(stream, None);
        }
    }

    /// The client takes, and says, nothing more on a stream.
    pub(super) fn leave(&mut self, id: u32, code: ErrorCode) {
        let Some(stream) = self.remove(id) else { return };
        let misses = match &stream.part {
            Part::Playing(playing) => playing.misses_answer(stream.said_last),
            Part::Asking { .. } | Part::Told => false,
        };
        let left = misses.then(|| not_taken(format!("ended by the client: {code}")));
        self.settle(stream, left);
    }

    /// Ends a stream on which the client did what it must not.
    pub(super) fn reset(&mut self, id: u32, code: ErrorCode, reason: &str) {
        let Some(stream) = self.remove(id) else { return };
        self.outlet.frame(&compose::rst_stream(id, code));
        self.settle(stream, Some(not_taken(reason.to_owned())));
    }

    /// Ends a stream of which nothing is to be settled.
    pub(super) fn end_stream(&mut self, id: u32, code: ErrorCode) {
        self.remove(id);
        self.outlet.frame(&compose::rst_stream(id, code));
    }

    /// The client broke the protocol: the connection ends.
    pub(super) fn fail(&mut self, code: ErrorCode, reason: &str) {
        self.settle_all();
        let why = Why::NotHttp(format!("{reason} ({code})"));
        self.stage.miss(&Request::raw(self.requests, self.now), self.here, &why);
        self.close(code, reason);
    }

    /// Something has begun and does not go on.
    pub(super) fn give_up(&mut self) {
        self.settle_all();
        self.stage.miss(&Request::raw(self.requests, self.now), self.here, &Why::Stalled);
        self.close(ErrorCode::CANCEL, "what has begun does not go on");
    }

    fn close(&mut self, code: ErrorCode, reason: &str) {
        self.outlet.frame(&compose::goaway(self.last_stream, code, reason.as_bytes()));
        self.outlet.act(Action::Close);
        self.ending = Ending::Over;
    }

    /// Ends the streams of which the client takes too long.
    pub(super) fn sweep(&mut self) {
        let limit = self.stage.options().limits.step;
        let mut late = Vec::new();
        let mut next = None;
        for (id, stream) in &self.streams {
            let Some(due) = stream.waits_since().map(|since| since.later(limit)) else { continue };
            if due <= self.now {
                late.push(*id);
            } else {
                next = Some(next.map_or(due, |next: cassettes::model::Timestamp| next.min(due)));
            }
        }
        for id in late {
            self.give_stream_up(id);
        }
        self.sweep = next;
        self.watch();
    }

    fn give_stream_up(&mut self, id: u32) {
        let Some(stream) = self.remove(id) else { return };
        self.outlet.frame(&compose::rst_stream(id, ErrorCode::CANCEL));
        let waiting = stream.queue.len();
        let reason = "the client gave no room for it".to_owned();
        let left = (waiting > 0).then(|| not_taken(reason));
        match stream.part {
            Part::Asking { request, .. } => {
                self.stage.miss(&request, self.here, &Why::Stalled);
            }
            _ => self.settle(stream, left),
        }
    }

    /// The client sends no more. What has been asked is answered, as far as windows are open.
    pub(super) fn end_with_client(&mut self) {
        let mut ids: Vec<_> = self.streams.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            self.cut_short(id);
            self.step(id);
        }
    }

    fn cut_short(&mut self, id: u32) {
        let Some(stream) = self.streams.get_mut(&id) else { return };
        stream.heard_last = true;
        let Some(request) = stream.request().filter(|request| !request.is_over()) else { return };
        request.state = State::CutShort;
        if !matches!(stream.part, Part::Asking { .. }) {
            return;
        }
        if let Part::Asking { request, continued } = std::mem::replace(&mut stream.part, Part::Told)
        {
            let stage = Arc::clone(&self.stage);
            match choice::cut_short(&stage, &request) {
                Some(cue) => self.begin(id, cue, *request, continued),
                None => self.miss(id, &request, &Why::CutShort),
            }
        }
    }

    /// The client is gone.
    pub(super) fn abandon(&mut self) {
        self.outlet.clear();
        self.ending = Ending::Over;
        self.settle_all();
    }

    pub(super) fn settle_all(&mut self) {
        self.ready.clear();
        self.wakes.clear();
        self.sweep = None;
        self.afterlife = None;
        let mut streams: Vec<_> = self.streams.drain().collect();
        streams.sort_unstable_by_key(|(id, _)| *id);
        for (_, stream) in streams {
            self.settle(stream, None);
        }
    }

    /// Says that no more streams are served; of those that are open, the ones that the recording's server served as well.
    pub(super) fn go_away(&mut self, id: u32, frame: &Frame) {
        let Some(recorded) = frame.goaway() else { return };
        let last = match recorded.last_stream {
            MAX_STREAM => MAX_STREAM,
            last => self.last_served(id, last),
        };
        let now = Ending::GoingAway(last);
        if self.ending == now || matches!(self.ending, Ending::Due(_) | Ending::Over) {
            return;
        }
        self.ending = now;
        self.outlet.frame(&compose::goaway(last, recorded.code, &recorded.debug));
        // Those that are not served are over: nothing will be said on them.
        let refused: Vec<_> = self.streams.keys().copied().filter(|id| *id > last).collect();
        for id in refused.into_iter().filter(|id| id % 2 == 1) {
            if let Some(stream) = self.remove(id) {
                self.settle(stream, None);
            }
        }
    }

    /// Our number for the last stream that the recorded server served.
    fn last_served(&self, id: u32, recorded_last: u32) -> u32 {
        let playing = |stream: &Stream| match &stream.part {
            Part::Playing(playing) => Some((playing.cue.exchange.connection, playing.recorded)),
            _ => None,
        };
        let connection = self.streams.get(&id).and_then(playing).map(|(connection, _)| connection);
        let refused = |stream: &Stream| {
            playing(stream)
                .is_some_and(|(its, number)| Some(its) == connection && number > recorded_last)
        };
        let first_refused =
            self.streams.iter().filter(|(_, stream)| refused(stream)).map(|(id, _)| *id).min();
        first_refused.map_or(self.last_stream, |first| first.saturating_sub(2))
    }

    fn remove(&mut self, id: u32) -> Option<Stream> {
        let stream = self.streams.remove(&id)?;
        if let Some(wake) = stream.wake {
            self.wakes.remove(&(wake, id));
        }
        if self.streams.is_empty() {
            self.sweep = None;
        }
        Some(stream)
    }

    fn settle(&self, stream: Stream, difference: Option<Mismatch>) {
        match stream.part {
            Part::Playing(playing) => self.settle_play(*playing, difference),
            Part::Asking { request, .. } => {
                self.stage.miss(&request, self.here, &Why::CutShort);
            }
            Part::Told => {}
        }
    }

    fn settle_play(&self, playing: Playing, difference: Option<Mismatch>) {
        let Playing { cue, mut request, mut tail, .. } = playing;
        if !request.is_over() {
            request.state = State::CutShort;
        }
        let mut tail = tail.as_mut().map(Tail::mismatches).unwrap_or_default();
        tail.extend(difference);
        self.stage.settle(Played { cue: &cue, request, here: self.here, tail, ended: self.now });
    }
}

/// The client did not take the whole answer, as the recorded one did.
fn not_taken(actual: String) -> Mismatch {
    let place = Place::Answer { inside: Box::new(Place::Completeness) };
    Mismatch::changed(place, Gravity::Failure, "taken to its end", actual)
}
