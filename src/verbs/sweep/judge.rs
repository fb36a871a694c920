//! From a fault to its result: run, judged, and run again where it is to be believed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use cassettes::fault::{Attempts, Fault, FaultSet, Selector};
use replayer::sweep::{
    Clip, Difference, Judgement, Outcome, PointResult, Reference, Unit, timeline,
};

use super::runner::{Ran, Runner};

/// Judges runs with faults.
pub(super) struct Judge {
    pub(super) runner: Arc<Runner>,
    pub(super) reference: Reference,
    /// For a run whose fault takes no time.
    pub(super) deadline: Duration,
    /// For faults that draw.
    pub(super) seed: u64,
}

/// One fault, judged.
struct Judged {
    result: PointResult,
    /// The client asked again for what was broken.
    asked_again: bool,
}

impl Judge {
    /// The results of a unit, in order.
    pub(super) async fn unit(&self, unit: &Unit) -> io::Result<Vec<PointResult>> {
        if !unit.once_too {
            return Ok(vec![self.point(unit.number, unit.fault.clone(), unit.takes).await?.result]);
        }
        let once = unit.fault.clone().times(Attempts::Once);
        let once = self.point(unit.number, once, unit.takes).await?;
        let number = unit.number + 1;
        let sticky = if once.asked_again {
            self.point(number, unit.fault.clone(), unit.takes).await?.result
        } else {
            // What would happen at the second asking makes no difference to who does not ask a second time.
            PointResult {
                number,
                id: unit.fault.to_string(),
                attempts: unit.fault.attempts().to_string(),
                duration_ms: 0,
                ..once.result.clone()
            }
        };
        Ok(vec![once.result, sticky])
    }

    async fn point(&self, number: u64, fault: Fault, takes: Duration) -> io::Result<Judged> {
        let deadline = self.deadline + takes;
        let mut ran = self.run(&fault, deadline).await?;
        let mut judgement = self.reference.judge(&ran.run, broken(&fault));
        // A deadline that was met tenfold by the unbroken run is not missed by chance; the rest is worth a second look.
        if matches!(judgement.outcome, Outcome::Fooled | Outcome::Crashed) {
            ran = self.run(&fault, deadline).await?;
            let again = self.reference.judge(&ran.run, broken(&fault));
            judgement = settle(judgement.outcome, again);
        }
        let asked_again = asked_again(&fault, &ran);
        Ok(Judged { result: result(number, &fault, judgement, &ran), asked_again })
    }

    async fn run(&self, fault: &Fault, deadline: Duration) -> io::Result<Ran> {
        self.runner.run(FaultSet::new(vec![fault.clone()], self.seed), deadline).await
    }
}

/// Of two runs with the same fault: the second one counts, and says so if it differs.
fn settle(first: Outcome, mut again: Judgement) -> Judgement {
    if first != again.outcome {
        again.differs.push(Difference {
            what: "the same fault once more".to_owned(),
            expected: first.to_string(),
            actual: again.outcome.to_string(),
        });
    }
    again
}

/// The exchange that it breaks, if it breaks one.
pub(super) fn broken(fault: &Fault) -> Option<u64> {
    match fault.selector() {
        Selector::Exchange(number) => Some(*number),
        _ => None,
    }
}

fn asked_again(fault: &Fault, ran: &Ran) -> bool {
    let Some(number) = broken(fault) else { return true };
    ran.run.asked.iter().filter(|asked| asked.exchange == Some(number)).count() > 1
}

fn result(number: u64, fault: &Fault, judgement: Judgement, ran: &Ran) -> PointResult {
    let connection = match fault.selector() {
        Selector::Connection(number) => Some(*number),
        _ => None,
    };
    // What a client wrote that did all well is of no interest, and there are many of them.
    let interests = !matches!(judgement.outcome, Outcome::Tolerated | Outcome::Unreached);
    let clip = |written: &replayer::sweep::Written| {
        if interests { written.clip() } else { Clip::default() }
    };
    PointResult {
        number,
        id: fault.to_string(),
        exchange: broken(fault),
        connection,
        kind: fault.kind().name.to_owned(),
        point: fault.place().map(|place| place.to_string()),
        attempts: fault.attempts().to_string(),
        outcome: judgement.outcome,
        exit: ran.run.exit,
        duration_ms: u64::try_from(ran.ended.duration.as_millis()).unwrap_or(u64::MAX),
        applied: ran.run.applied,
        stdout: clip(&ran.ended.stdout),
        stderr: clip(&ran.ended.stderr),
        differs: judgement.differs,
        timeline: if interests {
            ran.transcript().map(|it| timeline(&it)).unwrap_or_default()
        } else {
            Vec::new()
        },
        known: false,
    }
}
