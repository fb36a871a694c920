//! One exchange's answer, and what faults do to it.
//!
//! - `edits`: what needs all of it

mod edits;

use bytes::Bytes;
use cassettes::fault::{End, Fault, Random};
use cassettes::model::{Step, Timestamp};
use cassettes::wire::http1::{Framing, ResponseHead};
use cassettes::wire::messages::StreamKind;

use super::asked::Asked;
use super::burst::Burst;
use super::connection::Link;
use super::finder::{Part, Piece};
use super::held::{Held, MAX_HELD_BYTES, MAX_HELD_TIME, Whole};
use super::hit::{Does, Hit};
use super::items::Items;
use super::shapers::Shapers;
use super::shared::About;
use super::told::Outcome;
use super::voice::Voice;

/// An answer on its way to the client.
#[derive(Debug)]
pub(in crate::faults) struct Answer {
    link: Link,
    asked: Asked,
    about: About,
    /// What hits it, in order.
    hits: Vec<Hit>,
    /// What they do to time and pieces, in order.
    shapers: Shapers,
    voice: Voice,
    flow: Flow,
    /// Interim answers that have passed: they count where all of it does.
    interim: Held,
    /// The client has spoken since the server did.
    turns: bool,
    /// When something came of it last.
    last: Timestamp,
    /// A fault has ended it: how, and whether its connection with it.
    ended: Option<(End, bool)>,
}

#[derive(Debug)]
enum Flow {
    Passing,
    Holding(Held),
    /// The client gets no more of it.
    Silent,
}

impl Answer {
    /// It begins.
    pub(in crate::faults) fn new(link: Link, asked: Asked, voice: Voice, now: Timestamp) -> Self {
        let (hits, about) = asked.hits(&link.faults, &link.peer);
        let mut answer = Self {
            link,
            about,
            hits: Vec::new(),
            shapers: Shapers::default(),
            voice,
            flow: Flow::Passing,
            interim: Held::new(now),
            turns: false,
            last: now,
            ended: None,
            asked,
        };
        for (place, fault) in hits {
            answer.add(place, fault);
        }
        if answer.hits.iter().any(Hit::needs_whole) {
            answer.hold(now);
        }
        answer
    }

    /// Its exchange's number.
    pub(in crate::faults) const fn number(&self) -> u64 {
        self.asked.number()
    }

    /// How it goes on, or comes to its end.
    pub(in crate::faults) const fn voice(&self) -> Voice {
        self.voice
    }

    /// What it is a stream of, if this is its final head.
    pub(in crate::faults) fn stream_kind(&self, head: &Bytes) -> Option<StreamKind> {
        let response = ResponseHead::parse(head).ok();
        StreamKind::of(&self.asked.request()?, response.as_ref())
    }

    /// Whether its head must be whole before any of it is sent.
    pub(in crate::faults) fn wants_head(&self) -> bool {
        matches!(self.flow, Flow::Passing) && self.hits.iter().any(Hit::wants_head)
    }

    /// It is held back.
    pub(in crate::faults) const fn is_held(&self) -> bool {
        matches!(self.flow, Flow::Holding(_))
    }

    /// How a fault has ended it, if one has, and whether its connection with it.
    pub(in crate::faults) const fn ended(&self) -> Option<(End, bool)> {
        self.ended
    }

    /// Until when it may be held, if it is.
    pub(in crate::faults) fn deadline(&self) -> Option<Timestamp> {
        match &self.flow {
            Flow::Holding(held) => held.deadline(),
            _ => None,
        }
    }

    /// Its time is up.
    pub(in crate::faults) fn timeout(&mut self, burst: &mut Burst) {
        if self.deadline().is_some_and(|deadline| deadline <= burst.now) {
            self.give_up(&format!("that was not there after {MAX_HELD_TIME:?}"), burst);
        }
    }

