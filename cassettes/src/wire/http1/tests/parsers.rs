//! The parsers, event by event.

use bytes::Bytes;

use crate::wire::http1::{
    ChunkError, CutShort, Event, FramingError, HeadError, MAX_CHUNK_LINE_BYTES, MAX_HEAD_BYTES,
    MAX_HEADERS, MethodKind, ParseError, Problem, RequestContext, RequestParser, ResponseKind,
    ResponseParser,
};

/// What a parser said, with pieces of bodies joined.
#[derive(Debug, PartialEq, Eq, Clone)]
enum Said {
    Head(String),
    Body(String),
    Trailers(String),
    End,
    Switched,
    Failed(u64, Problem),
}

fn head(text: &str) -> Said {
    Said::Head(text.into())
}

fn body(text: &str) -> Said {
    Said::Body(text.into())
}

/// Feeds reads to whichever parser; gives what it said.
fn listen(
    reads: &[&[u8]],
    mut advance: impl FnMut(&Bytes) -> Result<crate::wire::http1::Advance, ParseError>,
) -> Vec<Said> {
    let mut said = Vec::new();
    for read in reads {
        let mut input = Bytes::copy_from_slice(read);
        loop {
            match advance(&input) {
                Ok(step) => {
                    let _ = input.split_to(step.taken);
                    let Some(event) = step.event else { break };
                    note(&mut said, event);
                }
                Err(ParseError { offset, problem }) => {
                    said.push(Said::Failed(offset, problem));
                    return said;
                }
            }
        }
        assert!(input.is_empty(), "a parser that needs more took all");
    }
    said
}

fn note(said: &mut Vec<Said>, event: Event) {
    let text = |bytes: Bytes| String::from_utf8_lossy(&bytes).into_owned();
    match (event, said.last_mut()) {
        (Event::Body(piece), Some(Said::Body(before))) => before.push_str(&text(piece)),
        (Event::Body(piece), _) => said.push(Said::Body(text(piece))),
        (Event::Head(head), _) => said.push(Said::Head(text(head))),
        (Event::Trailers(lines), _) => said.push(Said::Trailers(text(lines))),
        (Event::End, _) => said.push(Said::End),
        (Event::Switched, _) => said.push(Said::Switched),
    }
}

fn requests(reads: &[&[u8]]) -> Vec<Said> {
    let mut parser = RequestParser::new();
    listen(reads, |input| parser.advance(input))
}

fn responses_to(methods: &[MethodKind], reads: &[&[u8]]) -> Vec<Said> {
    let mut parser = ResponseParser::new();
    for method in methods {
        parser.expect(RequestContext { method: *method, asks_switch: false });
    }
    listen(reads, |input| parser.advance(input))
}

/// The same, whole and however it is cut.
#[track_caller]
fn hears(input: &str, listen: impl Fn(&[&[u8]]) -> Vec<Said>, expected: &[Said]) {
    let input = input.as_bytes();
    assert_eq!(listen(&[input]), expected);
    for place in 0..=input.len() {
        let (first, second) = input.split_at(place);
        assert_eq!(listen(&[first, second]), expected, "cut at byte {place}");
    }
    let bytes: Vec<&[u8]> = input.chunks(1).collect();
    assert_eq!(listen(&bytes), expected, "cut at every byte");
}

#[test]
fn requests_follow_each_other() {
    hears(
        "\r\nGET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\ncontent-length: 5\n\nhelloGET",
        requests,
        &[
            head("\r\nGET / HTTP/1.1\r\n\r\n"),
            Said::End,
            head("POST / HTTP/1.1\ncontent-length: 5\n\n"),
            body("hello"),
            Said::End,
        ],
    );
}

#[test]
fn a_chunked_body_is_its_data() {
    hears(
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n\
         5;a=b\r\nhello\r\n01  \n!\n000;x\r\nsum: 1\r\n more\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        requests,
        &[
            head("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"),
            body("hello!"),
            Said::Trailers("sum: 1\r\n more\r\n".into()),
            Said::End,
            head("GET / HTTP/1.1\r\n\r\n"),
            Said::End,
        ],
    );
}

#[test]
fn responses_end_as_their_requests_say() {
    let bare = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n";
    hears(
        &format!("HTTP/1.1 103 Hints\r\n\r\n{bare}{bare}abc{bare}GET"),
        |reads| responses_to(&[MethodKind::Head, MethodKind::Other, MethodKind::Connect], reads),
        &[
            head("HTTP/1.1 103 Hints\r\n\r\n"),
            Said::End,
            head(bare),
            Said::End,
            head(bare),
            body("abc"),
            Said::End,
            head(bare),
            Said::Switched,
        ],
    );
}

