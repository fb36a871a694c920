//! Recorded exchanges, read again.

use bytes::Bytes;

use crate::model::{Chunk, ConnectionId, Direction, Exchange, Protocol, Timestamp};
use crate::wire::http::View;
use crate::wire::http1::Framing;

const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

/// Client and server take turns, beginning with the client.
fn exchange(turns: &[&str]) -> Exchange {
    let directions = [Direction::ToServer, Direction::ToClient].into_iter().cycle();
    let chunks = turns.iter().zip(directions).filter(|(bytes, _)| !bytes.is_empty());
    let chunk = |(bytes, direction): (&&str, Direction)| Chunk {
        direction,
        at: Timestamp::ZERO,
        bytes: Bytes::copy_from_slice(bytes.as_bytes()),
    };
    Exchange {
        connection: ConnectionId(0),
        protocol: Protocol::Http1,
        chunks: chunks.map(chunk).collect(),
    }
}

fn view(turns: &[&str]) -> View {
    let exchange = exchange(turns);
    let view = View::of(&exchange);
    for direction in [Direction::ToServer, Direction::ToClient] {
        let messages: Vec<_> = match direction {
            Direction::ToServer => view.request().into_iter().collect(),
            Direction::ToClient => view.responses().iter().collect(),
        };
        let parts =
            messages.iter().flat_map(|message| [message.head.clone(), message.raw_body.clone()]);
        let joined = parts.chain([view.tail(direction)]).collect::<Vec<_>>().concat();
        assert_eq!(joined, exchange.bytes(direction), "nothing is lost in a view");
    }
    view
}

#[test]
fn a_view_has_the_request_and_all_its_responses() {
    let view = view(&[
        "POST /x HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "hi",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nyo\r\n1\r\n!\r\n0\r\nsum: 3\r\n\r\n",
    ]);
    let request = view.request().expect("a request");
    assert_eq!((&request.body[..], request.framing), (&b"hi"[..], Framing::Length(2)));
    let [interim, last] = view.responses() else { panic!("two responses") };
    assert_eq!(interim.response_head().map(|head| head.status()), Some(100));
    assert_eq!(last.body, "yo!");
    assert_eq!(last.raw_body, "2\r\nyo\r\n1\r\n!\r\n0\r\nsum: 3\r\n\r\n");
    assert_eq!(last.trailers, "sum: 3\r\n");
    assert_eq!(view.final_response(), Some(last));
    assert!(view.complete() && view.keeps_alive());
}

#[test]
fn a_view_tells_what_is_missing() {
    let view = view(&[GET, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"]);
    let last = view.final_response().expect("a response");
    assert_eq!((&last.body[..], last.complete), (&b"abc"[..], false));
    assert!(!view.complete() && !view.keeps_alive() && view.degraded().is_none());
}

#[test]
fn a_view_of_no_answer_is_incomplete() {
    assert!(!view(&[GET]).complete());
    assert!(!view(&[GET, "HTTP/1.1 100 Continue\r\n\r\n"]).complete());
    assert_eq!(view(&[GET, "HTTP/1.1 100 Continue\r\n\r\n"]).final_response(), None);
    let half = view(&[GET, "HTTP/1.1 200 O"]);
    assert_eq!(
        (half.responses(), &half.tail(Direction::ToClient)[..]),
        (&[][..], &b"HTTP/1.1 200 O"[..])
    );
}

#[test]
fn an_unasked_response_is_a_view_without_request() {
    let view = view(&["", "HTTP/1.1 408 Late\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"]);
    assert!(view.request().is_none() && view.complete() && !view.keeps_alive());
}

#[test]
fn a_body_until_close_counts_as_whole_and_closes() {
    let view = view(&[GET, "HTTP/1.1 200 OK\r\n\r\nall"]);
    assert_eq!(view.final_response().map(|last| last.framing), Some(Framing::UntilClose));
    assert!(view.complete() && !view.keeps_alive());
}

#[test]
fn what_follows_a_switch_is_tail() {
    let upgrade = "GET / HTTP/1.1\r\nupgrade: x\r\n\r\n";
    let view = view(&[upgrade, "HTTP/1.1 101 Switching\r\n\r\n\u{1}", "\u{2}", "\u{3}"]);
    assert!(view.switched() && view.complete() && !view.keeps_alive());
    assert_eq!(view.tail(Direction::ToServer), "\u{2}");
    assert_eq!(view.tail(Direction::ToClient), "\u{1}\u{3}");
}

#[test]
fn surplus_is_tail() {
    let view = view(&[GET, "HTTP/1.1 204 None\r\n\r\nmore"]);
    assert!(view.complete() && !view.keeps_alive() && view.degraded().is_none());
    assert_eq!(view.tail(Direction::ToClient), "more");
}

#[test]
fn what_cannot_be_read_is_tail_and_said() {
    let broken =
        view(&[GET, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\nno\r\n"]);
    let place = broken.degraded().expect("degraded");
    assert_eq!((place.direction, place.offset), (Direction::ToClient, 54));
    assert_eq!(place.reason, "a chunk size is not hexadecimal");
    assert_eq!(broken.tail(Direction::ToClient), "no\r\n");
    assert_eq!(broken.final_response().map(|last| last.body.clone()), Some("ab".into()));

    let twice = view(&[&format!("{GET}{GET}"), "HTTP/1.1 204 None\r\n\r\n"]);
    assert_eq!(twice.degraded().map(|place| place.offset), Some(GET.len() as u64));
}

#[test]
fn a_raw_exchange_is_all_tail() {
    let raw = Exchange { protocol: Protocol::Raw, ..exchange(&[GET, "x"]) };
    let view = View::of(&raw);
    assert!(view.request().is_none() && view.responses().is_empty() && !view.complete());
    assert_eq!(view.tail(Direction::ToServer), GET);
}

#[test]
fn a_message_in_one_chunk_is_not_copied() {
    let exchange = exchange(&[GET, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"]);
    let view = View::of(&exchange);
    let body = &view.final_response().expect("a response").body;
    assert_eq!(body.as_ptr(), exchange.chunks[1].bytes[38..].as_ptr());
}
