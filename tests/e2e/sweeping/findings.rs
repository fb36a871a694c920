//! What is found, and what is not.

use super::{Outcomes, cassette, client, report, swept};
use crate::support::{Retape, text_of};

/// The ids that begin so, with their outcomes.
fn of<'o>(outcomes: &'o Outcomes, kind: &str) -> Vec<(&'o str, &'o str)> {
    let found: Vec<_> = outcomes
        .iter()
        .filter(|(id, _)| id.split(' ').next() == Some(kind))
        .map(|(id, outcome)| (id.as_str(), outcome.as_str()))
        .collect();
    assert!(!found.is_empty(), "no {kind} in {outcomes:#?}");
    found
}

#[test]
fn a_naive_client_is_found_fooled_hung_and_crashed_by_what_should_find_it() {
    let retape = Retape::new();
    cassette(&retape);
    let options = ["--plan", "quick", "--timeout", "2s", "--max-points", "1000"];
    let (ended, outcomes) = swept(&retape, &options, &client("naive"));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    // It has no time-out.
    for (id, outcome) in of(&outcomes, "stall") {
        assert_eq!(outcome, "hung", "{id}");
    }
    // It does not look at the status, and takes any body for the text.
    for (id, outcome) in of(&outcomes, "status") {
        let expected = if id.contains("on 1") { "fooled" } else { "crashed" };
        assert_eq!(outcome, expected, "{id}");
    }
    // It takes what it has for all there is, but needs the JSON up to its last but one character.
    for (id, outcome) in of(&outcomes, "close") {
        let whole = id.contains("at chunk 1") || id.contains("at end");
        let expected = match (whole, id.contains("on 1"), id.contains("at body 20")) {
            (true, _, _) | (_, false, true) => "tolerated",
            (false, true, _) => "fooled",
            (false, false, false) => "crashed",
        };
        assert_eq!(outcome, expected, "{id}");
    }
}

#[test]
fn a_careful_client_is_clean_over_a_thousand_points_three_times() {
    let retape = Retape::new();
    cassette(&retape);
    for plan in ["every-byte", "standard", "every-byte"] {
        let options = ["--plan", plan, "--max-points", "1000", "--timeout", "15s"];
        let (ended, outcomes) = swept(&retape, &options, &client("careful"));
        assert_eq!(ended.code, Some(0), "{plan}: {}", ended.stdout);
        assert!(outcomes.len() > 100, "{plan}: {}", outcomes.len());
        let allowed = ["tolerated", "reported", "unreached"];
        assert!(
            outcomes.values().all(|it| allowed.contains(&it.as_str())),
            "{plan}: {outcomes:#?}"
        );
        let tolerated =
            |(id, outcome): (&String, &String)| id.contains(" once") && outcome == "tolerated";
        assert!(outcomes.iter().any(tolerated), "{plan}: it asks again, and gets the whole answer");
    }
}

#[test]
fn an_id_shows_its_finding_again_in_full() {
    let retape = Retape::new();
    cassette(&retape);
    let id = "close at body 50% on 1";
    let (ended, outcomes) = swept(&retape, &["--only", id], &client("naive"));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(outcomes.get(id).map(String::as_str), Some("fooled"));
    for told in
        ["fooled  close at body 50% on 1", "stdout line", "Be careful", "timeline:", "GET /motd"]
    {
        assert!(ended.stdout.contains(told), "{told:?} is not in {}", ended.stdout);
    }
    let result = &report(&retape)["results"][0];
    assert_eq!(result["applied"], 1);
    assert_eq!(result["exchange"], 1);
    let events = result["timeline"].as_array().unwrap();
    assert!(events.iter().any(|event| event["event"] == "fault"), "{events:#?}");
}

