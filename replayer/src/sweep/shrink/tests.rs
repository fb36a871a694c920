use cassettes::model::Direction;
use cassettes::text;

use super::*;

fn case(fault: &str) -> Case {
    let exchange = |number| {
        format!(
            "  - request: GET /{number}\n    response: |-\n      200\n\n      answer {number}\n"
        )
    };
    let exchanges: Vec<_> = (1..=9).map(exchange).collect();
    let yaml = format!("retape: 1\nexchanges:\n{}", exchanges.concat());
    Case { cassette: text::read(&yaml).unwrap(), fault: fault.parse().unwrap() }
}

/// Shrinks for as long as `shows` says so; gives what is left, and how many cases were tried.
fn shrink(case: Case, shows: impl Fn(&Case) -> bool) -> (Case, usize) {
    let mut shrink = Shrink::new(case);
    let mut tries = 0;
    while let Some(case) = shrink.propose() {
        let still = shows(case);
        shrink.tell(still);
        tries += 1;
    }
    (shrink.best().clone(), tries)
}

fn asks(case: &Case) -> Vec<String> {
    let heads = case.cassette.exchanges().iter().map(|it| it.bytes(Direction::ToServer));
    let path =
        |head: bytes::Bytes| String::from_utf8_lossy(&head).split(' ').nth(1).unwrap().to_owned();
    heads.map(path).collect()
}

#[test]
fn only_exchanges_that_are_needed_are_left_and_the_fault_still_hits_the_same_one() {
    let needed = |case: &Case| {
        let asks = asks(case);
        let Some(at) = asks.iter().position(|it| it == "/7") else { return false };
        asks.contains(&"/2".to_owned()) && case.fault.selector().to_string() == (at + 1).to_string()
    };
    let (small, tries) = shrink(case("close at head on 7"), needed);
    assert_eq!(asks(&small), ["/2", "/7"]);
    assert_eq!(small.fault.to_string(), "close at head on 2 once", "and once will do");
    assert!(tries < 40, "{tries}");
}

#[test]
fn connections_that_nothing_is_on_any_more_are_gone() {
    let (small, _) =
        shrink(case("close at head on 7"), |case| asks(case).contains(&"/7".to_owned()));
    let on: std::collections::HashSet<_> =
        small.cassette.exchanges().iter().map(|it| it.connection).collect();
    assert_eq!(on.len(), small.cassette.connections().len());
}

#[test]
fn a_fault_is_given_an_easier_place_if_that_shows_the_same() {
    let (small, _) = shrink(case("close at byte 60 on 1"), |_| true);
    assert_eq!(small.fault.to_string(), "close at head on 1 once");
    let (same, _) =
        shrink(case("close at byte 60 on 1"), |case| case.fault.to_string().contains("byte 60"));
    assert_eq!(same.fault.to_string(), "close at byte 60 on 1 once");
}
