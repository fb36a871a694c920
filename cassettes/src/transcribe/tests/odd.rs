//! What is not HTTP/1, or hardly: kept raw, counted, and never lost.

use super::{Direction, Playbook, broken, cut, raw, whole};

const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

#[test]
fn an_unreadable_request_is_a_raw_exchange_to_the_end() {
    let play =
        Playbook::http1().client("\u{16}\u{3}\u{1}").server("HTTP/1.1 400 Bad\r\n\r\n").client(GET);
    let tape = play.expect([raw(&[
        "> \u{16}\u{3}\u{1}",
        "< HTTP/1.1 400 Bad\r\n\r\n",
        &format!("> {GET}"),
    ])]);
    assert_eq!(tape.degraded, 1);
}

#[test]
fn exchanges_before_an_unreadable_request_still_finish() {
    let play = Playbook::http1().client(format!("{GET}no http\r\n")).server(format!("{OK}huh?"));
    play.expect([
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
        raw(&["> no http\r\n", "< huh?"]),
    ]);
}

#[test]
fn http_0_9_is_raw() {
    Playbook::http1()
        .client("GET /\r\n")
        .server("<html>")
        .server_closes()
        .expect([raw(&["> GET /\r\n", "< <html>"])]);
}

#[test]
fn an_unreadable_answer_takes_the_rest_of_the_connection() {
    let play =
        Playbook::http1().client(GET).server("220 smtp ready\r\n").client("QUIT").server("221");
    let tape = play.expect([broken(
        "<",
        0,
        &[&format!("> {GET}"), "< 220 smtp ready\r\n", "> QUIT", "< 221"],
    )]);
    assert_eq!(tape.degraded, 1);
    tape.is_stable();
}

#[test]
fn pipelined_requests_behind_an_unreadable_answer_stay_unanswered() {
    Playbook::http1().client(format!("{GET}{GET}")).server("no").client(GET).expect([
        broken("<", 0, &[&format!("> {GET}"), "< no", &format!("> {GET}")]),
        cut(&[&format!("> {GET}")]),
    ]);
}

#[test]
fn a_bad_chunk_size_keeps_the_rest_raw() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let answer = format!("{head}2\r\nhi\r\nxyz\r\n");
    let place = head.len() as u64 + 7;
    let play = Playbook::http1().client(GET).server(&answer).server("more");
    play.expect([broken("<", place, &[&format!("> {GET}"), &format!("< {answer}"), "< more"])])
        .is_stable();
}

#[test]
fn a_chunk_longer_than_its_size_keeps_the_rest_raw() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let answer = format!("{head}2\r\nhi there\r\n0\r\n\r\n");
    let place = head.len() as u64 + 5;
    let play = Playbook::http1().client(GET).server(&answer);
    play.expect([broken("<", place, &[&format!("> {GET}"), &format!("< {answer}")])]).is_stable();
}

#[test]
fn contradicting_lengths_keep_the_body_raw() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n";
    let play = Playbook::http1().client(GET).server(format!("{head}abc"));
    let place = head.len() as u64;
    play.expect([broken("<", place, &[&format!("> {GET}"), &format!("< {head}abc")])]).is_stable();
}

#[test]
fn equal_lengths_are_one() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\nContent-Length:2\r\n\r\nhi";
    Playbook::http1()
        .client(GET)
        .server(answer)
        .expect([whole(&[&format!("> {GET}"), &format!("< {answer}")])]);
}

#[test]
fn a_request_with_a_broken_body_keeps_its_answer() {
    let post = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nnot hex\r\n";
    let play = Playbook::http1().client(post).server(OK).client(GET).server("more");
    let chunks = [&format!("> {post}")[..], &format!("< {OK}"), &format!("> {GET}"), "< more"];
    play.expect([broken(">", 47, &chunks)]).is_stable();
}

#[test]
fn surplus_in_the_read_of_an_answers_end_is_its_tail() {
    let surplus = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nthis is more";
    let play = Playbook::http1().client(GET).server(surplus).client(GET).server(OK);
    play.expect([
        whole(&[&format!("> {GET}"), &format!("< {surplus}")]),
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
    ])
    .is_stable();
}

#[test]
fn surplus_in_a_later_read_ends_where_the_next_request_begins() {
    let play = Playbook::http1()
        .client(GET)
        .server(OK)
        .server("sur")
        .server("plus")
        .client(GET)
        .server(OK);
    let tape = play.expect([
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
        raw(&["< sur", "< plus"]),
        whole(&[&format!("> {GET}"), &format!("< {OK}")]),
    ]);
    assert_eq!(tape.degraded, 1);
}

#[test]
fn a_client_that_never_waits_for_its_upgrade_is_held_within_bounds() {
    let upgrade = "GET / HTTP/1.1\r\nupgrade: x\r\n\r\n";
    let flood = "x".repeat(super::super::MAX_HELD_BYTES);
    let play = Playbook::http1()
        .client(upgrade)
        .client(&flood)
        .client("y")
        .client("z")
        .server(OK)
        .server("!");
    let chunks = [
        &format!("> {upgrade}")[..],
        &format!("> {flood}"),
        "> y",
        "> z",
        &format!("< {OK}"),
        "< !",
    ];
    play.expect([broken(">", upgrade.len() as u64, &chunks)]).is_stable();
}

#[test]
fn a_head_without_end_is_given_up_at_its_limit() {
    let line = format!("x: {}\r\n", "y".repeat(60_000));
    let mut play = Playbook::http1().client("GET / HTTP/1.1\r\n");
    for _ in 0..20 {
        play = play.client(&line);
    }
    let tape = play.server(OK).tape();
    assert_eq!((tape.exchanges.len(), tape.degraded), (1, 1));
}

#[test]
fn a_million_headers_are_given_up_at_their_limit() {
    let head = format!("GET / HTTP/1.1\r\n{}\r\n", "a:\n".repeat(1_000_000));
    let tape = Playbook::http1().client(&head).server(OK).tape();
    assert_eq!((tape.exchanges.len(), tape.degraded), (1, 1));
    assert_eq!(tape.exchanges[0].0.byte_count(Direction::ToServer), head.len() as u64);
}

#[test]
fn requests_that_nobody_answers_are_not_counted_for_ever() {
    let flood = GET.repeat(super::super::MAX_PIPELINED + 100);
    let tape = Playbook::http1().client(&flood).server(OK).client("more").tape();
    assert_eq!((tape.exchanges.len(), tape.degraded), (super::super::MAX_PIPELINED + 1, 1));
    assert_eq!(tape.sent(Direction::ToServer), format!("{flood}more").into_bytes());
    assert!(tape.exchanges[0].1.complete);
}

#[test]
fn an_upgrade_that_fails_at_once_keeps_its_bytes_in_order() {
    let upgrade = "GET / HTTP/1.1\r\nupgrade: h2c\r\n\r\n";
    let agreed = "HTTP/1.1 101 Switching\r\nupgrade: h2c\r\n\r\n";
    let play = Playbook::http1().client(upgrade).client("no preface").client("at all");
    let tape = play.server(format!("{agreed}nor this")).tape();
    let rest = &tape.exchanges[1].0;
    assert_eq!(rest.bytes(Direction::ToServer), "no prefaceat all");
    assert_eq!(rest.bytes(Direction::ToClient), "nor this");
}