    /// The final head is about to come: what it says of the body.
    pub(in crate::faults) fn learn(&mut self, head: &Bytes, framing: Framing, now: Timestamp) {
        let kind = self.stream_kind(head);
        let mut known = true;
        for finder in self.hits.iter_mut().filter_map(Hit::finder_mut) {
            finder.count(kind.map(Items::of));
            known &= finder.learn(head.len(), framing);
        }
        if !known && matches!(self.flow, Flow::Passing) {
            self.hold(now);
        }
    }

    /// What a connection of plain TCP consists of.
    pub(in crate::faults) fn count(&mut self, make: impl Fn() -> Option<Items>) {
        self.hits.iter_mut().filter_map(Hit::finder_mut).for_each(|finder| finder.count(make()));
    }

    /// The next piece.
    pub(in crate::faults) fn take(
        &mut self,
        wire: Bytes,
        part: Part,
        ends_read: bool,
        burst: &mut Burst,
    ) {
        match &mut self.flow {
            Flow::Silent => {}
            Flow::Passing => self.pass(&wire, part, ends_read, burst),
            Flow::Holding(held) => {
                held.push(wire, burst.now);
                if held.is_too_long() || !self.asked.is_kept() {
                    let most = MAX_HELD_BYTES / 1024 / 1024;
                    self.give_up(&format!("the exchange is longer than {most} MiB"), burst);
                } else if part == Part::Interim {
                    self.let_go(ends_read, burst);
                }
            }
        }
    }

    /// The server waits for the client to go on with its request.
    pub(in crate::faults) fn waits(&mut self, burst: &mut Burst) {
        if matches!(self.flow, Flow::Passing) {
            self.shapers.turn(self.voice, &mut burst.steps);
        }
    }

    /// The client has said more, in a dialogue.
    pub(in crate::faults) const fn hear(&mut self) {
        self.turns = true;
    }

    /// All of it has come.
    pub(in crate::faults) fn end(mut self, whole: Whole, burst: &mut Burst) {
        match std::mem::replace(&mut self.flow, Flow::Silent) {
            Flow::Silent => {}
            Flow::Passing => {
                self.tell_missed();
                self.shapers.end(self.voice, &mut burst.steps);
            }
            Flow::Holding(held) => self.edit(&held, whole, burst),
        }
    }

    /// It broke off: what is held of it passes.
    pub(in crate::faults) fn break_off(mut self, burst: &mut Burst) {
        match self.flow {
            Flow::Silent => {}
            Flow::Passing => {
                self.tell_missed();
                self.shapers.end(self.voice, &mut burst.steps);
            }
            Flow::Holding(_) => self.give_up("the server broke the answer off", burst),
        }
    }

    /// A fault has ended its request: the client gets no more of it.
    pub(in crate::faults) fn cut(self) {
        let due = |hit: &&Hit| !matches!(hit.does, Does::Shape | Does::Nothing);
        for hit in self.hits.iter().filter(due) {
            self.tell(hit.place, passed("another fault had ended its request before"));
        }
    }

    fn add(&mut self, place: usize, fault: Fault) {
        let random = self.random(&fault);
        let hit = Hit::new(place, fault, self.voice, random.clone());
        if let Some(why) = hit.misfit(self.asked.request().is_none()) {
            return self.tell(place, passed(why));
        }
        if let Some(shaper) = hit.shaper(random) {
            self.shapers.add(shaper);
            self.tell(place, Outcome::Applied { after: None });
        }
        self.hits.push(hit);
    }

    fn random(&self, fault: &Fault) -> Random {
        fault.random(self.asked.number(), self.about.attempt, self.link.faults.set().seed())
    }

