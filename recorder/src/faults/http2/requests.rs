//! What a client says on a stream: as far as to a point at which a fault ends it.

use bytes::Bytes;
use cassettes::fault::End;
use cassettes::model::Timestamp;
use cassettes::wire::http1::{Event, Framing};
use cassettes::wire::http2::{FRAME_HEADER_BYTES, Frame, Kind, compose};

use super::stream::Stream;
use crate::faults::answer::Answer;
use crate::faults::asking::{self, Asking, Begun, Reached};
use crate::faults::burst::Burst;
use crate::faults::connection::Link;
use crate::faults::finder::{Part, Piece};
use crate::faults::voice::Voice;

/// A request ends in the midst of a frame, or after it.
#[derive(Debug)]
pub(super) struct Cut {
    /// What passes of the frame.
    pub(super) passed: Bytes,
    /// Credit on the connection for what does not.
    pub(super) credit: usize,
    /// The server is to be told that the stream is over.
    pub(super) reset: bool,
    /// The client's connection ends, too.
    pub(super) connection: bool,
}

impl Stream {
    /// The client has said this on it. None: it passes.
    pub(super) fn ask(
        &mut self,
        frame: &Frame,
        wire: &Bytes,
        link: &Link,
        now: Timestamp,
    ) -> Option<Cut> {
        let event = self.request.advance(frame).ok().and_then(|brought| brought.event);
        self.client_done |= self.request.is_over();
        if let Some(answer) = self.answer.as_mut().filter(|_| frame.kind() == Kind::Data) {
            answer.hear();
        }
        self.note(frame, event.as_ref(), now);
        if let (Some(Event::Head(_)), Some(asked)) = (&event, &self.asked) {
            let framing = if frame.ends_stream() { Framing::None } else { Framing::EndStream };
            let (voice, framing, head) = (self.voice(), Some(framing), wire.len());
            self.asking =
                Asking::new(link, asked, &Begun { voice, framing, head, before: 0, reads: 0 });
        }
        self.reach(frame, wire, event.as_ref(), now)
    }

    /// The client says no more.
    pub(super) fn client_ended(&mut self) {
        if let Some(asking) = &mut self.asking {
            asking.client_ended();
        }
    }

    fn note(&mut self, frame: &Frame, event: Option<&Event>, now: Timestamp) {
        let Some(asked) = &mut self.asked else { return };
        asked.add(&frame.encode(), now);
        match event {
            Some(Event::Head(head)) => asked.set_head(head.clone()),
            Some(Event::Body(data)) => asked.add_body(data),
            _ => {}
        }
    }

    fn voice(&self) -> Voice {
        let unheard = Voice::Frames { stream: self.number, headed: false, ended: false };
        self.answer.as_ref().map_or(unheard, Answer::voice)
    }

    /// Finds the points in a frame.
    fn reach(
        &mut self,
        frame: &Frame,
        wire: &Bytes,
        event: Option<&Event>,
        now: Timestamp,
    ) -> Option<Cut> {
        let mut asking = self.asking.take()?;
        if self.is_deaf {
            asking.cut();
            return None;
        }
        let within = match frame.kind() {
            Kind::Headers | Kind::Data => {
                let piece = unpadded(frame, wire);
                asking.take(&Piece { wire: &piece, part: part_of(event), ends_read: false })
            }
            _ => Vec::new(),
        };
        if let Some(reached) = self.first_end(&asking, &within, now) {
            return Some(self.cut(asking, reached, now, cut_frame(frame, wire, reached.at)));
        }
        if frame.ends_stream() {
            let end = Piece { wire: &[], part: Part::End, ends_read: false };
            let at_end = asking.take(&end);
            if let Some(reached) = self.first_end(&asking, &at_end, now) {
                return Some(self.cut(asking, reached, now, (wire.clone(), 0)));
            }
            asking.end();
        } else if frame.kind() == Kind::RstStream {
            asking.client_ended();
        }
        self.asking = Some(asking);
        None
    }

    /// Does what does not end the request; the first that does.
    fn first_end<'a>(
        &mut self,
        asking: &Asking,
        all: &'a [Reached],
        now: Timestamp,
    ) -> Option<&'a Reached> {
        for reached in all {
            if self.is_answered() {
                asking.tell_late(reached);
                continue;
            }
            asking.tell(reached);
            if reached.ends() {
                return Some(reached);
            }
            self.give(reached, now);
        }
        None
    }

    /// Ends the request, and gives the client what it gets for that.
    fn cut(
        &mut self,
        mut asking: Asking,
        reached: &Reached,
        now: Timestamp,
        (passed, credit): (Bytes, usize),
    ) -> Cut {
        asking.cut();
        self.give(reached, now);
        if let Some(answer) = self.answer.take() {
            answer.cut();
        }
        self.asked = None;
        let (end, connection) = (reached.broken.end, reached.broken.connection);
        self.is_deaf = true;
        let reset = end != Some(End::Stall) && !connection && !self.server_done;
        self.server_done |= reset;
        Cut { passed, credit, reset, connection }
    }

    fn give(&mut self, reached: &Reached, now: Timestamp) {
        let mut burst = Burst::new(now);
        burst.steps = asking::steps(&reached.broken, self.voice());
        self.push(burst);
    }
}

/// Padding would be in the way of finding a place in DATA.
fn unpadded(frame: &Frame, wire: &Bytes) -> Bytes {
    match frame.data().filter(|_| frame.padding() > 0) {
        Some(data) => compose::data(frame.stream(), data, frame.ends_stream()).encode(),
        None => wire.clone(),
    }
}

fn part_of(event: Option<&Event>) -> Part {
    match event {
        Some(Event::Head(_)) => Part::Head,
        Some(Event::Body(data)) => Part::Content(data.len()),
        _ => Part::Around,
    }
}

/// What passes of a frame that is cut after so many bytes, padding not counted; and how much of its DATA does not pass. The stream goes on
/// behind what passes, since its end was not before the point.
fn cut_frame(frame: &Frame, wire: &Bytes, at: usize) -> (Bytes, usize) {
    let Some(data) = frame.data() else { return (wire.clone(), 0) };
    let first = data.slice(..at.saturating_sub(FRAME_HEADER_BYTES).min(data.len()));
    let credit = frame.payload.len() - first.len();
    if first.is_empty() {
        return (Bytes::new(), credit);
    }
    (compose::data(frame.stream(), first, false).encode(), credit)
}
