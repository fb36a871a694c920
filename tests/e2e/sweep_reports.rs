//! `retape report`: what is done with the reports of sweeps.

use serde_json::{Value, json};

use crate::support::{Ended, Retape};

/// The report that the documentation shows, with a result for each of these.
fn report(results: &[(&str, &str)]) -> Value {
    let text = include_str!("../../docs/sweep-report.md");
    let example = text.split_once("```json\n").unwrap().1.split_once("```").unwrap().0;
    let mut report: Value = serde_json::from_str(example).unwrap();
    let one = report.pointer("/results/0").unwrap().clone();
    let with = |(number, (id, outcome)): (usize, &(&str, &str))| {
        let mut result = one.clone();
        set(&mut result, "number", number);
        set(&mut result, "id", *id);
        set(&mut result, "outcome", *outcome);
        result
    };
    set(&mut report, "results", (1..).zip(results).map(with).collect::<Value>());
    set(&mut report, "planned", results.len());
    report
}

fn set(object: &mut Value, name: &str, value: impl Into<Value>) {
    object.as_object_mut().unwrap().insert(name.to_owned(), value.into());
}

fn with_report(name: &str, results: &[(&str, &str)]) -> Retape {
    let retape = Retape::new();
    retape.write(name, &report(results).to_string());
    retape
}

fn check(retape: &Retape, more: &[&str]) -> Ended {
    retape.run(["report", "check", "a.json"].iter().chain(more))
}

const FOUND: [(&str, &str); 3] =
    [("close at head on 1", "reported"), ("close at end on 1", "fooled"), ("stall on 1", "hung")];

#[test]
fn a_report_is_shown_in_every_format() {
    let retape = with_report("a.json", &FOUND);
    for (format, word) in
        [("text", "fooled close at end on 1"), ("json", "\"planned\": 3"), ("junit", "<failure ")]
    {
        let shown = retape.run(["report", "show", "a.json", "--format", format]);
        assert_eq!(shown.code, Some(0), "{shown:?}");
        assert!(shown.stdout.contains(word), "{format}: {}", shown.stdout);
    }
    let shown = retape.run(["report", "show", "a.json", "--format", "html", "-o", "a.html"]);
    assert_eq!((shown.code, shown.stdout.as_str()), (Some(0), ""));
    let page = std::fs::read_to_string(retape.path("a.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
}

#[test]
fn what_was_found_fails_until_it_is_accepted() {
    let retape = with_report("a.json", &FOUND);
    let ended = check(&retape, &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stdout.contains("3 points: 1 reported, 1 hung, 1 fooled"), "{}", ended.stdout);
    assert_eq!(check(&retape, &["--fail-on", "crashed"]).code, Some(0));
    assert_eq!(check(&retape, &["--fail-on", "none"]).code, Some(0));
    assert_eq!(check(&retape, &["--fail-on", "odd"]).code, Some(2));

    let accepted = retape.run(["report", "baseline", "a.json", "-o", "accepted.toml"]);
    assert!(accepted.stderr.contains("2 findings newly accepted"), "{accepted:?}");
    let reports = ["--baseline", "accepted.toml", "--report", "junit=a.xml"];
    let ended = check(&retape, &reports);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("2 findings are known"), "{}", ended.stdout);
    let xml = std::fs::read_to_string(retape.path("a.xml")).unwrap();
    assert_eq!(xml.matches("<skipped ").count(), 2, "{xml}");
}

#[test]
fn a_baseline_keeps_what_people_wrote_and_tells_what_is_gone() {
    let retape = with_report("a.json", &FOUND[..2]);
    let people = "# ours\n[[accepted]]\nid = \"close at head on 1\" # see #12\noutcome = \"hung\"\n\n\
                  [[accepted]]\nid = \"elsewhere\"\noutcome = \"hung\"";
    retape.write("accepted.toml", people);
    let ended = retape.run(["report", "baseline", "a.json", "-o", "accepted.toml"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let gone = "accepted.toml: hung \"close at head on 1\": no longer found: remove it";
    assert!(ended.stderr.contains(gone), "{}", ended.stderr);
    assert!(ended.stderr.contains("1 accepted finding not tried"), "{}", ended.stderr);
    let file = std::fs::read_to_string(retape.path("accepted.toml")).unwrap();
    let added = "\n\n[[accepted]]\nid = \"close at end on 1\"\noutcome = \"fooled\"\n";
    assert_eq!(file, format!("{people}{added}"));
}

#[test]
fn another_outcome_than_the_accepted_one_is_new() {
    let retape = with_report("a.json", &FOUND[1..2]);
    let file = json!({"accepted": [{"id": FOUND[1].0, "outcome": "crashed", "reason": "old"}]});
    retape.write("accepted.json", &file.to_string());
    let ended = check(&retape, &["--baseline", "accepted.json"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("accepted as crashed, and is now fooled: it is new"));
}

#[test]
fn shards_are_joined_and_what_does_not_belong_together_is_refused() {
    let retape = Retape::new();
    for index in [1, 2] {
        let mut shard = report(&FOUND);
        shard["shard"] = json!({"index": index, "count": 2});
        let results = shard["results"].as_array_mut().unwrap();
        results.retain(|result| result["number"].as_u64().unwrap() % 2 == index % 2);
        shard["planned"] = results.len().into();
        retape.write(&format!("{index}.json"), &shard.to_string());
    }
    let merged = retape.run(["report", "merge", "2.json", "1.json", "-o", "all.json"]);
    assert_eq!(merged.code, Some(0), "{merged:?}");
    assert!(merged.stderr.contains("2 shards joined: 3 points: "), "{}", merged.stderr);
    let all = std::fs::read_to_string(retape.path("all.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&all).unwrap(), {
        let mut whole = report(&FOUND);
        whole["duration_ms"] = (12_345 * 2).into();
        whole
    });
    let one = retape.run(["report", "merge", "1.json"]);
    assert_eq!(one.code, Some(3));
    assert!(one.stderr.contains("of 2 shards these are missing: 2"), "{}", one.stderr);
    let partial = retape.run(["report", "merge", "1.json", "--partial"]);
    assert_eq!(partial.code, Some(0), "{partial:?}");
}

#[test]
fn what_is_no_report_is_refused_with_what_to_do() {
    let retape = Retape::new();
    retape.write("a.json", "{\"format\": \"retape-verdict\"}");
    for args in [&["report", "show", "a.json"][..], &["report", "show", "missing.json"]] {
        let ended = retape.run(args.iter().copied());
        assert_eq!(ended.code, Some(3), "{ended:?}");
    }
    let ended = retape.run(["report", "show", "a.json"]);
    assert!(ended.stderr.contains("hint: give a report that `retape sweep --report json=FILE`"));
}
