//! What is meant by what was typed.

use std::convert::Infallible;
use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use cassettes::fault::{Attempts, Fault, FaultSet, mutate};
use cassettes::model::Cassette;
use replayer::sweep::{Normalizer, Part, Plan, Scope, Shard};

use super::SweepArgs;
use super::process::locate;
use super::runner::Client;
use super::time;
use super::watched::{Watch, Watched};
use crate::certificates::LocalCertificates;
use crate::exit::{Exit, Failure, Outcome};
use crate::faults::Unused;
use crate::sweeps::{FailArgs, Sheet};
use crate::{child, faults, store, talk};

/// A plan, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PlanArg {
    Scope(Scope, &'static str),
    File(PathBuf),
}

/// `2/8`, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShardArg(Shard);

/// A sweep, once all that was typed is understood; what is run is apart.
pub(super) struct Options {
    /// As typed.
    pub(super) file: PathBuf,
    pub(super) cassette: Cassette,
    pub(super) plan: Plan,
    pub(super) plan_name: String,
    pub(super) shard: Option<Shard>,
    /// Of these faults, in full.
    pub(super) only: bool,
    pub(super) list: bool,
    pub(super) timeout: Option<Duration>,
    pub(super) max_time: Option<Duration>,
    pub(super) jobs: usize,
    pub(super) seed: u64,
    pub(super) resume: Option<PathBuf>,
    pub(super) shrink: Option<PathBuf>,
    pub(super) report: Vec<Sheet>,
    pub(super) fail: FailArgs,
    /// As typed.
    pub(super) command: Vec<String>,
    /// The options that decide how a run is judged, as typed.
    pub(super) judging: Vec<String>,
}

/// Understands what was typed.
pub(super) fn understand(args: SweepArgs) -> Outcome<(Options, Client)> {
    child::check_exists(&args.command)?;
    if args.report.iter().filter(|sheet| sheet.on_stdout()).count() > 1 {
        return Err(Failure::usage("two reports would mix on standard output")
            .hint("give all but one a file: --report FORMAT=PATH"));
    }
    // Before a sweep, since it is long.
    args.fail.accepted()?;
    let judging = judging(&args);
    let normalizer =
        Normalizer::new(&args.normalize).map_err(|error| Failure::usage(error.to_string()))?;
    let reader = store::open(&args.file)?;
    let cassette = reader.to_cassette().map_err(|error| store::unreadable(&args.file, &error))?;
    let Chosen { plan, name, seed } = choose(&args, &cassette)?;
    let options = Options {
        cassette,
        plan,
        plan_name: name,
        shard: args.shard.map(|ShardArg(shard)| shard),
        only: !args.only.is_empty(),
        list: args.list,
        timeout: args.timeout,
        max_time: args.max_time,
        jobs: args.jobs.map_or_else(processors, Into::into),
        seed,
        resume: args.resume,
        shrink: args.shrink,
        report: args.report,
        fail: args.fail,
        command: args.command.iter().map(|word| word.display().to_string()).collect(),
        judging,
        file: args.file,
    };
    let client = Client {
        command: located(args.command),
        reader,
        rules: args.rules.load()?,
        certificates: LocalCertificates::find(args.ca.as_deref())?,
        watched: Watched::new(args.compare, normalizer),
    };
    Ok((options, client))
}

impl Options {
    /// Prints the ids of the plan.
    pub(super) fn print_plan(&self) -> Outcome {
        talk::data(|out| {
            for unit in self.plan.units() {
                if unit.once_too {
                    writeln!(out, "{}", unit.fault.clone().times(Attempts::Once))?;
                }
                writeln!(out, "{}", unit.fault)?;
            }
            Ok(())
        })?;
        Ok(Exit::Same)
    }
}

/// What is tried, what that is called, and the seed.
struct Chosen {
    plan: Plan,
    name: String,
    seed: u64,
}

