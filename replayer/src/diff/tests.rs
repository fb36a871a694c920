use cassettes::format::encode;
use cassettes::model::{
    Cassette, Chunk, Close, Connection, ConnectionId, Direction, Header, How, Protocol, Side,
    Timestamp,
};

use super::*;
use crate::report::Kind;
use crate::verify::Treatment;

/// Exchanges one after the other on one connection to a proxy at `port`.
struct Tape {
    connection: Connection,
    exchanges: Vec<Exchange>,
}

impl Tape {
    fn at(port: u16) -> Self {
        let mut connection = Connection::opened_at(Timestamp::ZERO);
        connection.server = format!("127.0.0.1:{port}");
        Self { connection, exchanges: Vec::new() }
    }

    fn exchange(mut self, request: &str, answer: &str) -> Self {
        let start = 10 * self.exchanges.len() as u64;
        let chunk = |direction, at, text: &str| Chunk {
            direction,
            at: Timestamp::from_nanos(at),
            bytes: text.to_owned().into(),
        };
        self.exchanges.push(Exchange {
            connection: ConnectionId(0),
            protocol: Protocol::Http1,
            chunks: vec![
                chunk(Direction::ToServer, start, request),
                chunk(Direction::ToClient, start + 5, answer),
            ],
        });
        self
    }

    fn get(self, target: &str) -> Self {
        let host = self.connection.server.clone();
        self.exchange(&format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"), OK)
    }

    fn post(self, target: &str, body: &str) -> Self {
        let head = format!(
            "POST {target} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        self.exchange(&(head + body), OK)
    }

    fn ends(mut self, how: How) -> Self {
        let at = Timestamp::from_nanos(1_000_000);
        self.connection.closes.push(Close { at, by: Side::Server, how });
        self
    }

    fn reader(self) -> Reader {
        let cassette =
            Cassette::new(Header::default(), vec![self.connection], self.exchanges).unwrap();
        Reader::open(encode(&cassette).unwrap()).unwrap()
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn verdict(a: Tape, b: Tape) -> Verdict {
    diff(&a.reader(), &b.reader(), &Rules::default()).unwrap()
}

/// `changed #2 GET /path: query page`, one for each exchange.
fn told(verdict: &Verdict) -> Vec<String> {
    let line = |outcome: &Outcome| {
        let failures = outcome.mismatches.iter().filter(|mismatch| mismatch.is_failure());
        let places: Vec<_> = failures.map(|mismatch| mismatch.place.to_string()).collect();
        let exchange = outcome.exchange.as_ref().map(|e| format!(" {e}")).unwrap_or_default();
        format!("{}{exchange} {}: {}", outcome.kind.name(), outcome.label, places.join(", "))
    };
    verdict.outcomes.iter().map(line).collect()
}

#[test]
fn a_run_against_another_port_is_the_same() {
    let verdict =
        verdict(Tape::at(4000).get("/a").get("/b?x=1"), Tape::at(5000).get("/a").get("/b?x=1"));
    assert!(verdict.is_same(), "{:?}", told(&verdict));
    assert_eq!(verdict.totals.notes, 0);
}

#[test]
fn missing_extra_and_changed_requests_are_told_apart() {
    let a = Tape::at(4000).get("/health").get("/users/1").post("/orders", r#"{"id":1,"n":[1,2]}"#);
    let b = Tape::at(4000).get("/users/2").get("/new").post("/orders", r#"{"n":[1,3],"id":1}"#);
    assert_eq!(
        told(&verdict(a, b)),
        [
            "missing #1 GET /health: ",
            "changed #2 GET /users/1: path",
            "changed #3 POST /orders: body $.n[1]",
            "extra GET /new: ",
        ]
    );
}

#[test]
fn an_extra_request_names_the_nearest_recorded() {
    let a = Tape::at(4000).get("/users/1").get("/health");
    let b = Tape::at(5000).get("/users/1").get("/health").get("/users/3");
    let verdict = verdict(a, b);
    let nearest = &verdict.outcomes[2].nearest;
    assert_eq!(nearest.len(), 1);
    assert_eq!(nearest[0].label, "GET /users/1");
    let places: Vec<_> = nearest[0].mismatches.iter().map(|m| m.place.to_string()).collect();
    assert_eq!(places, ["path"]);
}

#[test]
fn bodies_pair_before_order_does() {
    let a = Tape::at(1).post("/x", "{\"a\":1}").post("/x", "{\"a\":2}").post("/x", "{\"a\":3}");
    let b = Tape::at(1).post("/x", "{\"a\":9}").post("/x", "{\"a\":2}").post("/x", "{\"a\":3}");
    assert_eq!(
        told(&verdict(a, b)),
        ["changed #1 POST /x: body $.a", "same #2 POST /x: ", "same #3 POST /x: ",]
    );
}

#[test]
fn a_request_that_came_too_early_is_reordered() {
    let a = Tape::at(4000).get("/a").get("/b").get("/c");
    let b = Tape::at(4000).get("/c").get("/a").get("/b");
    let verdict = verdict(a, b);
    assert_eq!(
        told(&verdict),
        ["same #1 GET /a: ", "same #2 GET /b: ", "reordered #3 GET /c: order"]
    );
    let detail = verdict.outcomes[2].mismatches.last().unwrap().detail.as_deref().unwrap();
    assert_eq!(detail, "asked before #1 GET /a, which had been answered first in the recording");
}

#[test]
fn answers_are_compared_unless_only_the_client_is() {
    let other = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno";
    let request = "GET / HTTP/1.1\r\n\r\n";
    let a = Tape::at(1).exchange(request, OK).reader();
    let b = Tape::at(1).exchange(request, other).reader();
    let of = |sides| told(&diff_sides(&a, &b, &Rules::default(), sides).unwrap());
    assert_eq!(of(Sides::Both), ["changed #1 GET /: answer status, answer body line 1"]);
    assert_eq!(of(Sides::Server), of(Sides::Both));
    assert_eq!(of(Sides::Client), ["same #1 GET /: "]);
}

#[test]
fn a_connection_that_the_server_reset_is_a_difference() {
    let verdict =
        verdict(Tape::at(1).get("/").ends(How::Reset), Tape::at(1).get("/").ends(How::Fin));
    assert_eq!(told(&verdict), ["changed #1 GET /: answer end of the connection"]);
    assert_eq!(verdict.outcomes[0].mismatches[0].expected.as_deref(), Some("reset (RST)"));
}

#[test]
fn parameters_that_the_rules_ignore_do_not_pair_or_differ() {
    let rules = Rules { ignore_query: vec!["_".into()], ..Rules::default() };
    let a = Tape::at(1).get("/a?_=1&x=1").get("/a?_=2&x=2").reader();
    let b = Tape::at(1).get("/a?_=3&x=1").get("/a?_=4&x=2").reader();
    let verdict = diff(&a, &b, &rules).unwrap();
    assert!(verdict.is_same(), "{:?}", told(&verdict));
}

#[test]
fn order_can_be_a_note() {
    let rules = Rules { order: Treatment::Note, ..Rules::default() };
    let a = Tape::at(1).get("/a").get("/b").reader();
    let b = Tape::at(1).get("/b").get("/a").reader();
    let verdict = diff(&a, &b, &rules).unwrap();
    assert!(verdict.is_same());
    assert!(verdict.outcomes.iter().all(|outcome| outcome.kind == Kind::Same));
    assert!(verdict.outcomes[1].mismatches.iter().any(|found| found.place == Place::Order));
}
