//! What missing bytes leave.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Expected, Playbook, Tape, broken, raw, whole};
use crate::format::{Reader, encode};
use crate::model::{Cassette, Direction, Header, How, Protocol, Side, Step};
use crate::transcribe::compile;
use Direction::{ToClient, ToServer};

const GET: &str = "GET / HTTP/1.1\r\n\r\n";
const TEN: &str = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const NEXT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn get_ten() -> Playbook {
    Playbook::http1().client(GET).server(format!("{TEN}012"))
}

fn gets_012(state: fn(&str, u64, &[&str]) -> Expected) -> Expected {
    let answer = format!("< {TEN}012");
    state("<", TEN.len() as u64 + 3, &[&format!("> {GET}"), &answer])
}

#[test]
fn an_answer_with_a_hole_in_its_body_ends_there_and_the_next_one_is_read() {
    let next = [&format!("> {GET}")[..], &format!("< {NEXT}")];
    let play = get_ten().loses(ToClient, 4).server(format!("789{NEXT}")).client(GET);
    let early = play.expect([
        gets_012(broken),
        raw(&["< 789"]),
        Expected::new("whole", &[&format!("< {NEXT}")]),
        Expected::new("cut", &[&format!("> {GET}")]),
    ]);
    early.is_stable();
    let play = get_ten().loses(ToClient, 4).server("789").client(GET).server(NEXT);
    let tape = play.expect([gets_012(broken), raw(&["< 789"]), whole(&next)]);
    tape.is_stable();
    assert_eq!(tape.connection.gaps[0].offset, TEN.len() as u64 + 3);
    assert_eq!(tape.exchanges[1].1.degraded.map(|place| place.offset), Some(0));
}

#[test]
fn a_hole_up_to_the_end_of_a_body_leaves_nothing_of_it() {
    let play = get_ten().loses(ToClient, 7).client(GET).server(NEXT);
    play.expect([gets_012(broken), whole(&[&format!("> {GET}"), &format!("< {NEXT}")])])
        .is_stable();
}

#[test]
fn after_a_hole_beyond_the_end_of_a_body_nothing_is_read() {
    let play = get_ten().loses(ToClient, 8).client(GET).server(NEXT).server_closes();
    let rest = raw(&[&format!("> {GET}"), &format!("< {NEXT}")]);
    play.expect([gets_012(broken), rest]).is_stable();
}

#[test]
fn a_second_hole_in_what_is_left_of_a_body_is_one_more() {
    let play = get_ten().loses(ToClient, 2).server("5").loses(ToClient, 3).server("9");
    let play = play.client(GET).server(NEXT);
    let next = whole(&[&format!("> {GET}"), &format!("< {NEXT}")]);
    play.expect([gets_012(broken), raw(&["< 5"]), raw(&["< 9"]), next]).is_stable();
}

#[test]
fn pipelined_requests_are_answered_after_a_hole_or_break_off_with_it() {
    let both = Playbook::http1().client(GET).client(GET).server(format!("{TEN}012"));
    let answered = both.clone().loses(ToClient, 7).server(NEXT);
    let next = whole(&[&format!("> {GET}"), &format!("< {NEXT}")]);
    answered.expect([gets_012(broken), next]).is_stable();
    let open = both.loses(ToClient, 7);
    open.expect([gets_012(broken), broken("<", 0, &[&format!("> {GET}")])]).is_stable();
}

#[test]
fn a_hole_inside_a_chunk_leaves_the_framing_readable_and_one_across_chunks_does_not() {
    let play = Playbook::http1().client(GET).server(format!("{CHUNKED}a\r\n01"));
    let next = [&format!("> {GET}")[..], &format!("< {NEXT}")];
    let inside = play.clone().loses(ToClient, 8).server("\r\n0\r\n\r\n").client(GET).server(NEXT);
    let tape = inside.tape();
    let states: Vec<_> = tape.exchanges.iter().map(|(_, summary)| summary.protocol).collect();
    assert_eq!(states, [Protocol::Http1, Protocol::Raw, Protocol::Http1]);
    assert_eq!(Expected::of(&tape.exchanges[2]), whole(&next));
    tape.is_stable();
    let across = play.loses(ToClient, 9).server("\n0\r\n\r\n").client(GET).server(NEXT).tape();
    assert_eq!(across.exchanges.len(), 2);
    assert_eq!(across.exchanges[1].0.protocol, Protocol::Raw);
}

#[test]
fn a_body_that_ends_with_the_connection_is_not_whole_with_a_hole_in_it() {
    let head = "HTTP/1.0 200 OK\r\n\r\n";
    let play = Playbook::http1().client(GET).server(format!("{head}ab")).loses(ToClient, 5);
    let tape = play.server("cd").server_closes().client_closes().expect([
        broken("<", head.len() as u64 + 2, &[&format!("> {GET}"), &format!("< {head}ab")]),
        raw(&["< cd"]),
    ]);
    tape.is_stable();
}

