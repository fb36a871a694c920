//! HTTP/1: requests and their answers, on one connection.
//!
//! - `requests`: what the client says, and points of that

mod requests;

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use cassettes::fault::Break;
use cassettes::model::Timestamp;
use cassettes::wire::http1::{Event, RequestParser, ResponseKind, ResponseParser};
use cassettes::wire::messages::StreamKind;

use super::answer::Answer;
use super::asked::Asked;
use super::asking::Asking;
use super::burst::Burst;
use super::connection::Link;
use super::finder::Part;
use super::held::Whole;
use super::voice::Voice;

/// Both directions of a connection.
#[derive(Debug)]
pub(in crate::faults) struct Http1 {
    link: Link,
    requests: RequestParser,
    responses: ResponseParser,
    /// Not answered, oldest first.
    asked: VecDeque<Asked>,
    answer: Option<Answer>,
    /// Of a head that must be whole before any of it is sent.
    head: BytesMut,
    asks: Asks,
    /// The request that came last, if faults may hit it yet.
    asking: Option<Asking>,
    /// Bytes of a request's head that is not whole yet; and reads since its first byte.
    head_bytes: usize,
    reads: u64,
    /// What the client gets for points of its requests that have come, with these requests' numbers: not before those ahead of them are
    /// answered.
    due: VecDeque<(u64, Break)>,
    /// A final answer's head has come, and its end has not.
    answering: bool,
    answers: Answers,
}

/// What becomes of what the client says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// A request's head may come.
    Idle,
    /// One has come, and the request's end has not.
    Within,
    /// It is no request, or not any more: it passes.
    Other,
    /// It is said to another server: it passes, to be heard there.
    Turned,
    /// Nothing more of it passes.
    Cut,
}

/// How what the server says is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answers {
    /// As HTTP.
    Http,
    /// HTTP was switched off: all of it is content.
    Switched,
    /// It is not what it seemed to be.
    Lost,
    /// Not at all: the request that it answers was cut, or it has ended.
    Over,
}

impl Http1 {
    pub(in crate::faults) fn new(link: Link) -> Self {
        Self {
            link,
            requests: RequestParser::new(),
            responses: ResponseParser::new(),
            asked: VecDeque::new(),
            answer: None,
            head: BytesMut::new(),
            asks: Asks::Idle,
            asking: None,
            head_bytes: 0,
            reads: 0,
            due: VecDeque::new(),
            answering: false,
            answers: Answers::Http,
        }
    }

    /// Whether nothing was asked that HTTP knows, and nothing will be.
    pub(in crate::faults) fn is_no_http(&self) -> bool {
        self.asks == Asks::Other && self.asked.is_empty() && self.answer.is_none()
    }

    /// The server said this.
    pub(in crate::faults) fn receive(&mut self, bytes: Bytes, burst: &mut Burst) {
        let mut rest = bytes;
        while self.answers == Answers::Http {
            self.begin(&rest, burst.now);
            let Ok(advance) = self.responses.advance(&rest) else {
                self.answers = Answers::Lost;
                self.release_head(burst);
                break;
            };
            let wire = rest.split_to(advance.taken);
            let ends_read = rest.is_empty();
            let Some(event) = advance.event else { return self.part(wire, ends_read, burst) };
            self.response_event(event, wire, ends_read, burst);
        }
        match self.answers {
            Answers::Over => {}
            Answers::Switched => self.give(rest.clone(), Part::Content(rest.len()), true, burst),
            Answers::Http | Answers::Lost => self.give(rest, Part::Around, true, burst),
        }
    }

    /// The server says no more.
    pub(in crate::faults) fn end(&mut self, burst: &mut Burst) {
        self.release_head(burst);
        let is_whole = self.answers != Answers::Http || self.responses.finish().is_ok();
        match self.answer.take() {
            Some(mut answer) if is_whole => {
                answer.take(Bytes::new(), Part::End, false, burst);
                answer.end(Whole::ByEnd, burst);
            }
            Some(answer) => answer.break_off(burst),
            None => {}
        }
        // No answer comes for which that would have to wait.
        for (_, broken) in std::mem::take(&mut self.due) {
            self.give_due(&broken, burst);
        }
        self.answers = Answers::Over;
    }

