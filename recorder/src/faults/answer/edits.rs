//! What needs a whole answer, or a whole interim one: it is held back, edited, and let go.

use bytes::Bytes;
use cassettes::model::{Step, Timestamp};

use super::{Answer, Flow, passed};
use crate::faults::burst::Burst;
use crate::faults::finder::Part;
use crate::faults::held::{Held, Whole};
use crate::faults::hit::{Does, Hit};
use crate::faults::shapers::Shapers;
use crate::faults::told::Outcome;

impl Answer {
    /// What follows is in another protocol, and has no end to wait for: what needs the whole answer has it now.
    pub(in crate::faults) fn switch(&mut self, burst: &mut Burst) {
        if !self.is_held() {
            return self.drop_endless(burst);
        }
        let before = burst.steps.len();
        if let Flow::Holding(held) = std::mem::replace(&mut self.flow, Flow::Passing) {
            self.edit(&held, Whole::Switched, burst);
        }
        self.hits.clear();
        if !burst.switches(before) {
            // The server speaks another protocol now, of which the client must hear nothing.
            burst.steps.push(Step::Close);
            self.flow = Flow::Silent;
        }
    }

    /// From here on it is held. What shapes it is done to the whole then.
    pub(super) fn hold(&mut self, now: Timestamp) {
        self.shapers = Shapers::default();
        self.flow = Flow::Holding(std::mem::replace(&mut self.interim, Held::new(now)));
    }

    /// An interim answer is whole, and what is held: it is let go if nothing is about it. The client may wait for it before it goes on with
    /// its request, and the server for that.
    pub(super) fn let_go(&mut self, ends_read: bool, burst: &mut Burst) {
        let Flow::Holding(held) = &mut self.flow else { return };
        if self.hits.iter().any(|hit| hit.is_about_interim(held)) {
            return;
        }
        let interim = held.let_go();
        self.pass(&interim, Part::Interim, ends_read, burst);
    }

    /// What becomes of an interim answer, if it is edited.
    pub(super) fn edit_interim(&mut self, wire: &Bytes, now: Timestamp) -> Option<Vec<Step>> {
        let is_due = |hit: &&Hit| matches!(hit.does, Does::Interim);
        if !self.hits.iter().any(|hit| is_due(&hit)) {
            return None;
        }
        let mut held = Held::new(now);
        held.push(wire.clone(), now);
        let faults = self.hits.iter().filter(is_due).map(|hit| &hit.fault);
        let about = (&self.asked, &self.about);
        let edited = held.edit(Whole::Interim, self.voice, &self.link, about, faults);
        let due = self.hits.iter_mut().filter(|hit| is_due(&&**hit));
        for (hit, _) in due.zip(edited.outcomes).filter(|(_, outcome)| outcome.is_ok()) {
            hit.does = Does::Nothing;
            let applied = Outcome::Applied { after: None };
            self.link.faults.tell(hit.place, &self.about, applied);
        }
        Some(edited.steps)
    }

    pub(super) fn edit(&mut self, held: &Held, whole: Whole, burst: &mut Burst) {
        self.hits.retain(|hit| !matches!(hit.does, Does::Nothing));
        let faults = self.hits.iter().map(|hit| &hit.fault);
        let about = (&self.asked, &self.about);
        let edited = held.edit(whole, self.voice, &self.link, about, faults);
        for (hit, outcome) in self.hits.iter().zip(edited.outcomes) {
            match outcome {
                // Said when the answer began.
                Ok(()) if matches!(hit.does, Does::Shape) => {}
                Ok(()) => self.tell(hit.place, Outcome::Applied { after: None }),
                Err(misfit) => self.tell(hit.place, passed(&misfit.to_string())),
            }
        }
        burst.steps.extend(edited.steps);
    }

    /// What is held passes as it is, and so does the rest.
    pub(super) fn give_up(&mut self, why: &str, burst: &mut Burst) {
        if let Flow::Holding(held) = std::mem::replace(&mut self.flow, Flow::Passing) {
            burst.steps.extend(held.into_steps());
        }
        let why = format!("it needs the whole answer, and {why}");
        for hit in std::mem::take(&mut self.hits) {
            self.tell(hit.place, passed(&why));
        }
    }

    /// No end comes any more: what waits for one is over.
    fn drop_endless(&mut self, burst: &mut Burst) {
        let (endless, rest) = std::mem::take(&mut self.hits).into_iter().partition(Hit::needs_end);
        self.hits = rest;
        if Vec::is_empty(&endless) {
            return;
        }
        let why = "what follows a switch of protocols has no end to wait for";
        for hit in &endless {
            self.tell(hit.place, passed(why));
        }
        self.shapers.end(self.voice, &mut burst.steps);
        let left = self.hits.iter().filter_map(|hit| hit.shaper(self.random(&hit.fault)));
        self.shapers = left.collect();
    }
}