#[test]
fn an_end_that_came_before_a_hole_still_ends_the_body() {
    let head = "HTTP/1.0 200 OK\r\n\r\n";
    let play = Playbook::http1().client(GET).server(format!("{head}ab")).server_closes();
    let tape = play
        .loses(ToServer, 5)
        .client_closes()
        .expect([whole(&[&format!("> {GET}"), &format!("< {head}ab")])]);
    tape.is_stable();
}

#[test]
fn what_the_client_lost_makes_the_rest_raw() {
    let post = "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n";
    let play = Playbook::http1().client(post).loses(ToServer, 10).server(NEXT).client(GET);
    let rest = raw(&[&format!("< {NEXT}"), &format!("> {GET}")]);
    play.expect([broken(">", post.len() as u64, &[&format!("> {post}")]), rest]).is_stable();
}

#[test]
fn a_connection_whose_beginning_is_missing_is_raw() {
    let tape = Playbook::http1().loses(ToServer, 100).client(GET).server(NEXT).tape();
    assert_eq!(tape.exchanges.len(), 1);
    assert_eq!(tape.exchanges[0].0.protocol, Protocol::Raw);
    assert!(tape.exchanges[0].1.degraded.is_some());
    assert!(tape.connection.gap_before(tape.exchanges[0].0.started()).is_some());
}

#[test]
fn each_piece_of_a_raw_connection_is_an_exchange() {
    let play = Playbook::raw().client("abc").loses(ToClient, 3).server("def").loses(ToServer, 1);
    let tape = play.client("g").expect([raw(&["> abc"]), raw(&["< def"]), raw(&["> g"])]);
    let reasons = tape.exchanges.iter().map(|(_, summary)| summary.degraded.is_some());
    assert!(reasons.into_iter().all(|is| is));
    let offsets: Vec<_> = tape.connection.gaps.iter().map(|gap| gap.offset).collect();
    assert_eq!(offsets, [0, 3]);
}

#[test]
fn a_player_resets_where_bytes_are_missing() {
    let tape = get_ten().loses(ToClient, 7).client(GET).server(NEXT).tape();
    let steps = compile(&tape.exchanges[0].0, &tape.connection, false).steps;
    assert_eq!(steps.last(), Some(&Step::Reset));
    let next = compile(&tape.exchanges[1].0, &tape.connection, true).steps;
    assert!(!next.contains(&Step::Reset), "{next:?}");
}

#[test]
fn missing_nothing_changes_nothing() {
    let tape = get_ten().loses(ToClient, 0).server("3456789").tape();
    assert_eq!(tape.exchanges.len(), 1);
    assert!(tape.exchanges[0].1.complete);
}

/// What may be said or missed, at any place.
fn acts() -> impl Strategy<Value = Vec<(u8, u16)>> {
    vec((0..7_u8, any::<u16>()), 1..12)
}

fn play(acts: &[(u8, u16)]) -> Playbook {
    acts.iter().fold(Playbook::http1(), |play, (kind, size)| {
        let body = "x".repeat(usize::from(size % 12));
        match kind {
            0 => play.client(GET),
            1 => play.client(GET).server(TEN),
            2 => play.server(body),
            3 => play.client(GET).server(CHUNKED).server("5\r\n01"),
            4 => play.loses(ToClient, u64::from(size % 12)),
            5 => play.loses(ToServer, u64::from(size % 3)),
            _ => play.client(GET).server(NEXT),
        }
    })
}

proptest! {
    /// Told again from the file, each exchange is what it was when it was transcribed; no byte is in none, or in two.
    #[test]
    fn wherever_bytes_are_missing_the_rest_is_kept_and_told_the_same(
        acts in acts(),
        reset in any::<bool>(),
    ) {
        let play = play(&acts).ends(Side::Server, if reset { How::Reset } else { How::Fin });
        let Tape { exchanges, connection, chunks, .. } = play.tape();
        let said: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
        prop_assert_eq!(said, play.len());
        let exchanges: Vec<_> = exchanges.into_iter().map(|(exchange, summary)| {
            let again = crate::transcribe::summarize(&exchange, &connection);
            if exchange.protocol == Protocol::Raw {
                assert!(summary.degraded.is_some() || connection.gap_before(exchange.started()).is_none());
            } else {
                assert_eq!(again, summary, "{exchange:?} {connection:?}");
            }
            exchange
        }).collect();
        if !exchanges.is_empty() {
            let cassette = Cassette::new(Header::default(), vec![connection], exchanges).unwrap();
            let reader = Reader::open(encode(&cassette).unwrap()).unwrap();
            reader.verify(&mut |problem| panic!("{problem}"));
            prop_assert_eq!(reader.to_cassette().unwrap(), cassette);
        }
    }
}
