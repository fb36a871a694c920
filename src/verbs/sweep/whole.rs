//! A whole sweep: two unbroken runs, then the plan, then the report.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use replayer::sweep::{Baseline, FORMAT, Reference, SweepReport, exchange_lines, fingerprint};
use rustix::process::Signal;
use tokio_util::sync::CancellationToken;

use super::harvest::Harvest;
use super::judge::Judge;
use super::only;
use super::options::Options;
use super::pool::Work;
use super::runner::{Client, Runner};
use super::shrink::shrink;
use super::state::{Heading, Results, State};
use super::time;
use super::unbroken::{Unbroken, run_unbroken};
use crate::exit::Outcome;
use crate::signals::Signals;
use crate::sweeps::{Format, Sheet};
use crate::{session, store, talk};

pub(super) fn run(options: Options, client: Client) -> Outcome<ExitCode> {
    session::block_on(sweep(options, client))
}

async fn sweep(options: Options, client: Client) -> Outcome<ExitCode> {
    let mut signals = Signals::listen()?;
    let started = Instant::now();
    let runner = Arc::new(Runner::prepare(client)?);
    let unbroken = tokio::select! {
        unbroken = run_unbroken(&runner, options.timeout) => unbroken?,
        signal = signals.next() => return Ok(ended_by(signal)),
    };
    let deadline = options.timeout.unwrap_or_else(|| unbroken.deadline());
    let (state, results) = open_state(&options, &unbroken.reference)?;
    tell_plan(&options, &unbroken, deadline, results.len());
    let mut report = report_head(&options, &unbroken);
    let work = Arc::new(Work {
        judge: Judge { runner, reference: unbroken.reference, deadline, seed: options.seed },
        plan: options.plan.clone(),
        done: results.keys().copied().collect(),
        until: options.max_time.map(|time| started + time),
        stop: CancellationToken::new(),
        next: 0.into(),
    });
    let mut harvest = Harvest::new(state, results, report.planned);
    let signal = harvest.gather(&work, options.jobs, &mut signals).await?;
    report.results = harvest.into_results();
    report.duration_ms = millis(started.elapsed());
    let concluded = conclude(&options, &mut report, signal)?;
    if let (Some(directory), None) = (&options.shrink, signal) {
        let fails = options.fail.outcomes();
        tokio::select! {
            shrunk = shrink(&work.judge, &options.cassette, &report, fails, directory) => shrunk?,
            signal = signals.next() => return Ok(ended_by(signal)),
        }
    }
    Ok(concluded)
}

fn open_state(options: &Options, reference: &Reference) -> Outcome<(Option<State>, Results)> {
    let Some(path) = &options.resume else { return Ok((None, Results::new())) };
    let heading = Heading {
        retape_sweep: 1,
        cassette: fingerprint(&store::content(&options.file)?),
        command: options.command.clone(),
        plan: options.plan_name.clone(),
        planned: options.plan.planned(),
        seed: options.seed,
        shard: options.shard,
        options: options.judging.clone(),
        baseline: reference.digest(),
    };
    let (state, results) = State::open(path, &heading)?;
    if !results.is_empty() {
        talk::note(&format!(
            "{} taken up from {}",
            talk::count(results.len(), "result"),
            path.display()
        ));
    }
    Ok((Some(state), results))
}

fn tell_plan(options: &Options, unbroken: &Unbroken, deadline: Duration, done: usize) {
    if options.only {
        return;
    }
    let planned = options.plan.planned_here();
    let left = u32::try_from(planned.saturating_sub(done as u64)).unwrap_or(u32::MAX);
    let jobs = u32::try_from(options.jobs).unwrap_or(1);
    let estimate = unbroken.duration.saturating_mul(left / jobs.max(1));
    talk::note(&format!(
        "{} of plan {}, {} at once, about {}; a run hangs after {}",
        talk::count(planned, "result"),
        options.plan_name,
        options.jobs,
        time::shown(estimate),
        time::shown(deadline),
    ));
}

fn report_head(options: &Options, unbroken: &Unbroken) -> SweepReport {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let run = unbroken.reference.run();
    SweepReport {
        format: FORMAT,
        cassette: options.file.display().to_string(),
        exchanges: exchange_lines(&options.cassette),
        command: options.command.clone(),
        plan: options.plan_name.clone(),
        seed: options.seed,
        options: options.judging.clone(),
        shard: options.shard,
        started_unix_ms: millis(since),
        duration_ms: 0,
        baseline: Baseline {
            exit: run.exit,
            requests: run.asked.len() as u64,
            duration_ms: millis(unbroken.duration),
            unstable: unbroken.reference.unstable().map(str::to_owned).collect(),
        },
        planned: options.plan.planned_here(),
        results: Vec::new(),
    }
}

/// Reports what there is, and says how it ended.
fn conclude(
    options: &Options,
    report: &mut SweepReport,
    signal: Option<Signal>,
) -> Outcome<ExitCode> {
    options.fail.mark_known(report)?;
    tell_missing(options, report, signal);
    if options.only {
        only::tell(report)?;
    } else if !talk::is_quiet() && !options.report.iter().any(Sheet::on_stdout) {
        Format::Text.write_to(None, report, options.fail.outcomes())?;
    }
    options.report.iter().try_for_each(|sheet| sheet.write(report, options.fail.outcomes()))?;
    Ok(signal.map_or_else(|| options.fail.conclude(report).into(), ended_by))
}

fn tell_missing(options: &Options, report: &SweepReport, signal: Option<Signal>) {
    let missing = report.planned.saturating_sub(report.results.len() as u64);
    if missing == 0 {
        return;
    }
    let why = if signal.is_some() { "stopped" } else { "out of time" };
    let go_on = match &options.resume {
        Some(path) => format!("go on with the same command (--resume {})", path.display()),
        None => {
            "with --resume FILE from the start, the next one can go on where it ended".to_owned()
        }
    };
    talk::warn(&format!("{why}: {missing} of {} not run; {go_on}", report.planned));
}

/// As shells say it.
fn ended_by(signal: Signal) -> ExitCode {
    ExitCode::from(u8::try_from(128 + signal.as_raw()).unwrap_or(u8::MAX))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
