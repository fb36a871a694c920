//! Every kind of difference fails a replay, and appears in every format.

use crate::support::{Client, Ended, Origin, Retape, record, replay_of};

/// How a client differs, and the word for it.
type Case = (&'static str, fn(&str));

const CASES: [Case; 4] = [
    ("changed", |url| {
        let mut client = Client::connect(url);
        client.get("/first");
        client.post("/second", "{\"n\": 2}");
    }),
    ("missing", |url| {
        Client::connect(url).get("/first");
    }),
    ("extra", |url| {
        let mut client = Client::connect(url);
        client.get("/first");
        client.post("/second", "{\"n\": 1}");
        client.get("/third");
    }),
    ("reordered", |url| {
        let mut client = Client::connect(url);
        client.post("/second", "{\"n\": 1}");
        client.get("/first");
    }),
];

fn recorded() -> Retape {
    let retape = Retape::new();
    record(&retape, &Origin::echo(), "a.cassette", |url| {
        let mut client = Client::connect(url);
        client.get("/first");
        client.post("/second", "{\"n\": 1}");
    });
    retape
}

fn replay(retape: &Retape, reports: &[&str], client: fn(&str)) -> Ended {
    let reports = reports.iter().flat_map(|report| ["--report", report]);
    let args: Vec<&str> = ["a.cassette"].into_iter().chain(reports).collect();
    replay_of(retape, &args, client)
}

#[test]
fn each_kind_of_difference_exits_1_and_is_in_all_reports() {
    let retape = recorded();
    let reports = ["text=r.txt", "json=r.json", "junit=r.xml", "github=r.gh"];
    for (kind, client) in CASES {
        let ended = replay(&retape, &reports, client);
        assert_eq!(ended.code, Some(1), "{kind}: {ended:?}");
        for file in ["r.txt", "r.json", "r.xml", "r.gh"] {
            let report = std::fs::read_to_string(retape.path(file)).unwrap();
            assert!(report.contains(kind), "{kind} in {file}: {report}");
        }
        let json = std::fs::read_to_string(retape.path("r.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["same"], false, "{kind}");
        assert_eq!(json["totals"][kind], 1, "{kind}: {json}");
    }
}

#[test]
fn the_same_client_exits_0_and_has_no_failure_in_any_report() {
    let retape = recorded();
    let ended = replay(&retape, &["junit=r.xml", "github=r.gh", "json"], |url| {
        let mut client = Client::connect(url);
        client.get("/first");
        client.post("/second", "{ \"n\": 1 }");
    });
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(json["same"], true);
    let junit = std::fs::read_to_string(retape.path("r.xml")).unwrap();
    assert!(junit.contains("tests=\"2\"") && junit.contains("failures=\"0\""), "{junit}");
    let github = std::fs::read_to_string(retape.path("r.gh")).unwrap();
    assert!(!github.contains("::error"), "{github}");
    assert!(ended.stderr.contains("2 exchanges: 2 same"), "people read standard error");
}

#[test]
fn a_changed_body_is_shown_by_its_path() {
    let retape = recorded();
    let ended = replay(&retape, &[], CASES[0].1);
    assert!(ended.stdout.contains("changed #2 POST /second"), "{}", ended.stdout);
    assert!(ended.stdout.contains("$.n"), "{}", ended.stdout);
}

#[test]
fn diff_writes_the_same_formats() {
    let retape = recorded();
    let args = ["a.cassette", "--transcript", "b.cassette"];
    replay_of(&retape, &args, CASES[1].1);
    for (format, word) in [("text", "missing"), ("json", "\"missing\""), ("junit", "<testsuites")] {
        let diff = retape.run(["diff", "a.cassette", "b.cassette", "--format", format]);
        assert_eq!(diff.code, Some(1), "{format}: {diff:?}");
        assert!(diff.stdout.contains(word), "{format}: {}", diff.stdout);
    }
    let github = retape.run(["diff", "a.cassette", "b.cassette", "--format", "github"]);
    assert!(github.stdout.contains("::error"), "{}", github.stdout);
}

#[test]
fn reports_that_would_mix_are_refused() {
    let retape = recorded();
    let refused = retape.run(["replay", "a.cassette", "--report", "json", "--report", "junit"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("--report FORMAT=PATH"), "{}", refused.stderr);
}