    fn pass(&mut self, wire: &Bytes, part: Part, ends_read: bool, burst: &mut Burst) {
        if std::mem::take(&mut self.turns) {
            self.shapers.turn(self.voice, &mut burst.steps);
        }
        let gap = burst.now.since(std::mem::replace(&mut self.last, burst.now));
        self.shapers.pass_time(self.voice, gap, &mut burst.steps);
        if part != Part::Interim {
            return self.pass_piece(wire, part, ends_read, burst);
        }
        if !self.is_held() && !self.interim.is_too_long() {
            self.interim.push(wire.clone(), burst.now);
            self.interim.let_go();
        }
        let edited = self.edit_interim(wire, burst.now);
        let Some(steps) = edited else { return self.pass_piece(wire, part, ends_read, burst) };
        for step in steps {
            match step {
                Step::Send(bytes) => self.pass_piece(&bytes, part, ends_read, burst),
                step => self.shape(step, burst),
            }
        }
    }

    fn pass_piece(&mut self, wire: &Bytes, part: Part, ends_read: bool, burst: &mut Burst) {
        let piece = Piece { wire, part, ends_read };
        let finders = self.hits.iter_mut().enumerate();
        let mut cuts: Vec<_> = finders
            .filter_map(|(index, hit)| Some((hit.finder_mut()?.find(&piece)?, index)))
            .collect();
        cuts.sort_by_key(|(at, _)| *at);
        let (mut rest, mut base) = (wire.clone(), 0);
        for (at, index) in cuts {
            let cut = self.voice.cut(&rest, at - base);
            self.send(cut.before, burst);
            (rest, base) = (cut.after, base + cut.base);
            if self.break_at(index, (wire.len() - at) as u64, burst) {
                return;
            }
        }
        self.send(rest, burst);
    }

    /// Does what is to be done at a point, before so many bytes of the piece. Whether nothing more follows.
    fn break_at(&mut self, index: usize, left: u64, burst: &mut Burst) -> bool {
        let Some(hit) = self.hits.get_mut(index) else { return false };
        let does = std::mem::replace(&mut hit.does, Does::Nothing);
        let place = hit.place;
        let Does::Break(finder, broken) = does else { return false };
        if self.voice.is_over() && !broken.insert.is_empty() {
            let why = "the stream has ended there, and nothing may follow on it";
            self.tell(place, passed(why));
            return false;
        }
        self.tell(place, Outcome::Applied { after: Some(finder.wire() - left) });
        if broken.drops {
            burst.drop_sends();
        }
        for inserted in self.voice.insert(&broken.insert) {
            self.send(inserted, burst);
        }
        for step in broken.steps {
            self.shape(step, burst);
        }
        let Some(end) = broken.end else { return false };
        for step in self.voice.end(end, broken.connection) {
            self.shape(step, burst);
        }
        self.shapers.end(self.voice, &mut burst.steps);
        self.flow = Flow::Silent;
        self.ended = Some((end, broken.connection));
        self.tell_late();
        true
    }

    fn send(&mut self, bytes: Bytes, burst: &mut Burst) {
        if !bytes.is_empty() {
            self.voice.note(&bytes);
            self.shape(Step::Send(bytes), burst);
        }
    }

    /// Gives a step through all that shapes it.
    fn shape(&mut self, step: Step, burst: &mut Burst) {
        self.shapers.step(self.voice, step, &mut burst.steps);
    }

    /// Another fault has ended it.
    fn tell_late(&self) {
        let late = |hit: &&Hit| matches!(hit.does, Does::Break(..) | Does::Interim);
        for hit in self.hits.iter().filter(late) {
            self.tell(hit.place, passed("another fault had ended the answer before"));
        }
    }

    fn tell_missed(&self) {
        for hit in &self.hits {
            let why = match &hit.does {
                Does::Break(finder, _) => {
                    format!("the answer ended after {} bytes, before the point came", finder.wire())
                }
                Does::Interim => "no `100 Continue` came before the answer".to_owned(),
                _ => continue,
            };
            self.tell(hit.place, passed(&why));
        }
    }

    fn tell(&self, place: usize, outcome: Outcome) {
        self.link.faults.tell(place, &self.about, outcome);
    }
}

fn passed(why: &str) -> Outcome {
    Outcome::Passed { why: why.to_owned() }
}
