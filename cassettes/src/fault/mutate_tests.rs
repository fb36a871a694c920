//! Mutated cassettes.

use bytes::Bytes;

use super::*;
use crate::model::{
    Cassette, Chunk, Connection, ConnectionId, Direction, Exchange, Flight, Header, Protocol,
    Script, Step, Stop, Timestamp,
};
use crate::transcribe::compile;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

fn cassette() -> Cassette {
    let chunk = |nanos, direction, bytes: &'static [u8]| Chunk {
        direction,
        at: Timestamp::from_nanos(nanos),
        bytes: Bytes::from_static(bytes),
    };
    let exchange = |nanos, request| Exchange {
        connection: ConnectionId(0),
        protocol: Protocol::Http1,
        chunks: vec![
            chunk(nanos, Direction::ToServer, request),
            chunk(nanos + 5, Direction::ToClient, ANSWER),
        ],
    };
    let exchanges = vec![
        exchange(0, b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        exchange(10, b"GET /b HTTP/1.1\r\nHost: h\r\n\r\n"),
    ];
    Cassette::new(Header::default(), vec![Connection::opened_at(Timestamp::ZERO)], exchanges)
        .unwrap()
}

fn set(faults: &[&str]) -> FaultSet {
    FaultSet::new(faults.iter().map(|fault| fault.parse().unwrap()).collect(), 0)
}

/// What is played for each exchange: text, `<step>`s, and `∞` where it is played again and again.
fn played(faults: &[&str]) -> Vec<String> {
    let mutated = mutate(&cassette(), &set(faults)).unwrap().cassette;
    let shown = |index: usize| {
        let exchange = &mutated.exchanges()[index];
        let staging = mutated.staging(index);
        let staged = staging.and_then(|staging| staging.script_of(exchange));
        let script =
            staged.unwrap_or_else(|| compile(exchange, mutated.connection_of(exchange), false));
        let again = if staging.is_some_and(|staging| staging.repeats) { "∞" } else { "" };
        show(&script) + again
    };
    (0..mutated.exchanges().len()).map(shown).collect()
}

fn show(script: &Script) -> String {
    let shown = |step: &Step| match step {
        Step::Send(bytes) => String::from_utf8_lossy(bytes).replace("\r\n", "~"),
        Step::Receive(_) | Step::Wait(_) => String::new(),
        other => format!("<{other:?}>"),
    };
    script.steps.iter().map(shown).collect()
}

const WHOLE: &str = "HTTP/1.1 200 OK~Content-Length: 5~~hello";
const SHORT: &str = "HTTP/1.1 200 OK~Content-Length: 5~~he<Close>";

#[test]
fn a_sticky_fault_is_played_for_ever_and_the_rest_stays() {
    assert_eq!(played(&["close at body 2 on 1"]), [format!("{SHORT}∞"), WHOLE.into()]);
}

#[test]
fn a_fault_of_some_attempts_is_followed_by_the_unbroken_answer() {
    assert_eq!(played(&["close at body 2 on 1 once"]), [SHORT, WHOLE, WHOLE]);
    assert_eq!(played(&["close at body 2 on 1 first 2"]), [SHORT, SHORT, WHOLE, WHOLE]);
    assert_eq!(played(&["close at body 2 on 1 attempt 2"]), [WHOLE, SHORT, WHOLE, WHOLE]);
}

#[test]
fn mere_timing_adds_no_exchange() {
    let late = "<Delay(10ms)>HTTP/1.1 200 OK~Content-Length: 5~~hello";
    assert_eq!(played(&["latency 10ms on GET /b"]), [WHOLE, late]);
}

#[test]
fn what_hits_nothing_is_told_with_the_reason() {
    let mutated =
        mutate(&cassette(), &set(&["close at chunk 9 on 2", "close at end on 7"])).unwrap();
    assert_eq!(mutated.hits, [0, 0]);
    let (number, why) = mutated.misfits[0].clone().unwrap();
    assert_eq!((number, why.to_string()), (2, "the answer has 1 chunk".into()));
    assert_eq!(mutated.misfits[1], None);
}

#[test]
fn what_depends_on_each_asking_cannot_be_written() {
    let error = mutate(&cassette(), &set(&["reset at end every 2"])).unwrap_err();
    assert!(error.to_string().contains("reset at end every 2"));
}

#[test]
fn a_connection_says_how_its_client_is_met() {
    let faults = set(&["accept-delay 2s once", "tls-reset", "close at head on 1"]);
    let Mutated { cassette, hits, .. } = mutate(&cassette(), &faults).unwrap();
    let met = cassette.connections()[0].reception.clone().unwrap();
    assert_eq!(met.delay, Some(std::time::Duration::from_secs(2)));
    assert_eq!(met.stop, Some((Flight::ServerHello, Stop::Reset)));
    assert_eq!(met.faults, ["accept-delay 2s once", "tls-reset"]);
    assert!(met.repeats);
    assert_eq!(hits, [1, 1, 1]);
}