fn choose(args: &SweepArgs, cassette: &Cassette) -> Outcome<Chosen> {
    if !args.only.is_empty() {
        let faults = args.only.iter().map(|id| fault(id)).collect::<Outcome<Vec<_>>>()?;
        return given(args, cassette, &FaultSet::new(faults, 0), "only".to_owned());
    }
    let mut chosen = match &args.plan {
        PlanArg::Scope(scope, name) => {
            let seed = args.seed.unwrap_or_default();
            Chosen { plan: Plan::of(cassette, *scope, seed), name: (*name).to_owned(), seed }
        }
        PlanArg::File(path) => {
            given(args, cassette, &faults::load(path)?, path.display().to_string())?
        }
    };
    let part = Part { most: args.max_points, shard: args.shard.map(|ShardArg(shard)| shard) };
    chosen.plan = chosen.plan.part(part, chosen.seed);
    if chosen.plan.planned() == 0 {
        return Err(Failure::input(format!("{} offers nothing to break", args.file.display()))
            .hint("record an exchange with an answer, or name faults in a file: --plan FILE"));
    }
    Ok(chosen)
}

fn fault(id: &str) -> Outcome<Fault> {
    id.parse().map_err(|error| Failure::usage(format!("{id:?} is no fault: {error}")))
}

/// These faults, each by itself. Those that fit nothing would not be reached.
fn given(args: &SweepArgs, cassette: &Cassette, set: &FaultSet, name: String) -> Outcome<Chosen> {
    let seed = args.seed.unwrap_or(set.seed());
    let unused: Vec<_> = set.faults().iter().filter_map(|it| unused(cassette, it, seed)).collect();
    match faults::tell_unused(&unused).filter(|_| !args.allow_unused) {
        Some(text) => Err(Failure::usage(text).hint(faults::UNUSED_HINT)),
        None => Ok(Chosen { plan: Plan::given(set.faults()), name, seed }),
    }
}

/// The fault, and why, if it hits nothing in the cassette.
fn unused(cassette: &Cassette, fault: &Fault, seed: u64) -> Option<Unused> {
    // One that has no end cannot be written into a cassette, and hits something at some asking.
    let mutated = mutate(cassette, &FaultSet::new(vec![fault.clone()], seed)).ok()?;
    if mutated.hits.iter().any(|hits| *hits > 0) {
        return None;
    }
    let why = mutated.misfits.into_iter().flatten().next();
    Some((fault.to_string(), why.map(|(number, why)| format!("exchange {number}: {why}"))))
}

/// The options that decide how a run is judged, as typed: for the command that reproduces a result.
fn judging(args: &SweepArgs) -> Vec<String> {
    let watch = |watch: &Watch| match watch {
        Watch::Stdout => "stdout".to_owned(),
        Watch::Stderr => "stderr".to_owned(),
        Watch::Path(path) => path.display().to_string(),
    };
    let mut typed: Vec<String> = Vec::new();
    let mut add = |name: &str, value: String| typed.extend([name.to_owned(), value]);
    args.compare.iter().for_each(|it| add("--compare", watch(it)));
    args.normalize.iter().for_each(|it| add("--normalize", it.clone()));
    if let Some(timeout) = args.timeout {
        add("--timeout", time::typed(timeout));
    }
    if let Some(seed) = args.seed {
        add("--seed", seed.to_string());
    }
    typed
}

fn located(mut command: Vec<OsString>) -> Vec<OsString> {
    if let Some(program) = command.first_mut() {
        *program = locate(program);
    }
    command
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

impl FromStr for PlanArg {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "quick" => Self::Scope(Scope::Quick, "quick"),
            "standard" => Self::Scope(Scope::Standard, "standard"),
            "every-byte" => Self::Scope(Scope::EveryByte, "every-byte"),
            file => Self::File(file.into()),
        })
    }
}

impl FromStr for ShardArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no part: write 1/4 for the first of four");
        let (index, count) = text.split_once('/').ok_or_else(wrong)?;
        let (index, count) = index.parse().ok().zip(count.parse().ok()).ok_or_else(wrong)?;
        if index == 0 || index > count {
            return Err(wrong());
        }
        Ok(Self(Shard { index, count }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_count_from_one() {
        assert_eq!("2/8".parse(), Ok(ShardArg(Shard { index: 2, count: 8 })));
        for wrong in ["0/4", "5/4", "1", "a/b", "1/0"] {
            assert!(wrong.parse::<ShardArg>().is_err(), "{wrong}");
        }
    }
}
