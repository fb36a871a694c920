//! Parts, pauses and ends of a sweep.

use std::collections::BTreeSet;
use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use super::{cassette, client, outcomes, sweep, swept};
use crate::support::{Retape, text_of, wait_for};

/// Processes that have this in their environment: a sweep's commands, and what they started.
fn marked(marker: &str) -> usize {
    let environments = fs::read_dir("/proc").unwrap().flatten().map(|it| it.path().join("environ"));
    let has = |content: Vec<u8>| String::from_utf8_lossy(&content).contains(marker);
    environments
        .filter_map(|path| fs::read(path).ok())
        .filter(|content| has(content.clone()))
        .count()
}

#[test]
fn shards_are_disjoint_and_together_the_whole_plan() {
    let retape = Retape::new();
    cassette(&retape);
    let list = |shard: &[&str]| -> BTreeSet<String> {
        let words = ["sweep", "a.yaml", "--list"].into_iter().chain(shard.iter().copied());
        retape.run(words).stdout.lines().map(str::to_owned).collect()
    };
    let whole = list(&[]);
    let shards = ["1/3", "2/3", "3/3"].map(|shard| list(&["--shard", shard]));
    assert!(whole.len() > 50);
    assert_eq!(shards.iter().map(BTreeSet::len).sum::<usize>(), whole.len());
    assert_eq!(shards.into_iter().flatten().collect::<BTreeSet<_>>(), whole);
}

#[test]
fn a_sweep_that_was_killed_goes_on_where_it_was() {
    let retape = Retape::new();
    cassette(&retape);
    let options = ["--plan", "every-byte", "--max-points", "200", "--resume", "state"];
    let client = client("careful");
    let mut first = sweep(&retape, &options, &client).spawn().unwrap();
    let kept = || fs::read_to_string(retape.path("state")).unwrap_or_default().lines().count();
    wait_for("some results", || kept() > 20);
    kill_process(Pid::from_child(&first), Signal::KILL).unwrap();
    first.wait().unwrap();
    let before = text_of(&retape.path("state"));
    let whole_lines = before.matches('\n').count();
    let (ended, outcomes) = swept(&retape, &options, &client);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(outcomes.len(), 200);
    let after = text_of(&retape.path("state"));
    let old: Vec<_> = before.lines().take(whole_lines).collect();
    assert_eq!(after.lines().take(whole_lines).collect::<Vec<_>>(), old, "nothing is lost");
    let ids: BTreeSet<_> = after.lines().skip(1).collect();
    assert_eq!((ids.len(), after.lines().count()), (200, 201), "and nothing is done twice");
    let other = ["--plan", "quick", "--resume", "state"];
    let refused = sweep(&retape, &other, &client).output().unwrap();
    assert_eq!(refused.status.code(), Some(3));
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("it is of another plan"),
        "{refused:?}"
    );
}

#[test]
fn a_sweep_that_is_interrupted_reports_what_it_has_and_leaves_no_process() {
    let retape = Retape::new();
    cassette(&retape);
    let marker = format!("RETAPE_TEST_MARK={}", retape.path("").display());
    let line = format!("({} &) ; {}; sleep 600 & true", "sleep 600", client("careful").join(" "));
    let command = ["env", &marker, "sh", "-c", &line].map(str::to_owned);
    let options = ["--plan", "every-byte", "--max-points", "400", "--resume", "state"];
    let child = sweep(&retape, &options, &command).spawn().unwrap();
    let kept = || fs::read_to_string(retape.path("state")).unwrap_or_default().lines().count();
    wait_for("some results", || kept() > 10);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("go on with the same command (--resume state)"), "{stderr}");
    assert!((10..400).contains(&outcomes(&retape).len()));
    wait_for("the commands to be gone", || marked(&marker) == 0);
}

#[test]
fn a_sweep_ends_at_its_time() {
    let retape = Retape::new();
    cassette(&retape);
    let options = ["--plan", "every-byte", "--max-time", "1s", "-j", "1"];
    let (ended, outcomes) = swept(&retape, &options, &client("careful"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("out of time"), "{ended:?}");
    assert!(!outcomes.is_empty());
}
