//! There and back.

use super::{HttpVersion, translate};
use crate::model::{Chunk, ConnectionId, Direction, Exchange, Protocol, Timestamp};
use crate::wire::http::View;

/// Each a millisecond later; `>` begins what the client says.
fn exchange(chunks: &[&str]) -> Exchange {
    let chunk = |(at, text): (u64, &&str)| {
        let client = text.strip_prefix('>');
        let direction = if client.is_some() { Direction::ToServer } else { Direction::ToClient };
        let bytes = client.unwrap_or(text).to_owned().into();
        Chunk { direction, at: Timestamp::from_nanos(at * 1_000_000), bytes }
    };
    let chunks = (1..).zip(chunks).map(chunk).collect();
    Exchange { connection: ConnectionId(0), protocol: Protocol::Http1, chunks }
}

fn to_http2(chunks: &[&str]) -> Exchange {
    let translated = translate(&exchange(chunks), HttpVersion::Http2).expect("a translation");
    assert_eq!(translated.protocol, Protocol::Http2);
    translated
}

fn back(exchange: &Exchange) -> String {
    let back = translate(exchange, HttpVersion::Http1).expect("a way back");
    let text = |chunk: &Chunk| String::from_utf8_lossy(&chunk.bytes).into_owned();
    back.chunks.iter().map(text).collect::<Vec<_>>().join("|")
}

const GET: &str = ">GET http://b/x HTTP/1.1\r\nHost: a\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nCookie: c=1\r\n\r\n";

#[test]
fn heads_lose_what_concerns_one_connection() {
    let answer = "HTTP/1.1 204 No Content\r\nKeep-Alive: timeout=5\r\nX: folded\r\n value\r\n\r\n";
    let translated = to_http2(&[GET, answer]);
    let view = View::of(&translated);
    let request = view.request().expect("a request");
    assert_eq!(request.head, "GET /x HTTP/2\r\nhost: b\r\ncookie: c=1\r\n\r\n");
    assert_eq!(view.responses()[0].head, "HTTP/2 204\r\nx: folded value\r\n\r\n");
    assert!(view.complete());
    assert_eq!(
        back(&translated),
        "GET /x HTTP/1.1\r\nhost: b\r\ncookie: c=1\r\n\r\n|HTTP/1.1 204 \r\nx: folded value\r\n\r\n"
    );
}

#[test]
fn pieces_of_a_body_stay_where_they_were() {
    let post = ">POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nab";
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let translated = to_http2(&[
        post,
        "HTTP/1.1 103 Early\r\nlink: x\r\n\r\n",
        ">cd",
        head,
        "2\r\nhi\r\n3\r\nyou\r\n",
        "0\r\nsum: 1\r\n\r\n",
    ]);
    assert_eq!(translated.chunks.len(), 6);
    let times = translated.chunks.iter().map(|chunk| chunk.at.as_nanos() / 1_000_000);
    assert_eq!(times.collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let view = View::of(&translated);
    let answer = view.final_response().expect("an answer");
    assert_eq!((&answer.body[..], &answer.trailers[..]), (&b"hiyou"[..], &b"sum: 1\r\n"[..]));
    assert!(view.complete());
    let expected = [
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nab",
        "HTTP/1.1 103 \r\nlink: x\r\n\r\n",
        "cd",
        "HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n",
        "2\r\nhi\r\n3\r\nyou\r\n",
        "0\r\nsum: 1\r\n\r\n",
    ];
    assert_eq!(back(&translated), expected.join("|"));
}

#[test]
fn a_body_that_ends_with_the_connection_ends_its_stream() {
    let translated = to_http2(&[GET, "HTTP/1.0 200 OK\r\n\r\nall", " of it"]);
    let view = View::of(&translated);
    assert_eq!(view.final_response().map(|answer| &answer.body[..]), Some(&b"all of it"[..]));
    assert!(view.complete());
}

#[test]
fn an_answer_to_head_has_no_body_either_way() {
    let head = ">HEAD / HTTP/1.1\r\nhost: a\r\n\r\n";
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n";
    let translated = to_http2(&[head, answer]);
    assert!(View::of(&translated).complete());
    assert_eq!(
        back(&translated),
        "HEAD / HTTP/1.1\r\nhost: a\r\n\r\n|HTTP/1.1 200 \r\ncontent-length: 9\r\n\r\n"
    );
}

#[test]
fn what_is_cut_short_stays_cut_short() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ] {
        let translated = to_http2(&[GET, answer]);
        assert!(!View::of(&translated).complete());
        assert!(back(&translated).ends_with(&answer[answer.len() - 5..]));
    }
}

#[test]
fn what_the_other_version_cannot_say_is_not_translated() {
    let switch = "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n";
    for chunks in [
        &[">CONNECT a:1 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"][..],
        &[">GET / HTTP/1.1\r\nupgrade: x\r\n\r\n", switch],
        &[">GET / HTTP/1.1\r\nhost: a\r\n\r\n", "no http"],
        &[">GET / HTT"],
    ] {
        assert_eq!(translate(&exchange(chunks), HttpVersion::Http2), None, "{chunks:?}");
    }
    let raw = Exchange { protocol: Protocol::Raw, ..exchange(&[GET]) };
    assert_eq!(translate(&raw, HttpVersion::Http2), None);
}
