//! From a finding to the smallest cassette and fault that still show it.
//!
//! Proposes one case after the other, and is told whether it still shows the finding: exchanges are left out, then chunks of
//! the broken answer, then the rest are joined, then the fault is made simpler.

mod cases;
mod ddmin;

use cassettes::fault::Fault;
use cassettes::model::Cassette;

use ddmin::Ddmin;

/// A cassette with a fault.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is played.
    pub cassette: Cassette,
    /// What breaks it.
    pub fault: Fault,
}

/// Makes a case smaller, step by step.
#[derive(Debug)]
pub struct Shrink {
    /// The smallest so far that shows the finding.
    best: Case,
    /// What is tried.
    proposed: Option<Case>,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    /// Other exchanges are left out of those that were there.
    Exchanges {
        all: Case,
        ddmin: Ddmin,
    },
    /// Chunks of the broken answer are left out of those that were there.
    Chunks {
        all: Case,
        ddmin: Ddmin,
    },
    /// Each answer is one chunk.
    Join,
    /// Simpler faults, the simplest last.
    Faults(Vec<Fault>),
    Done,
}

impl Shrink {
    /// From this case on.
    pub fn new(case: Case) -> Self {
        let ddmin = Ddmin::new(cases::others(&case).len());
        let all = case.clone();
        Self { best: case, proposed: None, phase: Phase::Exchanges { all, ddmin } }
    }

    /// What is to be tried next; none: it gets no smaller.
    pub fn propose(&mut self) -> Option<&Case> {
        loop {
            match self.next() {
                Some(proposed @ Some(_)) => {
                    self.proposed = proposed;
                    return self.proposed.as_ref();
                }
                // Nothing can be made of it.
                Some(None) => self.tell(false),
                None if self.advance() => {}
                None => return None,
            }
        }
    }

    /// Whether the last proposal still shows the finding.
    pub fn tell(&mut self, still: bool) {
        let shown = self.proposed.take().filter(|_| still);
        match &mut self.phase {
            Phase::Exchanges { ddmin, .. } | Phase::Chunks { ddmin, .. } => {
                ddmin.tell(shown.is_some());
            }
            Phase::Join => {
                let case = shown.as_ref().unwrap_or(&self.best);
                self.phase = Phase::Faults(cases::simpler_faults(case));
            }
            // From the simplest on: the first that shows it will do.
            Phase::Faults(_) if shown.is_some() => self.phase = Phase::Done,
            Phase::Faults(_) | Phase::Done => {}
        }
        if let Some(case) = shown {
            self.best = case;
        }
    }

    /// The smallest so far.
    pub fn best(&self) -> &Case {
        &self.best
    }

    /// The phase's next case; none: it is over.
    #[expect(
        clippy::option_option,
        reason = "no case can be made of this one, and there is no other, are two things"
    )]
    fn next(&mut self) -> Option<Option<Case>> {
        match &mut self.phase {
            Phase::Exchanges { all, ddmin } => {
                ddmin.candidate().map(|kept| cases::with_exchanges(all, &kept))
            }
            Phase::Chunks { all, ddmin } => {
                ddmin.candidate().map(|kept| cases::with_chunks(all, &kept))
            }
            Phase::Join => Some(cases::joined(&self.best)),
            Phase::Faults(faults) => {
                faults.pop().map(|fault| Some(Case { fault, ..self.best.clone() }))
            }
            Phase::Done => None,
        }
    }

    /// Into the next phase; false: there is none.
    fn advance(&mut self) -> bool {
        self.phase = match self.phase {
            Phase::Exchanges { .. } => {
                let all = self.best.clone();
                let ddmin = Ddmin::new(cases::answer_chunks(&all).len());
                Phase::Chunks { all, ddmin }
            }
            Phase::Chunks { .. } => Phase::Join,
            Phase::Join | Phase::Faults(_) => Phase::Done,
            Phase::Done => return false,
        };
        true
    }
}

#[cfg(test)]
mod tests;
