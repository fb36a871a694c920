//! What is said of faults when all is over.

use recorder::FaultTally;

use crate::exit::{Exit, Failure, Outcome};
use crate::faults::tell_unused;
use crate::talk;

/// How often each was applied.
pub(super) fn tell(tallies: &[FaultTally]) {
    for FaultTally { fault, applied, passed, .. } in tallies {
        let spared = match passed {
            0 => String::new(),
            passed => format!(", {passed} let pass"),
        };
        talk::note(&format!("{fault}: applied {}{spared}", talk::count(*applied, "time")));
    }
}

/// Warns of faults that were never applied; where that is `strict`, it is a failure: a test that broke nothing has shown nothing.
pub(super) fn check_used(tallies: &[FaultTally], strict: bool) -> Outcome<()> {
    let unused = tallies.iter().filter(|tally| tally.applied == 0);
    let unused: Vec<_> = unused.map(|it| (it.fault.clone(), it.why.clone())).collect();
    let Some(text) = tell_unused(&unused) else { return Ok(()) };
    if !strict {
        talk::warn(&text);
        return Ok(());
    }
    Err(Failure::with_code(Exit::Differs as u8, text).hint("--allow-unused lets it pass"))
}