    pub(in crate::faults) fn deadline(&self) -> Option<Timestamp> {
        self.answer.as_ref()?.deadline()
    }

    pub(in crate::faults) fn timeout(&mut self, burst: &mut Burst) {
        if let Some(answer) = &mut self.answer {
            answer.timeout(burst);
        }
    }

    /// Something comes of the next answer, unless one is coming.
    fn begin(&mut self, bytes: &Bytes, now: Timestamp) {
        if self.answer.is_none() && !bytes.is_empty() {
            let asked = self.asked.pop_front();
            self.answer =
                asked.map(|asked| Answer::new(self.link.clone(), asked, Voice::Bytes, now));
        }
    }

    fn response_event(&mut self, event: Event, wire: Bytes, ends_read: bool, burst: &mut Burst) {
        match event {
            Event::Head(_) if self.responses.kind() == ResponseKind::Interim => {
                let wire = self.with_head(wire);
                self.give(wire, Part::Interim, ends_read, burst);
                // A request that came after it would not be being asked yet.
                let asks_on = self.asks == Asks::Within && self.asked.is_empty();
                if let Some(answer) = self.answer.as_mut().filter(|_| asks_on) {
                    answer.waits(burst);
                }
            }
            Event::Head(head) => {
                let wire = self.with_head(wire);
                let framing = self.responses.framing();
                self.answering = true;
                self.tell_switch(&head);
                if let Some(answer) = &mut self.answer {
                    answer.learn(&head, framing, burst.now);
                }
                self.give(wire, Part::Head, ends_read, burst);
            }
            Event::Body(data) => self.give(wire, Part::Content(data.len()), ends_read, burst),
            Event::Trailers(_) => self.give(wire, Part::Around, ends_read, burst),
            // An interim answer's end is not the answer's.
            Event::End if self.responses.kind() == ResponseKind::Interim => {}
            Event::End => {
                self.answering = false;
                let ends_read = ends_read && !wire.is_empty();
                self.give(wire, Part::End, ends_read, burst);
                if let Some(answer) = self.answer.take() {
                    answer.end(Whole::Yes, burst);
                }
                self.settle(burst);
            }
            Event::Switched => {
                self.answers = Answers::Switched;
                if let Some(answer) = &mut self.answer {
                    answer.switch(burst);
                }
            }
        }
    }

    /// A final answer's head has come: whether it switches off HTTP, so that the client will say other things.
    fn tell_switch(&mut self, head: &Bytes) {
        let Some(answer) = &self.answer else { return };
        let own = |asking: &&mut Asking| asking.number() == answer.number();
        let switches = self.responses.kind() == ResponseKind::Switch;
        if let Some(asking) = self.asking.as_mut().filter(own).filter(|_| switches) {
            let kind = answer.stream_kind(head);
            asking.switch(matches!(kind, Some(StreamKind::WebSocket(_))));
        }
    }

    /// What completes nothing yet.
    fn part(&mut self, wire: Bytes, ends_read: bool, burst: &mut Burst) {
        if wire.is_empty() {
            return;
        }
        if !self.answering && self.answer.as_ref().is_some_and(Answer::wants_head) {
            self.head.extend_from_slice(&wire);
        } else {
            self.give(wire, Part::Around, ends_read, burst);
        }
    }

    fn give(&mut self, wire: Bytes, part: Part, ends_read: bool, burst: &mut Burst) {
        match &mut self.answer {
            Some(answer) => answer.take(wire, part, ends_read, burst),
            None => return burst.send(wire),
        }
        if self.answer.as_ref().is_some_and(|answer| answer.ended().is_some())
            && let Some(asking) = &mut self.asking
        {
            asking.cut();
        }
    }

    /// What was withheld of a head, and its rest.
    fn with_head(&mut self, rest: Bytes) -> Bytes {
        if self.head.is_empty() {
            return rest;
        }
        self.head.extend_from_slice(&rest);
        self.head.split().freeze()
    }

    fn release_head(&mut self, burst: &mut Burst) {
        let withheld = self.head.split().freeze();
        self.give(withheld, Part::Around, true, burst);
    }
}
