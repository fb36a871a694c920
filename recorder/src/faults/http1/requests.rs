//! What the client says: requests, points of them, and what follows a switch of protocols.

use bytes::Bytes;
use cassettes::fault::Break;
use cassettes::model::Timestamp;
use cassettes::transcribe::MAX_PIPELINED;
use cassettes::wire::http1::Event;
use cassettes::wire::http1::rewrite::is_for_another;

use super::{Answers, Asks, Http1};
use crate::faults::answer::Answer;
use crate::faults::asked::Asked;
use crate::faults::asking::{self, Asking, Begun};
use crate::faults::burst::Burst;
use crate::faults::finder::{Part, Piece};
use crate::faults::voice::Voice;

impl Http1 {
    /// A point of a request has come from which on nothing of it passes.
    pub(in crate::faults) const fn is_cut(&self) -> bool {
        matches!(self.asks, Asks::Cut)
    }

    /// How many bytes of what seemed to be a request's head have passed before the last read, and in how many reads.
    pub(in crate::faults) const fn before(&self) -> (usize, u64) {
        (self.head_bytes, self.reads.saturating_sub(1))
    }

    /// The client said this. How much of it passes.
    pub(in crate::faults) fn ask(&mut self, bytes: &Bytes, burst: &mut Burst) -> usize {
        if self.is_cut() {
            return 0;
        }
        if self.answers == Answers::Switched {
            if let Some(answer) = &mut self.answer {
                answer.hear();
            }
            let part = Part::Content(bytes.len());
            return self.reach(bytes, part, true, burst).unwrap_or(bytes.len());
        }
        self.reads += 1;
        let mut rest = bytes.clone();
        while matches!(self.asks, Asks::Idle | Asks::Within) {
            let Ok(advance) = self.requests.advance(&rest) else {
                self.asks = Asks::Other;
                break;
            };
            let wire = rest.split_to(advance.taken);
            let goes_on = advance.event.is_some();
            if let Some(at) = self.take(advance.event, &wire, &rest, burst) {
                return bytes.len() - rest.len() - wire.len() + at;
            }
            if !goes_on {
                break;
            }
        }
        bytes.len()
    }

    /// The client says no more.
    pub(in crate::faults) fn client_ended(&mut self) {
        if let Some(asking) = &mut self.asking {
            asking.client_ended();
        }
    }

    /// A piece of a request, and what was read behind it. If it is cut there: how many bytes of the piece pass.
    fn take(
        &mut self,
        event: Option<Event>,
        wire: &Bytes,
        rest: &Bytes,
        burst: &mut Burst,
    ) -> Option<usize> {
        let ends_read = rest.is_empty() && !wire.is_empty();
        let part = self.note_event(event, wire, burst.now);
        let cut = self.reach(wire, part, ends_read, burst);
        if part == Part::End {
            self.end_request(!rest.is_empty());
        }
        cut
    }

    /// What a piece of the client's is; none of it: more of what is yet incomplete.
    fn note_event(&mut self, event: Option<Event>, wire: &Bytes, now: Timestamp) -> Part {
        match event {
            Some(Event::Head(head)) => {
                let own = self.link.authority.as_deref();
                if own.is_some_and(|own| is_for_another(&head, own)) {
                    self.asks = Asks::Turned;
                    return Part::Around;
                }
                // More at once is no client that waits for answers: from here on it passes.
                if self.asked.len() >= MAX_PIPELINED {
                    self.asks = Asks::Other;
                    return Part::Around;
                }
                self.begin_request(&head, now);
                Part::Head
            }
            Some(Event::Body(data)) => {
                if let Some(asked) = self.asked.back_mut() {
                    asked.add_body(&data);
                }
                self.note(wire, now);
                Part::Content(data.len())
            }
            Some(Event::Trailers(_)) | None => {
                if self.asks == Asks::Idle {
                    self.head_bytes += wire.len();
                }
                self.note(wire, now);
                Part::Around
            }
            Some(Event::End) => {
                self.note(wire, now);
                self.asks = Asks::Idle;
                Part::End
            }
            Some(Event::Switched) => {
                self.asks = Asks::Other;
                Part::Around
            }
        }
    }

    fn begin_request(&mut self, head: &Bytes, now: Timestamp) {
        self.client_ended();
        self.responses.expect(self.requests.context());
        let asked = Asked::new(&self.link.faults, self.link.connection, head.clone());
        let begun = Begun {
            voice: Voice::Bytes,
            framing: Some(self.requests.framing()),
            head: head.len(),
            before: std::mem::take(&mut self.head_bytes),
            reads: self.reads.saturating_sub(1),
        };
        self.asking = Asking::new(&self.link, &asked, &begun);
        self.asked.push_back(asked);
        self.asks = Asks::Within;
        self.note(head, now);
    }

    /// The request is whole, and whether bytes of the next have come with it.
    fn end_request(&mut self, has_more: bool) {
        self.asking.take_if(|asking| !asking.end());
        self.reads = u64::from(has_more);
    }

    /// Finds the points in a piece of what the client says. If it is cut there: how many bytes of the piece pass.
    fn reach(
        &mut self,
        wire: &Bytes,
        part: Part,
        ends_read: bool,
        burst: &mut Burst,
    ) -> Option<usize> {
        let asking = self.asking.as_mut()?;
        let number = asking.number();
        let is_over = !self.asked.iter().any(|asked| asked.number() == number)
            && self.answer.as_ref().is_none_or(|answer| answer.number() != number);
        for reached in asking.take(&Piece { wire, part, ends_read }) {
            if is_over {
                asking.tell_late(&reached);
                continue;
            }
            asking.tell(&reached);
            let (ends, at) = (reached.ends(), reached.at);
            self.due.push_back((number, reached.broken));
            if ends {
                asking.cut();
                self.asks = Asks::Cut;
                self.settle(burst);
                return Some(at);
            }
        }
        self.settle(burst);
        None
    }

    /// Gives the client what is due to it for points of the request that is the next to be answered, or is being answered.
    pub(super) fn settle(&mut self, burst: &mut Burst) {
        let next = self.answer.as_ref().map(Answer::number);
        let next = next.or_else(|| self.asked.front().map(Asked::number));
        while self.due.front().is_some_and(|(number, _)| Some(*number) == next) {
            if let Some((_, broken)) = self.due.pop_front() {
                self.give_due(&broken, burst);
            }
        }
    }

    pub(super) fn give_due(&mut self, broken: &Break, burst: &mut Burst) {
        burst.steps.extend(asking::steps(broken, Voice::Bytes));
        if broken.end.is_some() {
            self.answers = Answers::Over;
            self.asked.clear();
            if let Some(answer) = self.answer.take() {
                answer.cut();
            }
        }
    }

    /// More of the request that came last. Of one that is being answered already, nobody needs it.
    fn note(&mut self, wire: &Bytes, now: Timestamp) {
        if let Some(asked) = self.asked.back_mut().filter(|_| self.asks == Asks::Within) {
            asked.add(wire, now);
        }
    }
}
