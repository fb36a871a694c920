//! What the command does when nothing is broken: learnt from two runs.

use std::io::{self, Write};
use std::time::Duration;

use cassettes::fault::FaultSet;
use replayer::sweep::{Clip, Exit as Ending, Reference};

use super::runner::{Ran, Runner};
use crate::exit::{Failure, Outcome};
use crate::printable::Printable;
use crate::talk;

/// How long an unbroken run may take where no time-out is given.
const PATIENCE: Duration = Duration::from_secs(120);

/// Shortest deadline of a run that is not given one: a busy machine is no hanging client.
const MIN_DEADLINE: Duration = Duration::from_secs(5);

/// How many times as long as the unbroken run a run may take that is not given a deadline.
const TIMES_BASELINE: u32 = 10;

/// What is known of the unbroken command.
pub(super) struct Unbroken {
    pub(super) reference: Reference,
    pub(super) duration: Duration,
}

impl Unbroken {
    /// When a run hangs that is not given a deadline.
    pub(super) fn deadline(&self) -> Duration {
        self.duration.saturating_mul(TIMES_BASELINE).max(MIN_DEADLINE)
    }
}

/// Runs the command twice without a fault.
pub(super) async fn run_unbroken(runner: &Runner, timeout: Option<Duration>) -> Outcome<Unbroken> {
    let first = run_once(runner, timeout).await?;
    let second = run_once(runner, timeout).await?;
    let duration = first.ended.duration.max(second.ended.duration);
    let reference = Reference::of(first.run, &second.run);
    for told in reference.unstable_in(&second.run) {
        talk::warn(&format!(
            "{} is not the same in two unbroken runs, and is not judged: {} then {}",
            told.what, told.expected, told.actual
        ));
    }
    if reference.unstable().next().is_some() {
        talk::note("what varies and means nothing can be taken out: --normalize REGEX");
    }
    if reference.run().asked.is_empty() {
        talk::warn(
            "the command asked its server for nothing, so no fault will be reached: it finds the server's address in RETAPE_URL",
        );
    }
    Ok(Unbroken { reference, duration })
}

/// Fails if the command does.
async fn run_once(runner: &Runner, timeout: Option<Duration>) -> Outcome<Ran> {
    let ran = runner.run(FaultSet::default(), timeout.unwrap_or(PATIENCE)).await;
    let ran = ran.map_err(|error| Failure::output(format!("cannot run the command: {error}")))?;
    if ran.run.exit == Ending::Code(0) {
        return Ok(ran);
    }
    talk::aside(|out| {
        for (name, clip) in
            [("output", ran.ended.stdout.clip()), ("error output", ran.ended.stderr.clip())]
        {
            show_clip(out, name, &clip)?;
        }
        Ok(())
    });
    let unmet: Vec<_> = ran.run.asked.iter().filter(|asked| asked.exchange.is_none()).collect();
    let failure = Failure::usage(format!("the command fails without any fault: {}", ran.run.exit));
    Err(match unmet.first() {
        Some(asked) => failure.hint(format!(
            "it asked for {}, which is not in the cassette: `retape replay` tells more",
            asked.label
        )),
        None => failure.hint("a sweep needs a command that succeeds; its output is above"),
    })
}

/// What a command wrote, under its name.
pub(super) fn show_clip(out: &mut dyn Write, name: &str, clip: &Clip) -> io::Result<()> {
    if clip.is_empty() {
        return writeln!(out, "  no {name}");
    }
    writeln!(out, "  {name}, {} bytes:", clip.total_bytes)?;
    clip.text.lines().try_for_each(|line| writeln!(out, "    {}", Printable(line.as_bytes())))
}
