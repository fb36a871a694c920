//! HTTP/1: requests and their answers, on one connection.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use cassettes::model::Timestamp;
use cassettes::transcribe::MAX_PIPELINED;
use cassettes::wire::http1::{Event, RequestParser, ResponseKind, ResponseParser};

use super::answer::Answer;
use super::asked::Asked;
use super::burst::Burst;
use super::connection::Link;
use super::finder::Part;
use super::held::Whole;
use super::voice::Voice;

/// Both directions of a connection.
#[derive(Debug)]
pub(super) struct Http1 {
    link: Link,
    requests: RequestParser,
    responses: ResponseParser,
    /// Not answered, oldest first.
    asked: VecDeque<Asked>,
    answer: Option<Answer>,
    /// Of a head that must be whole before any of it is sent.
    head: BytesMut,
    /// A request's head has come, and its end has not.
    asking: bool,
    /// A final answer's head has come, and its end has not.
    answering: bool,
    /// What the client says is no request, or not any more.
    asks_no_more: bool,
    answers: Answers,
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
}

impl Http1 {
    pub(super) fn new(link: Link) -> Self {
        Self {
            link,
            requests: RequestParser::new(),
            responses: ResponseParser::new(),
            asked: VecDeque::new(),
            answer: None,
            head: BytesMut::new(),
            asking: false,
            answering: false,
            asks_no_more: false,
            answers: Answers::Http,
        }
    }

    /// Whether nothing was asked that HTTP knows, and nothing will be.
    pub(super) fn is_no_http(&self) -> bool {
        self.asks_no_more && self.asked.is_empty() && self.answer.is_none()
    }

    /// The client said this.
    pub(super) fn ask(&mut self, bytes: &Bytes, now: Timestamp) {
        if let Some(answer) = self.answer.as_mut().filter(|_| self.answers == Answers::Switched) {
            answer.hear();
        }
        let mut rest = bytes.clone();
        while !self.asks_no_more {
            let Ok(advance) = self.requests.advance(&rest) else {
                self.asks_no_more = true;
                return;
            };
            let wire = rest.split_to(advance.taken);
            let Some(event) = advance.event else { return self.note(&wire, now) };
            self.request_event(event, &wire, now);
        }
    }

    /// The server said this.
    pub(super) fn receive(&mut self, bytes: Bytes, burst: &mut Burst) {
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
        let part = if self.answers == Answers::Switched {
            Part::Content(rest.len())
        } else {
            Part::Around
        };
        self.give(rest, part, true, burst);
    }

    /// The server says no more.
    pub(super) fn end(&mut self, burst: &mut Burst) {
        self.release_head(burst);
        let is_whole = self.answers != Answers::Http || self.responses.finish().is_ok();
        let Some(mut answer) = self.answer.take() else { return };
        if is_whole {
            answer.take(Bytes::new(), Part::End, false, burst);
            answer.end(Whole::ByEnd, burst);
        } else {
            answer.break_off(burst);
        }
    }

    pub(super) fn deadline(&self) -> Option<Timestamp> {
        self.answer.as_ref()?.deadline()
    }

    pub(super) fn timeout(&mut self, burst: &mut Burst) {
        if let Some(answer) = &mut self.answer {
            answer.timeout(burst);
        }
    }

    fn request_event(&mut self, event: Event, wire: &Bytes, now: Timestamp) {
        match event {
            Event::Head(head) => {
                // More at once is no client that waits for answers: from here on it passes.
                if self.asked.len() >= MAX_PIPELINED {
                    self.asks_no_more = true;
                    return;
                }
                self.responses.expect(self.requests.context());
                let Link { faults, connection, .. } = &self.link;
                self.asked.push_back(Asked::new(faults, *connection, head.clone()));
                self.asking = true;
                self.note(&head, now);
            }
            Event::Body(data) => {
                if let Some(asked) = self.asked.back_mut() {
                    asked.add_body(&data);
                }
                self.note(wire, now);
            }
            Event::Trailers(_) => self.note(wire, now),
            Event::End => {
                self.note(wire, now);
                self.asking = false;
            }
            Event::Switched => self.asks_no_more = true,
        }
    }

    /// More of the request that came last. Of one that is being answered already, nobody needs it.
    fn note(&mut self, wire: &Bytes, now: Timestamp) {
        if let Some(asked) = self.asked.back_mut().filter(|_| self.asking) {
            asked.add(wire, now);
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
                let asks_on = self.asking && self.asked.is_empty();
                if let Some(answer) = self.answer.as_mut().filter(|_| asks_on) {
                    answer.waits(burst);
                }
            }
            Event::Head(head) => {
                let wire = self.with_head(wire);
                let framing = self.responses.framing();
                self.answering = true;
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
            }
            Event::Switched => {
                self.answers = Answers::Switched;
                if let Some(answer) = &mut self.answer {
                    answer.switch(burst);
                }
            }
        }
    }

    /// What completes nothing yet.
    fn part(&mut self, wire: Bytes, ends_read: bool, burst: &mut Burst) {
        if !self.answering && self.answer.as_ref().is_some_and(Answer::wants_head) {
            self.head.extend_from_slice(&wire);
        } else {
            self.give(wire, Part::Around, ends_read, burst);
        }
    }

    fn give(&mut self, wire: Bytes, part: Part, ends_read: bool, burst: &mut Burst) {
        match &mut self.answer {
            Some(answer) => answer.take(wire, part, ends_read, burst),
            None => burst.send(wire),
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
