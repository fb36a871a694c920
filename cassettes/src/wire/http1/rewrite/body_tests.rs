use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::wire::http1::{Event, ResponseParser};

const UPSTREAM: &str = "api.example:8080";
const OWN: &str = "localhost:4000";

/// What one answer to `method`, cut so, becomes; and how many bodies were left alone.
fn answer(method: &str, pieces: &[&[u8]], upstream: &str, own: &str) -> (Vec<u8>, u64) {
    let mut rewriter = Rewriter::origin(upstream, own);
    let ask = Bytes::from(format!("{method} / HTTP/1.1\r\nHost: {own}\r\n\r\n"));
    rewriter.advance(Direction::ToServer, &ask, &mut |_| {});
    let mut got = Vec::new();
    let mut out = |bytes: Bytes| got.extend_from_slice(&bytes);
    for piece in pieces {
        rewriter.advance(Direction::ToClient, &Bytes::copy_from_slice(piece), &mut out);
    }
    rewriter.finish(Direction::ToClient, &mut out);
    (got, rewriter.left())
}

fn get(pieces: &[&[u8]]) -> String {
    String::from_utf8(answer("GET", pieces, UPSTREAM, OWN).0).unwrap()
}

/// The first answer's body, without its transfer framing; `None`: it does not end properly.
fn body(answer: &[u8]) -> Option<Vec<u8>> {
    let mut parser = ResponseParser::new();
    let (mut rest, mut body) = (Bytes::copy_from_slice(answer), Vec::new());
    loop {
        let advance = parser.advance(&rest).unwrap();
        rest = rest.split_off(advance.taken);
        match advance.event {
            Some(Event::End) => return Some(body),
            Some(Event::Body(data)) => body.extend_from_slice(&data),
            Some(_) => {}
            None => return parser.finish().is_ok().then_some(body),
        }
    }
}

fn with_length(kind: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}")
}

fn chunked(chunks: &[&str]) -> String {
    let mut answer =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_owned();
    for chunk in chunks {
        write!(answer, "{:x};a=b\r\n{chunk}\r\n", chunk.len()).unwrap();
    }
    answer + "0\r\nX-Sum: http://api.example:8080/\r\n\r\n"
}

const TEXT: &str = r#"{"next":"http://api.example:8080/b","esc":"http:\/\/api.example:8080\/c","other":"http://api.example:80801/","h":"http://API.example:8080"}"#;
const TEXT_OWN: &str = r#"{"next":"http://localhost:4000/b","esc":"http:\/\/localhost:4000\/c","other":"http://api.example:80801/","h":"http://localhost:4000"}"#;

#[test]
fn a_body_of_known_length_changes_and_its_length_with_it() {
    assert_eq!(
        get(&[with_length("application/json", TEXT).as_bytes()]),
        with_length("application/json", TEXT_OWN)
    );
}