#[test]
fn a_command_that_fails_by_itself_is_no_ground_for_a_sweep() {
    let retape = Retape::new();
    cassette(&retape);
    let ended = retape.run(["sweep", "a.yaml", "--", "sh", "-c", "echo out; echo why >&2; exit 3"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    for told in ["fails without any fault: exit 3", "out", "why"] {
        assert!(ended.stderr.contains(told), "{told:?} is not in {}", ended.stderr);
    }
}

#[test]
fn what_is_not_the_same_each_time_is_told_and_not_judged_unless_it_is_taken_out() {
    let retape = Retape::new();
    cassette(&retape);
    let script = r#"echo "run $$"; exec 3<>/dev/tcp/$RETAPE_HOST/$RETAPE_PORT; printf 'GET /motd HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n' >&3; cat <&3"#;
    let command = ["bash", "-c", script].map(str::to_owned);
    let only = ["--only", "status 404 on 1"];
    let (ended, _) = swept(&retape, &only, &command);
    assert!(
        ended.stderr.contains("stdout line 1 is not the same in two unbroken runs"),
        "{ended:?}"
    );
    assert!(ended.stdout.starts_with("tolerated"), "{ended:?}");
    let (ended, _) = swept(&retape, &[&only[..], &["--normalize", r"run \d+"]].concat(), &command);
    assert!(ended.stdout.starts_with("fooled"), "{ended:?}");
    assert!(!ended.stderr.contains("not the same"), "{ended:?}");
}

#[test]
fn files_in_the_runs_own_directory_are_compared() {
    let retape = Retape::new();
    cassette(&retape);
    let mut command = client("naive");
    let line = format!("{} > {{out}}/said; echo done", command.join(" "));
    command = ["sh", "-c", &line].map(str::to_owned).to_vec();
    let only = ["--only", "close at body 50% on 1"];
    let (ended, _) = swept(&retape, &only, &command);
    assert!(ended.stdout.starts_with("tolerated"), "its output is the same: {ended:?}");
    let (ended, _) = swept(&retape, &[&only[..], &["--compare", "said"]].concat(), &command);
    assert!(ended.stdout.starts_with("fooled"), "{ended:?}");
    assert!(ended.stdout.contains("  said line"), "{ended:?}");
}

#[test]
fn a_finding_is_made_smaller_and_what_is_saved_shows_it_again() {
    let retape = Retape::new();
    cassette(&retape);
    let path = retape.path("a.yaml");
    let more = (1..=6).fold(String::new(), |more, number| {
        more + &format!("  - request: GET /unused/{number}\n    response: 204\n")
    });
    retape.write("a.yaml", &(text_of(&path) + &more));
    let faults = "faults:\n  - close at body 10 on 1\n";
    retape.write("faults.yaml", faults);
    let options = ["--plan", "faults.yaml", "--shrink", "small"];
    let (ended, outcomes) = swept(&retape, &options, &client("naive"));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(outcomes.values().collect::<Vec<_>>(), ["fooled"]);
    assert!(ended.stderr.contains("2 exchanges of 8"), "{ended:?}");
    let small = retape.path("small/fooled-close-1.yaml");
    assert!(!text_of(&small).contains("/unused"), "{}", text_of(&small));
    let replayed =
        ["sweep", "small/fooled-close-1.yaml", "--plan", "small/fooled-close-1.faults.yaml", "--"];
    let words: Vec<_> = replayed.into_iter().map(str::to_owned).chain(client("naive")).collect();
    let again = retape.run(&words);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stdout.contains("1 fooled"), "{again:?}");
}

#[test]
fn a_fault_that_fits_nothing_is_refused_with_the_reason() {
    let retape = Retape::new();
    cassette(&retape);
    let only = |id: &str, more: &[&str]| {
        let words = ["sweep", "a.yaml", "--only", id].into_iter().chain(more.iter().copied());
        retape.run(words.chain(["--", "sh", "-c", "true $RETAPE_URL"]))
    };
    let refused = only("close at event 2 on 1", &[]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("close at event 2 on 1: exchange 1: "), "{refused:?}");
    let refused = only("close at head on 9", &[]);
    assert!(refused.stderr.contains("nothing that it selects was there"), "{refused:?}");
    let allowed = only("close at head on 9", &["--allow-unused"]);
    assert_eq!(allowed.code, Some(0), "{allowed:?}");
    assert!(allowed.stdout.starts_with("unreached  close at head on 9"), "{allowed:?}");
}
