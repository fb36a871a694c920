use super::*;
use crate::sweep::testing::report;

fn finding(id: &str, outcome: Outcome) -> Finding {
    Finding { id: id.to_owned(), outcome, reason: None }
}

fn accepting(findings: &[(&str, Outcome)]) -> Accepted {
    Accepted { accepted: findings.iter().map(|(id, outcome)| finding(id, *outcome)).collect() }
}

#[test]
fn what_a_report_found_is_known_the_next_time() {
    let mut report = report();
    let accepted = Accepted::of(&report, &Outcome::FINDINGS);
    for encoding in [Encoding::Toml, Encoding::Json] {
        assert_eq!(Accepted::parse(&accepted.to_file(encoding), encoding).unwrap(), accepted);
    }
    let comparison = accepted.apply(&mut report);
    assert_eq!(comparison, Comparison { known: 4, ..Comparison::default() });
    assert_eq!(report.failures(&Outcome::FINDINGS).count(), 0);
}

#[test]
fn the_file_is_for_people() {
    let mut accepted = accepting(&[("insert \"a\u{7f}\\n\" at end on 1", Outcome::Fooled)]);
    accepted.accepted[0].reason = Some("the client ignores what follows".to_owned());
    let file = accepted.to_file(Encoding::Toml);
    insta::assert_snapshot!("toml", file);
    assert_eq!(Accepted::parse(&file, Encoding::Toml).unwrap(), accepted);
}

#[test]
fn another_outcome_is_new_and_none_any_more_is_told() {
    let mut report = report();
    let accepted = accepting(&[
        ("close at byte 812 on 1", Outcome::Fooled),
        ("stall at byte 812 on 1", Outcome::Crashed),
        ("close at head on 1", Outcome::Hung),
        ("close at byte 1 on 9", Outcome::Hung),
    ]);
    let comparison = accepted.apply(&mut report);
    assert_eq!(comparison.known, 1);
    assert_eq!(comparison.changed, [(accepted.accepted[1].clone(), Outcome::Hung)]);
    assert_eq!(comparison.gone, accepted.accepted[2..3]);
    assert_eq!(comparison.untried, accepted.accepted[3..]);
    let failing: Vec<_> = report.failures(&Outcome::FINDINGS).map(|r| r.id.as_str()).collect();
    let expected =
        ["stall at byte 812 on 1", "null at json $.items[0].id on 1", "close at end on 2"];
    assert_eq!(failing, expected, "what was known before and is not accepted is not known");
}

#[test]
fn a_finding_that_comes_and_goes_between_two_outcomes_may_be_accepted_with_both() {
    let mut report = report();
    let id = "stall at byte 812 on 1";
    let comparison = accepting(&[(id, Outcome::Crashed), (id, Outcome::Hung)]).apply(&mut report);
    assert_eq!(comparison, Comparison { known: 1, ..Comparison::default() });
}

#[test]
fn only_what_is_not_there_yet_is_added() {
    let there = accepting(&[("close at byte 812 on 1", Outcome::Fooled)]);
    let new = Accepted::of(&report(), &[Outcome::Fooled]).without(&there);
    assert_eq!(new, accepting(&[("close at end on 2", Outcome::Fooled)]));
}

#[test]
fn files_that_make_no_sense_are_refused() {
    let refused = |text: &str| Accepted::parse(text, Encoding::Toml).unwrap_err().to_string();
    let entry = |outcome: &str| format!("[[accepted]]\nid = \"a\"\noutcome = \"{outcome}\"\n");
    assert!(refused("[[acepted]]").contains("expected [[accepted]] tables"));
    assert!(refused(&entry("odd")).contains("odd"));
    assert_eq!(refused(&entry("hung").repeat(2)), "\"a\" is accepted twice: keep one");
    let nothing = refused(&entry("tolerated"));
    assert_eq!(nothing, "\"a\" is accepted as tolerated, which fails nothing: remove it");
    assert!(Accepted::parse("{\"a\": 1}", Encoding::Json).is_err());
}