#[test]
fn a_parser_says_what_it_cannot_read_and_where() {
    let chunked = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
    let post = head(chunked);
    let at = |place: usize, problem: Problem| Said::Failed((chunked.len() + place) as u64, problem);
    let size = Problem::Chunk(ChunkError::Size);
    for line in ["x\r\n", "\r\n", "-1\r\n", ";x\r\n", "5:\r\n", "10000000000000000\r\n", "0x5\r\n"]
    {
        hears(&format!("{chunked}{line}"), requests, &[post.clone(), at(0, size)]);
    }
    let end = Problem::Chunk(ChunkError::DataEnd);
    hears(&format!("{chunked}1\r\nab"), requests, &[post.clone(), body("a"), at(4, end)]);
    hears(&format!("{chunked}1\r\na\rb"), requests, &[post, body("a"), at(4, end)]);

    let get = "GET / HTTP/1.1\r\n\r\n";
    let place = get.len() as u64;
    let then = |failure: Said| [head(get), Said::End, failure];
    hears(&format!("{get}\u{1}"), requests, &then(Said::Failed(place, HeadError::Method.into())));
    hears(
        &format!("{get}hello\n"),
        requests,
        &then(Said::Failed(place, HeadError::Version.into())),
    );

    let framing = Problem::Framing(FramingError::ContentLength);
    let lied = "HTTP/1.1 200 OK\r\ncontent-length: 1, 2\r\n\r\n";
    let expected = [head(lied), Said::Failed(lied.len() as u64, framing)];
    hears(&format!("{lied}x"), |reads| responses_to(&[], reads), &expected);
}

#[test]
fn what_never_becomes_a_response_is_refused_at_once() {
    for start in ["h", "HTTP/2", "ICY 200 OK", "\r\n<html>"] {
        let said = responses_to(&[], &[start.as_bytes()]);
        assert_eq!(said, [Said::Failed(0, HeadError::Version.into())], "{start}");
    }
    assert_eq!(responses_to(&[], &[b"\r\nHTTP/1."]), []);
}

#[test]
fn limits_hold_however_the_input_is_cut() {
    let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(MAX_HEAD_BYTES));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a:\n".repeat(MAX_HEADERS));
    let line = format!(
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5;{}",
        "x".repeat(MAX_CHUNK_LINE_BYTES)
    );
    let cases = [
        (long, Problem::Head(HeadError::TooLong)),
        (many, Problem::Head(HeadError::TooManyLines)),
        (line, Problem::Chunk(ChunkError::LineTooLong)),
    ];
    for (input, problem) in cases {
        for size in [usize::MAX, 65_536, 1_000] {
            let reads: Vec<&[u8]> = input.as_bytes().chunks(size.min(input.len())).collect();
            let last = requests(&reads).pop();
            assert!(matches!(last, Some(Said::Failed(_, found)) if found == problem), "{problem}");
        }
    }
}

#[test]
fn the_largest_head_and_a_line_at_its_limit_are_read() {
    let frame = "GET / HTTP/1.1\r\nx: \r\n\r\n".len();
    let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(MAX_HEAD_BYTES - frame));
    assert_eq!(requests(&[long.as_bytes()]), [head(&long), Said::End]);
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a:\n".repeat(MAX_HEADERS - 1));
    assert_eq!(requests(&[many.as_bytes()]), [head(&many), Said::End]);
}

#[test]
fn the_end_of_input_is_told_apart() {
    let ends = |input: &'static str| {
        let mut parser = ResponseParser::new();
        let mut input = Bytes::from_static(input.as_bytes());
        while let Ok(step) = parser.advance(&input) {
            let _ = input.split_to(step.taken);
            if step.event.is_none() {
                break;
            }
        }
        parser.finish()
    };
    assert_eq!(ends(""), Ok(()));
    assert_eq!(ends("HTTP/1.1 200 OK\r\n"), Err(CutShort::Head { offset: 17 }));
    assert_eq!(ends("HTTP/1.1 204 OK\r\n\r\n"), Ok(()));
    assert_eq!(ends("HTTP/1.0 200 OK\r\n\r\nall"), Ok(()));
    assert_eq!(
        ends("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nall"),
        Err(CutShort::Body { offset: 41 })
    );
    assert_eq!(
        ends("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n"),
        Err(CutShort::Body { offset: 50 })
    );
}

#[test]
fn a_head_that_comes_whole_is_not_copied() {
    let input = Bytes::from_static(b"GET / HTTP/1.1\r\n\r\nGET");
    let step = RequestParser::new().advance(&input).expect("a head");
    let Some(Event::Head(head)) = step.event else { panic!("a head, not {step:?}") };
    assert_eq!(head.as_ptr(), input.as_ptr());
}

#[test]
fn a_response_parser_tells_what_follows() {
    let mut parser = ResponseParser::new();
    let mut kind = |input: &'static [u8]| {
        let mut input = Bytes::from_static(input);
        while let Some(_event) = parser
            .advance(&input)
            .map(|step| (input.split_to(step.taken), step.event))
            .expect("http")
            .1
        {}
        parser.kind()
    };
    assert_eq!(kind(b"HTTP/1.1 100 Continue\r\n\r\n"), ResponseKind::Interim);
    assert_eq!(kind(b"HTTP/1.1 204 None\r\n\r\n"), ResponseKind::Final);
    assert_eq!(kind(b"HTTP/1.1 101 Switching\r\n\r\nwhatever"), ResponseKind::Switch);
}
