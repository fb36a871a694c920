//! One fault, told in full.

use std::io::{self, Write};

use replayer::sweep::{PointResult, SweepReport};

use super::unbroken::show_clip;
use crate::exit::Outcome;
use crate::printable::Printable;
use crate::talk;

/// Every result: the verdict first, then what it stands on.
pub(super) fn tell(report: &SweepReport) -> Outcome<()> {
    talk::result(|out| report.results.iter().try_for_each(|result| tell_one(result, out)))
}

fn tell_one(result: &PointResult, out: &mut dyn Write) -> io::Result<()> {
    let PointResult { outcome, id, exit, duration_ms, applied, .. } = result;
    let times = talk::count(u64::from(*applied), "time");
    writeln!(out, "{outcome}  {id}")?;
    writeln!(out, "  {exit} after {duration_ms} ms; the fault was applied {times}")?;
    for difference in &result.differs {
        writeln!(out, "  {}", difference.what)?;
        writeln!(out, "    - {}", Printable(difference.expected.as_bytes()))?;
        writeln!(out, "    + {}", Printable(difference.actual.as_bytes()))?;
    }
    show_clip(out, "output", &result.stdout)?;
    show_clip(out, "error output", &result.stderr)?;
    if !result.timeline.is_empty() {
        writeln!(out, "  timeline:")?;
    }
    for moment in &result.timeline {
        let bytes =
            if moment.bytes > 0 { format!(" {} bytes", moment.bytes) } else { String::new() };
        writeln!(
            out,
            "    {:>9.3} ms  connection {}  {}{bytes}  {}",
            moment.at_ms, moment.connection, moment.event, moment.preview
        )?;
    }
    Ok(())
}
