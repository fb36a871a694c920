//! A fault that hits an answer: when it is done, and what it needs for that.

use cassettes::fault::{Action, Fault, Point, Random, Shaper};

use super::finder::Finder;
use super::held::Held;
use super::voice::Voice;

/// A fault that hits an answer.
#[derive(Debug)]
pub(super) struct Hit {
    /// Its place among all faults.
    pub(super) place: usize,
    pub(super) fault: Fault,
    pub(super) does: Does,
}

/// What it does yet.
#[derive(Debug)]
pub(super) enum Does {
    /// At the point that is looked for.
    Break(Box<Finder>, cassettes::fault::Break),
    /// Edits an interim answer, as soon as that is whole.
    Interim,
    Shape,
    /// Edits the whole answer.
    Edit,
    /// It is over.
    Nothing,
}

/// Kinds that need a cassette, or a server that does as it is told.
const NOT_LIVE: [(&str, &str); 2] = [
    ("no-pong", "a live server answers pings itself"),
    ("wrong-exchange", "there is no cassette of which another exchange could answer"),
];

/// Kinds that edit an interim answer and nothing else. Clients wait for those: so they are done before there is an answer.
const OF_INTERIM: [&str; 2] = ["100-never", "100-late"];

/// Kinds that wait for an answer's end.
const TO_THE_END: [&str; 1] = ["coalesce"];

/// Kinds that take no point, and edit what comes before the final head as well.
const OF_ALL: [&str; 1] = ["wrong-protocol"];

impl Hit {
    /// A fault with this place among all.
    pub(super) fn new(place: usize, fault: Fault, voice: Voice, mut random: Random) -> Self {
        let does = match fault.kind().action {
            Action::Break(make) => {
                let point = fault.point().cloned().unwrap_or(Point::Byte(0));
                let finder = Finder::new(point, voice);
                Does::Break(Box::new(finder), make(fault.args(), &mut random))
            }
            Action::Shape(_) => Does::Shape,
            Action::Edit(_) if OF_INTERIM.contains(&fault.kind().name) => Does::Interim,
            // Receptions hit connections, and no answer.
            Action::Edit(_) | Action::Reception(_) => Does::Edit,
        };
        Self { place, fault, does }
    }

    /// What it does to time and pieces, if that is what it does.
    pub(super) fn shaper(&self, random: Random) -> Option<Box<dyn Shaper>> {
        match self.fault.kind().action {
            Action::Shape(make) => Some(make(self.fault.args(), random)),
            _ => None,
        }
    }

    /// Why it cannot be done to a live answer, if so. Nothing says where a connection of plain TCP has said all.
    pub(super) fn misfit(&self, is_plain_tcp: bool) -> Option<&'static str> {
        let kind = self.fault.kind().name;
        let not_live = NOT_LIVE.iter().find(|(name, _)| *name == kind).map(|(_, why)| *why);
        let no_end = "it needs a whole answer, and plain TCP does not say where one ends";
        let is_endless = is_plain_tcp && (self.needs_whole() || self.needs_end());
        not_live.or(is_endless.then_some(no_end))
    }

    pub(super) fn finder(&self) -> Option<&Finder> {
        match &self.does {
            Does::Break(finder, _) => Some(finder),
            _ => None,
        }
    }

    pub(super) fn finder_mut(&mut self) -> Option<&mut Finder> {
        match &mut self.does {
            Does::Break(finder, _) => Some(finder),
            _ => None,
        }
    }

    /// Whether nothing but a whole answer will do, whatever its head says.
    pub(super) fn needs_whole(&self) -> bool {
        matches!(self.does, Does::Edit) || self.finder().is_some_and(Finder::needs_whole)
    }

    /// Whether it keeps all back until the end has come.
    pub(super) fn needs_end(&self) -> bool {
        TO_THE_END.contains(&self.fault.kind().name)
    }

    /// Whether a head must be whole before any of it is sent.
    pub(super) fn wants_head(&self) -> bool {
        matches!(self.does, Does::Interim) || self.finder().is_some_and(Finder::wants_head)
    }

    /// Whether it may be about what has come, which is nothing but interim answers.
    pub(super) fn is_about_interim(&self, held: &Held) -> bool {
        let is_break = matches!(self.does, Does::Break(..));
        if !is_break && !matches!(self.does, Does::Edit) {
            return false;
        }
        match self.fault.point() {
            Some(Point::Byte(count)) => *count <= held.bytes(),
            Some(Point::Chunk(number) | Point::Frame(number)) => *number <= held.pieces(),
            // A share of what is not known yet.
            Some(Point::Percent(_)) => true,
            Some(_) => false,
            // What breaks without a point does so before the first byte.
            None => is_break || OF_ALL.contains(&self.fault.kind().name),
        }
    }
}
