//! The command after `--`.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::support::{Client, Ended, Origin, Retape, record_all, text_of, wait_for};

/// Writes down where it is to connect, and waits for the test to have done so.
const WAITS: &str = "echo $RETAPE_URL > url.part; mv url.part url; \
    until [ -e done ]; do sleep 0.02; done; echo from the command";

/// Runs retape with a command; the test does what the command would.
fn run_with(retape: &Retape, args: &[&str], command: &str, client: impl FnOnce(&str)) -> Ended {
    let args = args.iter().copied().chain(["--", "sh", "-c", command]);
    let child = retape.command(args).spawn().unwrap();
    wait_for("the command", || retape.path("url").exists());
    client(text_of(&retape.path("url")).trim());
    retape.write("done", "");
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_command_is_recorded_until_it_ends() {
    let retape = Retape::new();
    let origin = Origin::echo();
    let args = ["record", "--to", &origin.url(), "-o", "a.cassette"];
    let ended = run_with(&retape, &args, WAITS, |url| {
        Client::connect(url).get("/from/command");
    });
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.stdout, "from the command\n", "standard output is the command's");
    assert!(retape.run(["show", "a.cassette"]).stdout.contains("/from/command"));
}

#[test]
fn a_replay_beside_a_command_reports_on_standard_error() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one"]);
    let ended = run_with(&retape, &["replay", "a.cassette"], WAITS, |_| {});
    assert_eq!(ended.code, Some(1), "the command ended well, but did not ask");
    assert_eq!(ended.stdout, "from the command\n");
    assert!(ended.stderr.contains("missing #1 GET /one"), "{}", ended.stderr);
}

#[test]
fn a_failing_commands_code_is_passed_on() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one"]);
    let origin = Origin::echo();
    let code = |verb: &[&str], command: &str| {
        let _ = std::fs::remove_file(retape.path("b.cassette"));
        retape.run(verb.iter().copied().chain(["--", "sh", "-c", command])).code
    };
    let url = origin.url();
    for verb in [&["replay", "a.cassette"][..], &["record", "--to", &url, "-o", "b.cassette"]] {
        assert_eq!(code(verb, "exit 7"), Some(7));
        assert_eq!(code(verb, "kill -9 $$"), Some(128 + 9));
    }
}

#[test]
fn a_command_that_cannot_be_run_says_so_before_anything_is_opened() {
    let retape = Retape::new();
    let args =
        ["record", "--to", "http://127.0.0.1:1", "-o", "a.cassette", "--", "no-such-program"];
    let ended = retape.run(args);
    assert_eq!(ended.code, Some(127));
    assert!(ended.stderr.contains("cannot run no-such-program"), "{}", ended.stderr);
    assert!(!retape.path("a.cassette").exists());
    retape.write("text", "not a program");
    let ended = retape.run(["replay", "a.yaml", "--", "./text"]);
    assert_eq!(ended.code, Some(3), "the cassette is looked at first: {ended:?}");
}

#[test]
fn what_a_command_leaves_running_is_ended() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one"]);
    let script = "sleep 300 & echo $! > pid; exit 3";
    let ended = retape.run(["replay", "a.cassette", "--", "sh", "-c", script]);
    assert_eq!(ended.code, Some(3));
    assert!(!is_running(&retape.path("pid")), "sleep still runs");
}

#[test]
fn sigterm_reaches_the_command_and_the_file_is_closed_properly() {
    let retape = Retape::new();
    let origin = Origin::echo();
    let script = "echo $$ > pid.part; mv pid.part pid; exec sleep 300";
    let args = ["record", "--to", &origin.url(), "-o", "a.cassette", "--", "sh", "-c", script];
    let child = retape.command(args).spawn().unwrap();
    wait_for("the command", || retape.path("pid").exists());
    let pid = Pid::from_raw(child.id().cast_signed()).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    let start = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(128 + 15));
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(!is_running(&retape.path("pid")));
    assert_eq!(retape.run(["verify", "--strict", "a.cassette"]).code, Some(0));
}

#[test]
fn a_second_signal_does_not_wait_for_a_command_that_ignores_the_first() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one"]);
    let script = "trap '' INT TERM; echo $$ > pid.part; mv pid.part pid; sleep 300 & wait; wait";
    let child = retape.command(["replay", "a.cassette", "--", "sh", "-c", script]).spawn().unwrap();
    wait_for("the command", || retape.path("pid").exists());
    let pid = Pid::from_raw(child.id().cast_signed()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    kill_process(pid, Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(128 + 9));
    assert!(!is_running(&retape.path("pid")));
}

fn is_running(file: &Path) -> bool {
    let pid = text_of(file).trim().parse().unwrap();
    let pid = Pid::from_raw(pid).unwrap();
    // What nobody has waited for yet has ended all the same.
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid()));
    test_kill_process(pid).is_ok() && !stat.is_ok_and(|stat| stat.contains(") Z "))
}
