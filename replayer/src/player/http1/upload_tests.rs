//! Faults amid a request: who uploads is broken off, held up or answered before all of it is there.

use std::time::Duration;

use cassettes::model::{Staging, Step, Until};

use super::tests::Play;
use crate::report::Kind;
use crate::testing::{Tape, get, ok, post};

const MS: Duration = Duration::from_millis(1);

/// A request in two: through so many bytes of its body, and the rest.
fn halves(request: &str, body: usize) -> (&str, &str) {
    request.split_at(request.find("\r\n\r\n").unwrap() + 4 + body)
}

fn tape() -> Tape {
    Tape::new().exchange(&post("/x", "0123456789"), &ok("stored")).get("/next")
}

#[test]
fn an_upload_is_broken_off_once_so_much_of_it_has_come() {
    for (fault, end) in [("close", "."), ("reset", "!"), ("half-close", "|")] {
        let fault = format!("{fault} at body 50% of request");
        let request = post("/x", "0123456789");
        let (before, at) = halves(&request, 4);
        let play = Play::at(tape().stage_of(&[&fault])).client(before);
        play.expect(format!("<{fault}>")).client(&at[..1]).expect(end);
    }
}

#[test]
fn exchanges_that_differ_in_their_bodies_are_broken_in_recorded_order() {
    let stage = || {
        let tape = Tape::new().exchange(&post("/x", "one"), &ok("1"));
        tape.exchange(&post("/x", "two"), &ok("2")).stage_of(&["reset at body 1 of request on 1"])
    };
    let request = post("/x", "one");
    Play::at(stage()).client(halves(&request, 1).0).expect("<reset at body 1 of request on 1>!");
}

#[test]
fn what_was_not_sent_of_a_broken_upload_is_no_difference_and_what_the_head_says_is() {
    let fault = ["close at body 3 of request on 1 once"];
    let told = format!("<{}>.", fault[0]);
    let recorded = post("/x", "0123456789");
    let stage = tape().stage_of(&fault);
    Play::at(stage.clone()).client(halves(&recorded, 5).0).expect(&told);
    let again = Play::at(stage.clone()).client(&recorded).expect(ok("stored"));
    again.client(&get("/next")).expect(ok("/next")).verdict(&[Kind::Same, Kind::Same]);
    let other = recorded.replace("\r\n\r\n", "\r\nX-New: 1\r\n\r\n");
    let play = Play::at(tape().stage_of(&fault)).client(halves(&other, 3).0).expect(&told);
    play.verdict(&[Kind::Changed, Kind::Missing]);
}

#[test]
fn a_server_that_stalls_in_a_request_answers_in_the_end() {
    let fault = "stall for 50ms at after-headers of request on 1";
    let request = post("/x", "0123456789");
    let (head, body) = halves(&request, 0);
    let play = Play::at(tape().stage_of(&[fault])).client(head).expect(format!("<{fault}>/"));
    let play = play.client(body).expect("").passes(50 * MS).expect(ok("stored"));
    play.client(&get("/next")).expect(ok("/next"));
}

#[test]
fn an_early_answer_is_there_before_the_body_and_the_connection_goes_on_after_it() {
    let request = post("/x", "0123456789");
    let (head, body) = halves(&request, 0);
    let stage = tape().stage_of(&["status 413 on 1", "early-response on 1"]);
    let told = "<status 413 on 1><early-response on 1>HTTP/1.1 413 Content Too Large\r\n";
    let mut play = Play::at(stage.clone()).client(head);
    let said = play.said();
    assert!(said.starts_with(told), "{said}");
    play.client(body).expect("").client(&get("/next")).expect(ok("/next"));
}

#[test]
fn a_cassette_that_breaks_an_upload_does_so_without_a_fault() {
    let steps = vec![Step::Receive(Until::Body(4)), Step::Reset];
    let staging = Staging { script: Some(steps), ..Staging::default() };
    let recorded = post("/x", "0123456789");
    let stage = || {
        let tape = Tape::new().chunks(&[&recorded[..]]).staged(staging.clone());
        tape.exchange(&post("/x", "another"), &ok("stored")).stage()
    };
    let (before, rest) = halves(&recorded, 3);
    Play::at(stage()).client(before).expect("").client(&rest[..1]).expect("!");
}

const GO_ON: &str = "HTTP/1.1 100 Continue\r\n\r\n";

fn expects(body: &str) -> String {
    post("/x", body).replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n")
}

/// Two uploads whose clients wait to be told to go on, and which differ in their bodies.
fn two_that_wait() -> Tape {
    let recorded = |tape: Tape, body: &str, answer: &str| {
        let request = expects(body);
        let (head, body) = halves(&request, 0);
        tape.chunks(&[head, GO_ON, body, &ok(answer)])
    };
    recorded(recorded(Tape::new(), "one", "1"), "two", "2")
}

#[test]
fn who_was_told_to_go_on_is_answered_by_the_body_that_follows_also_where_a_fault_is_in_force() {
    let stage = two_that_wait().stage_of(&["close at end"]);
    for (body, answer) in [("two", "2"), ("one", "1")] {
        let request = expects(body);
        let (head, body) = halves(&request, 0);
        let play = Play::at(stage.clone()).client(head).expect(GO_ON).client(body);
        play.expect(format!("<close at end>{}.", ok(answer)));
    }
}

#[test]
fn a_fault_in_how_a_client_is_told_to_go_on_is_felt_and_then_the_recorded_order_decides() {
    let request = expects("one");
    let (head, body) = halves(&request, 0);
    let at = |fault: &str| Play::at(two_that_wait().stage_of(&[fault])).client(head);
    at("100-never").expect("<100-never>").client(body).expect(ok("1"));
    let late = at("100-late 2ms").expect("<100-late 2ms>").passes(2 * MS).expect(GO_ON);
    late.client(body).expect(ok("1"));
    let late = at("latency 2ms").expect("<latency 2ms>").passes(2 * MS).expect(GO_ON);
    late.client(body).expect("").passes(2 * MS).expect(ok("1"));
    let sliced = at("slice 12 every 1ms").expect("<slice 12 every 1ms>HTTP/1.1 100/");
    let sliced = sliced.passes(MS).expect(" Continue\r\n\r/").passes(MS).expect("\n");
    sliced.client(body).expect("HTTP/1.1 200/");
}

#[test]
fn who_was_recorded_to_be_told_to_go_on_and_answered_at_once_is_answered_once() {
    let both = [GO_ON, &ok("early")].concat();
    let request = expects("one");
    let (head, body) = halves(&request, 0);
    let tape = Tape::new().chunks(&[head, &both, body]).exchange(&expects("two"), &ok("2"));
    Play::at(tape.stage()).client(head).expect(&both).client(body).expect("");
}