#[test]
fn answers_cut_at_any_byte_become_the_same() {
    let whole = with_length("application/hal+json; charset=utf-8", TEXT);
    let two = format!("HTTP/1.1 100 Continue\r\n\r\n{whole}{whole}");
    let until_close = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{TEXT}");
    for answer in [two, until_close] {
        let expected = get(&[answer.as_bytes()]);
        assert!(expected.contains(TEXT_OWN), "{expected}");
        for cut in 0..=answer.len() {
            let (first, second) = answer.as_bytes().split_at(cut);
            assert_eq!(get(&[first, second]), expected, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = answer.as_bytes().chunks(1).collect();
        assert_eq!(get(&bytes), expected);
    }
}

#[test]
fn a_chunked_body_changes_across_its_chunks_however_it_is_cut() {
    for at in 0..TEXT.len() {
        let (start, end) = TEXT.split_at(at);
        let chunks: Vec<&str> =
            [start, end].into_iter().filter(|chunk| !chunk.is_empty()).collect();
        let answer = chunked(&chunks);
        let trailer = "0\r\nX-Sum: http://api.example:8080/\r\n\r\n";
        for cut in [0, at, at + 80, at + 90, answer.len() - 3] {
            let (first, second) = answer.as_bytes().split_at(cut);
            let got = get(&[first, second]);
            assert_eq!(body(got.as_bytes()).unwrap(), TEXT_OWN.as_bytes(), "cut at {cut}: {got}");
            assert!(got.ends_with(trailer), "{got}");
        }
    }
    let answer = chunked(&[TEXT]);
    for cut in 0..=answer.len() {
        let (first, second) = answer.as_bytes().split_at(cut);
        let got = get(&[first, second]);
        assert_eq!(body(got.as_bytes()).unwrap(), TEXT_OWN.as_bytes(), "cut at {cut}: {got}");
    }
    let bytes: Vec<&[u8]> = answer.as_bytes().chunks(1).collect();
    assert_eq!(body(get(&bytes).as_bytes()).unwrap(), TEXT_OWN.as_bytes());
}

#[test]
fn text_that_flows_is_passed_on_at_once() {
    let mut rewriter = Rewriter::origin(UPSTREAM, OWN);
    let mut pass = |text: &'static str| {
        let mut got = String::new();
        let input = Bytes::from_static(text.as_bytes());
        let mut out = |bytes: Bytes| got.push_str(std::str::from_utf8(&bytes).unwrap());
        rewriter.advance(Direction::ToClient, &input, &mut out);
        got
    };
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    assert_eq!(pass(head), head);
    assert_eq!(pass("data: 1\n\ndata: ht"), "data: 1\n\ndata: ");
    assert_eq!(pass("tp://api.example"), "");
    assert_eq!(pass(":8080"), "");
    assert_eq!(pass("/x\n\n"), "http://localhost:4000/x\n\n");
    assert_eq!(pass("http://other"), "http://other");
}

#[test]
fn only_a_whole_authority_is_replaced() {
    let swap = |text: &str| get(&[with_length("text/plain", text).as_bytes()]);
    for other in [
        "http://api.example:8081/",
        "http://api.example:80800",
        "https://api.example:8080/",
        "api.example:8080",
        "http:/",
    ] {
        assert_eq!(swap(other), with_length("text/plain", other), "{other}");
    }
    let own = "<a href='http://localhost:4000'>, (http://localhost:4000) http://localhost:4000";
    assert_eq!(swap(&own.replace(OWN, UPSTREAM)), with_length("text/plain", own));
    let port_80 = |text: &str| {
        let answer = with_length("text/plain", text);
        body(&answer_of(&answer, "api.example"))
            .map(|body| String::from_utf8(body).unwrap())
            .unwrap()
    };
    assert_eq!(port_80("http://api.example:80/"), "http://localhost:4000/");
    assert_eq!(port_80("http://api.example"), "http://localhost:4000");
    for other in ["http://api.example:8080/", "http://api.example.org", "http://api.example:8"] {
        assert_eq!(port_80(other), other);
    }
}

fn answer_of(text: &str, upstream: &str) -> Vec<u8> {
    answer("GET", &[text.as_bytes()], upstream, OWN).0
}

#[test]
fn what_cannot_be_changed_safely_passes_and_is_counted() {
    let url = "http://api.example:8080/";
    let long = url.repeat(50_000);
    let sealed = |field: &str| with_length(&format!("text/html\r\n{field}"), url);
    let left = [
        with_length("text/html", &long),
        sealed("Content-Encoding: gzip"),
        sealed("Content-Range: bytes 0-23/100"),
        sealed("Content-Digest: sha-256=:AAAA:"),
    ];
    for text in left {
        let (got, left) = answer("GET", &[text.as_bytes()], UPSTREAM, OWN);
        assert!(got == text.as_bytes() && left == 1, "{}", text.get(..80).unwrap());
    }
    let passed = [with_length("image/png", url), with_length("application/octet-stream", url)];
    for text in passed {
        assert_eq!(answer("GET", &[text.as_bytes()], UPSTREAM, OWN), (text.into_bytes(), 0));
    }
    let identity = sealed("Content-Encoding: identity");
    assert!(get(&[identity.as_bytes()]).ends_with("http://localhost:4000/"));
}

#[test]
fn an_answer_to_head_keeps_its_length() {
    let answered = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 24\r\n\r\n";
    let got = answer("HEAD", &[answered.as_bytes()], UPSTREAM, OWN);
    assert_eq!(got, (answered.as_bytes().to_vec(), 0));
}

#[test]
fn a_body_that_is_cut_short_stays_as_many_bytes_short() {
    let whole = with_length("text/html", "http://api.example:8080/ and more");
    let cut = whole.as_bytes().split_at(whole.len() - 3).0;
    let expected = with_length("text/html", "http://localhost:4000/ and more");
    assert_eq!(get(&[cut]), expected.split_at(expected.len() - 3).0);
    let chunks = chunked(&["http://api.example:8080/", "more"]);
    let cut = chunks.split_at(chunks.find("re\r\n0").unwrap()).0;
    let got = get(&[cut.as_bytes()]);
    assert!(
        body(got.as_bytes()).is_none() && got.contains(OWN) && got.ends_with("2\r\nmo\r\n"),
        "{got}"
    );
}

#[test]
fn a_chunked_body_that_breaks_passes_from_there_on() {
    let answer = chunked(&["http://api.example:8080/"]).replace("\r\n0\r\n", "\r\nzz\r\n");
    let got = get(&[answer.as_bytes()]);
    assert!(got.contains("16\r\nhttp://localhost:4000/\r\n"), "{got}");
    assert!(got.ends_with("zz\r\nX-Sum: http://api.example:8080/\r\n\r\n"), "{got}");
}

/// Text in which parts of origins are frequent.
fn text() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "http:",
        "//",
        r"\/\/",
        "api.example",
        ":80",
        ":8080",
        "80",
        "/",
        "h",
        "ht",
        "x",
        "\"",
        ".",
        "http://api.example:8080",
    ]);
    prop::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

fn framed() -> impl Strategy<Value = (String, Vec<u8>)> {
    (text(), text(), 0..3).prop_map(|(first, second, framing)| {
        let body = format!("{first}{second}").into_bytes();
        let answer = match framing {
            0 => with_length("text/html", &format!("{first}{second}")),
            1 => {
                let chunks = [&*first, &*second];
                chunked(&chunks.into_iter().filter(|chunk| !chunk.is_empty()).collect::<Vec<_>>())
            }
            _ => format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{first}{second}"),
        };
        (answer, body)
    })
}

proptest! {
    #[test]
    fn replacing_an_origin_by_itself_changes_no_body((answer_text, expected) in framed(), step in 1_usize..40) {
        let pieces: Vec<&[u8]> = answer_text.as_bytes().chunks(step).collect();
        let (got, _) = answer("GET", &pieces, UPSTREAM, UPSTREAM);
        prop_assert_eq!(body(&got), Some(expected));
    }

    #[test]
    fn a_body_becomes_the_same_whatever_frames_and_cuts_it((answer_text, expected) in framed(), step in 1_usize..40) {
        let pieces: Vec<&[u8]> = answer_text.as_bytes().chunks(step).collect();
        let (got, _) = answer("GET", &pieces, UPSTREAM, OWN);
        let whole = with_length("text/html", std::str::from_utf8(&expected).unwrap());
        let (whole, _) = answer("GET", &[whole.as_bytes()], UPSTREAM, OWN);
        prop_assert_eq!(body(&got).unwrap(), body(&whole).unwrap());
    }
}
