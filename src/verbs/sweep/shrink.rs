//! Makes findings smaller, and saves them: a cassette and a file of faults each.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cassettes::fault::{Fault, FaultSet};
use cassettes::format::{self, Reader};
use cassettes::model::{Cassette, Direction};
use cassettes::text;
use replayer::sweep::report::quoted;
use replayer::sweep::{Case, Exit, Outcome as Class, PointResult, Shrink, SweepReport};
use replayer::{Deck, NamedReader};

use super::judge::{Judge, broken};
use crate::exit::Outcome;
use crate::{store, talk};

/// Most findings made smaller: of one kind in one exchange there is one, and who has mended ten sweeps again.
const MAX_FINDINGS: usize = 10;

/// Most cases tried for one finding.
const MAX_CASES: usize = 100;

/// Longest time spent on one finding: a client that hangs takes its deadline each time.
const MAX_TIME: Duration = Duration::from_secs(120);

/// Makes the findings of a report smaller, and saves them in a directory.
pub(super) async fn shrink(
    judge: &Judge,
    cassette: &Cassette,
    report: &SweepReport,
    fails: &[Class],
    directory: &Path,
) -> Outcome<()> {
    let mut seen = HashSet::new();
    let sort = |it: &PointResult| (it.exchange, it.connection, it.kind.clone(), it.outcome);
    let new = |it: &&PointResult| it.outcome.is_finding() && seen.insert(sort(it));
    let findings: Vec<_> = report.failures(fails).filter(new).collect();
    if findings.len() > MAX_FINDINGS {
        talk::note(&format!(
            "of {} findings, the first {MAX_FINDINGS} are made smaller",
            findings.len()
        ));
    }
    for finding in findings.into_iter().take(MAX_FINDINGS) {
        let Ok(fault) = finding.id.parse::<Fault>() else { continue };
        let case = Case { cassette: cassette.clone(), fault };
        let small = reduce(judge, case, finding.outcome).await;
        let path = save(&small.case, finding, directory)?;
        tell(finding, cassette, &small, &path, report);
    }
    Ok(())
}

/// A finding made smaller.
struct Small {
    case: Case,
    tries: usize,
    /// More could have been tried.
    stopped: bool,
}

async fn reduce(judge: &Judge, case: Case, outcome: Class) -> Small {
    let started = Instant::now();
    let mut shrink = Shrink::new(case);
    let mut tries = 0;
    let mut stopped = false;
    while let Some(case) = shrink.propose() {
        if tries == MAX_CASES || started.elapsed() > MAX_TIME {
            stopped = true;
            break;
        }
        // A case that cannot be run shows nothing.
        let shows = shows(judge, case, outcome).await.unwrap_or(false);
        shrink.tell(shows);
        tries += 1;
    }
    Small { case: shrink.best().clone(), tries, stopped }
}

/// Whether the command does well without the fault, and comes to the same end with it.
async fn shows(judge: &Judge, case: &Case, outcome: Class) -> io::Result<bool> {
    let deck = Arc::new(deck_of(&case.cassette)?);
    let whole = judge.runner.run_with(&deck, FaultSet::default(), judge.deadline).await?.run;
    if whole.exit != Exit::Code(0) {
        return Ok(false);
    }
    let faults = FaultSet::new(vec![case.fault.clone()], judge.seed);
    let run = judge.runner.run_with(&deck, faults, judge.deadline).await?.run;
    Ok(judge.reference.with(whole).judge(&run, broken(&case.fault)).outcome == outcome)
}

fn deck_of(cassette: &Cassette) -> io::Result<Deck> {
    let bytes = format::encode(cassette).map_err(io::Error::other)?;
    let reader = Reader::open(bytes).map_err(io::Error::other)?;
    Deck::load(vec![NamedReader { name: String::new(), reader }]).map_err(io::Error::other)
}

/// As `fooled-close-1.yaml`, and `fooled-close-1.faults.yaml` beside it.
fn save(case: &Case, finding: &PointResult, directory: &Path) -> Outcome<PathBuf> {
    std::fs::create_dir_all(directory).map_err(|error| {
        crate::exit::Failure::output(format!("cannot make {}: {error}", directory.display()))
    })?;
    let what = finding.exchange.or(finding.connection.map(u64::from)).unwrap_or_default();
    let name = format!("{}-{}-{what}", finding.outcome, finding.kind);
    let path = directory.join(format!("{name}.yaml"));
    store::save(&path, true, text::write(&case.cassette).as_bytes())?;
    // A sentence is a JSON string, and so YAML, once it is quoted.
    let sentence = serde_json::Value::from(case.fault.to_string());
    let faults = format!("faults:\n  - {sentence}\n");
    store::save(&directory.join(format!("{name}.faults.yaml")), true, faults.as_bytes())?;
    Ok(path)
}

fn tell(
    finding: &PointResult,
    before: &Cassette,
    small: &Small,
    path: &Path,
    report: &SweepReport,
) {
    let size = |cassette: &Cassette| {
        let bytes: u64 =
            cassette.exchanges().iter().map(|it| it.byte_count(Direction::ToClient)).sum();
        (cassette.exchanges().len(), bytes)
    };
    let ((exchanges, bytes), (less, fewer)) = (size(before), size(&small.case.cassette));
    let stopped = if small.stopped { "; more could be tried" } else { "" };
    talk::note(&format!(
        "{} {:?}: {} of {exchanges} and {fewer} of {bytes} bytes are enough, after {}{stopped}",
        finding.outcome,
        finding.id,
        talk::count(less, "exchange"),
        talk::count(small.tries, "try").replace("trys", "tries"),
    ));
    let (path, id) = (path.display().to_string(), small.case.fault.to_string());
    let words = ["retape", "sweep", &path, "--only", &id, "--"].into_iter();
    let command = report.command.iter().map(String::as_str);
    talk::note(&format!("  {}", quoted(words.chain(command))));
}
