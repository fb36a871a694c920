//! show, convert, verify, demo, and what comes with the command.

use crate::support::{Retape, record_all, text_of};

const HAND: &str = "\
retape: 1
exchanges:
  - request: GET /users/1
    response: |
      HTTP/1.1 200 OK
      Content-Type: application/json
      Content-Length: 9

      {\"id\":1}
  - request: GET /gone
    response: |
      HTTP/1.1 404 Not Found
      Content-Length: 0
";

#[test]
fn the_list_has_a_line_for_each_exchange() {
    let retape = Retape::new();
    retape.write("hand.yaml", HAND);
    let list = retape.run(["show", "hand.yaml"]).stdout;
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 4, "{list}");
    assert_eq!(lines[0], "2 exchanges on 2 connections");
    assert!(lines[2].contains("GET /users/1") && lines[2].contains("200 OK"), "{list}");
    assert!(lines[3].contains("GET /gone") && lines[3].contains("404 Not Found"), "{list}");
}

#[test]
fn one_exchange_is_shown_as_it_was_on_the_wire() {
    let retape = Retape::new();
    retape.write("hand.yaml", HAND);
    let shown = retape.run(["show", "hand.yaml", "1"]).stdout;
    for line in ["> GET /users/1 HTTP/1.1", "< HTTP/1.1 200 OK", "< {\"id\":1}"] {
        assert!(shown.lines().any(|shown| shown == line), "{line} in {shown}");
    }
    assert!(!shown.contains('\x1b'), "no colours where there is no terminal");
    let hex = retape.run(["show", "hand.yaml", "1", "--hex"]).stdout;
    assert!(hex.contains("....{\"id\":1}.|"), "{hex}");
}

#[test]
fn converting_there_and_back_changes_nothing() {
    let retape = Retape::new();
    record_all(&retape, "a.cassette", &["/one", "/two"]);
    for (from, to) in [("a.cassette", "b.yaml"), ("b.yaml", "c.cassette"), ("c.cassette", "d.yaml")]
    {
        let ended = retape.run(["convert", from, to]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    assert_eq!(text_of(&retape.path("b.yaml")), text_of(&retape.path("d.yaml")));
    let diff = retape.run(["diff", "a.cassette", "d.yaml"]);
    assert_eq!(diff.code, Some(0), "{diff:?}");
    let again = retape.run(["convert", "a.cassette", "b.yaml"]);
    assert_eq!(again.code, Some(2), "{again:?}");
}

#[test]
fn a_sound_cassette_verifies_and_plays_back() {
    let retape = Retape::new();
    let answers = record_all(&retape, "a.cassette", &["/one", "/two"]);
    let args = ["verify", "--roundtrip", "--strict", "--format", "json", "a.cassette"];
    let ended = retape.run(args);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let found: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(found["sound"], true);
    assert_eq!(found["server_bytes_played_back"], answers.concat().len());
}

#[test]
fn the_demonstration_holds_and_leaves_nothing_behind() {
    let retape = Retape::new();
    let mut command = retape.command(["demo"]);
    let output = command.env("TMPDIR", retape.path(".")).output().unwrap();
    let story = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{story}");
    assert_eq!(story.matches('✓').count(), 4, "{story}");
    assert_eq!(std::fs::read_dir(retape.path(".")).unwrap().count(), 0);
    assert_eq!(retape.run(["demo", "--keep", "kept"]).code, Some(0));
    let diff = retape.run(["diff", "kept/demo.cassette", "kept/changed.cassette"]);
    assert_eq!(diff.code, Some(1), "{diff:?}");
}

#[test]
fn completions_and_manual_pages_are_written_for_every_verb() {
    let retape = Retape::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = retape.run(["completions", shell]);
        assert_eq!(script.code, Some(0));
        assert!(script.stdout.contains("replay"), "{shell}");
    }
    std::fs::create_dir(retape.path("man")).unwrap();
    assert_eq!(retape.run(["man", "man"]).code, Some(0));
    for page in ["retape.1", "retape-record.1", "retape-verify.1"] {
        assert!(retape.path("man").join(page).exists(), "{page}");
    }
    assert_eq!(retape.run(["man", "no-such-directory"]).code, Some(5));
}

#[test]
fn help_tells_the_exit_codes_and_gives_examples() {
    let retape = Retape::new();
    let help = retape.run(["--help"]);
    assert!(help.stdout.contains("Exit codes:"), "{}", help.stdout);
    for verb in
        ["record", "replay", "diff", "show", "convert", "verify", "demo", "completions", "man"]
    {
        let help = retape.run([verb, "--help"]);
        assert!(help.stdout.contains("Examples:"), "{verb}: {}", help.stdout);
    }
}
