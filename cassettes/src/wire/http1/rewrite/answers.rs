//! One connection's answers, with the origin replaced in heads and in bodies of text.

use bytes::{Bytes, BytesMut};

use super::Out;
use super::body::{Body, Care};
use super::fields::answer_head;
use super::text::Swap;
use crate::wire::http1::{Advance, Event, RequestContext, ResponseKind, ResponseParser};

/// The direction to the client.
#[derive(Debug)]
pub(super) struct Answers {
    parser: ResponseParser,
    place: Place,
    /// What has come of a head that is not yet whole.
    head: BytesMut,
    switched: bool,
    left: u64,
}

/// Where in an answer the next byte is.
#[derive(Debug)]
enum Place {
    Head,
    Body(Body),
    /// No answer, or none that a parser understands: nothing is changed any more.
    Raw,
}

impl Answers {
    /// At the start of a connection.
    pub(super) fn new() -> Self {
        let (parser, head) = (ResponseParser::new(), BytesMut::new());
        Self { parser, place: Place::Head, head, switched: false, left: 0 }
    }

    /// The request that the next not yet expected answer belongs to.
    pub(super) fn expect(&mut self, request: RequestContext) {
        self.parser.expect(request);
    }

    /// Whether the answers have ended in a switch to another protocol.
    pub(super) fn switched(&self) -> bool {
        self.switched
    }

    /// How many bodies of text passed as they are.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Takes one read's bytes.
    pub(super) fn advance(&mut self, input: &Bytes, swap: Swap<'_>, out: Out<'_>) {
        let mut at = 0;
        while !matches!(self.place, Place::Raw) {
            let Ok(Advance { taken, event }) = self.parser.advance_from(input, at) else {
                self.give_up(swap, out);
                break;
            };
            let raw = input.slice(at..at + taken);
            at += taken;
            match event {
                Some(event) => self.step(raw, event, swap, out),
                None => return self.wait(raw, swap, out),
            }
        }
        if at < input.len() {
            out(input.slice(at..));
        }
    }

    /// No further bytes come, or none of the answer that is on its way.
    pub(super) fn finish(&mut self, swap: Swap<'_>, out: Out<'_>) {
        let between = matches!(self.place, Place::Head) && self.head.is_empty();
        if !between {
            self.give_up(swap, out);
        }
    }

    fn step(&mut self, raw: Bytes, event: Event, swap: Swap<'_>, out: Out<'_>) {
        match (&mut self.place, event) {
            (Place::Head, Event::Head(head)) => self.begin(head, swap, out),
            (Place::Body(body), Event::Body(data)) => body.take(raw, Some(&data), swap, out),
            (Place::Body(body), Event::End) => {
                body.take(raw, None, swap, out);
                body.finish(swap, out);
                self.place = Place::Head;
            }
            (_, Event::Switched) => (self.place, self.switched) = (Place::Raw, true),
            (Place::Body(body), _) => body.take(raw, None, swap, out),
            (Place::Head | Place::Raw, _) => out(raw),
        }
    }

    /// Takes what completes nothing.
    fn wait(&mut self, raw: Bytes, swap: Swap<'_>, out: Out<'_>) {
        match &mut self.place {
            Place::Head => self.head.extend_from_slice(&raw),
            Place::Body(body) => body.take(raw, None, swap, out),
            Place::Raw => out(raw),
        }
    }

    fn begin(&mut self, head: Bytes, swap: Swap<'_>, out: Out<'_>) {
        self.head.clear();
        let framing = self.parser.framing();
        let is_final = self.parser.kind() == ResponseKind::Final;
        let care = if is_final { Care::of(&head, framing) } else { Care::Nothing };
        self.left += u64::from(care == Care::Leave);
        let head = answer_head(&head, swap).unwrap_or(head);
        self.place = Place::Body(if care == Care::Replace {
            Body::replaced(head, framing, out)
        } else {
            out(head);
            Body::AsItIs
        });
    }

    /// Gives away what is withheld; nothing is changed any more.
    fn give_up(&mut self, swap: Swap<'_>, out: Out<'_>) {
        match std::mem::replace(&mut self.place, Place::Raw) {
            Place::Body(mut body) => body.finish(swap, out),
            Place::Head if !self.head.is_empty() => {
                let head = self.head.split().freeze();
                out(answer_head(&head, swap).unwrap_or(head));
            }
            Place::Head | Place::Raw => {}
        }
    }
}
