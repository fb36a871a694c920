use super::fields::{answer_head, replace_origin};
use super::*;

const UPSTREAM: &str = "api.example:8080";
const OWN: &str = "127.0.0.1:4000";

/// What `pieces`, sent one after the other in one direction, become.
fn pass(rewriter: &mut Rewriter, direction: Direction, pieces: &[&[u8]]) -> Vec<u8> {
    let mut got = Vec::new();
    for piece in pieces {
        let mut out = |bytes: Bytes| got.extend_from_slice(&bytes);
        rewriter.advance(direction, &Bytes::copy_from_slice(piece), &mut out);
    }
    got
}

fn requests(pieces: &[&[u8]]) -> Vec<u8> {
    let mut rewriter = Rewriter::host(UPSTREAM);
    let mut got = pass(&mut rewriter, Direction::ToServer, pieces);
    rewriter.finish(Direction::ToServer, &mut |bytes| got.extend_from_slice(&bytes));
    got
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

const PIPELINED: &str = "GET /a HTTP/1.1\r\nhOsT:  own:1 \r\nX-Host: own:1\r\n\r\n\
    POST /b HTTP/1.1\r\nHost:own:1\r\nContent-Length: 14\r\n\r\nHost: a\r\nHost:\
    PUT /c HTTP/1.1\nHost: own:1\nTransfer-Encoding: chunked\n\n7\r\nHost: x\r\n0\r\nHost: own:1\r\n\r\n\
    GET /d HTTP/1.0\r\n\r\n";

const PIPELINED_UPSTREAM: &str = "GET /a HTTP/1.1\r\nhOsT:  api.example:8080 \r\nX-Host: own:1\r\n\r\n\
    POST /b HTTP/1.1\r\nHost:api.example:8080\r\nContent-Length: 14\r\n\r\nHost: a\r\nHost:\
    PUT /c HTTP/1.1\nHost: api.example:8080\nTransfer-Encoding: chunked\n\n7\r\nHost: x\r\n0\r\nHost: own:1\r\n\r\n\
    GET /d HTTP/1.0\r\n\r\n";

#[test]
fn only_the_value_of_host_changes_and_only_in_heads() {
    assert_eq!(text(requests(&[PIPELINED.as_bytes()])), PIPELINED_UPSTREAM);
}

#[test]
fn a_cut_at_any_byte_changes_nothing_in_the_result() {
    for cut in 0..=PIPELINED.len() {
        let (first, second) = PIPELINED.as_bytes().split_at(cut);
        assert_eq!(text(requests(&[first, second])), PIPELINED_UPSTREAM, "cut at {cut}");
    }
    let bytes: Vec<&[u8]> = PIPELINED.as_bytes().chunks(1).collect();
    assert_eq!(text(requests(&bytes)), PIPELINED_UPSTREAM);
}

#[test]
fn all_but_a_line_that_may_change_is_passed_on_at_once() {
    let mut rewriter = Rewriter::host(UPSTREAM);
    let mut pass =
        |piece: &str| text(pass(&mut rewriter, Direction::ToServer, &[piece.as_bytes()]));
    assert_eq!(pass("GET / HT"), "GET / HT");
    assert_eq!(pass("TP/1.1\r\nAcc"), "TP/1.1\r\nAcc");
    assert_eq!(pass("ept: */*\r\nHo"), "ept: */*\r\n");
    assert_eq!(pass("p: 1\r\nHost: ow"), "Hop: 1\r\n");
    assert_eq!(pass("n\r\n"), "Host: api.example:8080\r\n");
}

#[test]
fn what_is_no_request_passes_untouched_from_there_on() {
    let garbage =
        b"\x16\x03\x01\x02\x00\x01\r\nHost: own:1\r\n\r\nGET / HTTP/1.1\r\nHost: own:1\r\n\r\n";
    assert_eq!(requests(&[garbage]), garbage);
}

#[test]
fn a_connection_cut_in_the_host_line_gives_it_as_it_is() {
    assert_eq!(requests(&[b"GET / HTTP/1.1\r\nHost: ow"]), b"GET / HTTP/1.1\r\nHost: ow");
}

#[test]
fn an_endless_host_line_is_not_withheld_for_ever() {
    let mut rewriter = Rewriter::host(UPSTREAM);
    let start = pass(&mut rewriter, Direction::ToServer, &[b"GET / HTTP/1.1\r\nHost: "]);
    let rest = vec![b'x'; 70_000];
    assert_eq!(start, b"GET / HTTP/1.1\r\n");
    assert_eq!(pass(&mut rewriter, Direction::ToServer, &[&rest]).len(), 70_006);
}

#[test]
fn an_empty_host_stays_empty() {
    assert_eq!(requests(&[b"GET / HTTP/1.1\r\nHost:\r\n\r\n"]), b"GET / HTTP/1.1\r\nHost:\r\n\r\n");
}

#[test]
fn after_an_accepted_upgrade_requests_pass_untouched() {
    let ask = b"GET / HTTP/1.1\r\nHost: own:1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
    let then = b"GET / HTTP/1.1\r\nHost: own:1\r\n\r\n";
    for rewriter in [Rewriter::host, |upstream: &str| Rewriter::origin(upstream, OWN)] {
        for (answer, changed) in [("101 Yes", false), ("200 No\r\nContent-Length: 0", true)] {
            let mut rewriter = rewriter(UPSTREAM);
            pass(&mut rewriter, Direction::ToServer, &[ask]);
            let answer = format!("HTTP/1.1 {answer}\r\n\r\n");
            pass(&mut rewriter, Direction::ToClient, &[answer.as_bytes()]);
            let got = pass(&mut rewriter, Direction::ToServer, &[then]);
            assert_eq!(got != then, changed, "{answer}");
        }
    }
}

#[test]
fn urls_in_answers_lead_back_to_the_name_the_client_used() {
    let mut rewriter = Rewriter::origin(UPSTREAM, OWN);
    let ask = b"GET / HTTP/1.1\r\nHost: localhost:4000\r\nReferer: http://localhost:4000/x\r\nOrigin: http://localhost:4000\r\n\r\n";
    assert_eq!(
        text(pass(&mut rewriter, Direction::ToServer, &[ask])),
        "GET / HTTP/1.1\r\nHost: api.example:8080\r\nReferer: http://api.example:8080/x\r\nOrigin: http://api.example:8080\r\n\r\n"
    );
    let answer = "HTTP/1.1 302 Found\r\nLocation: http://API.example:8080/next?to=http://api.example:8080/\r\n\
        Link: <http://api.example:8080/a>; rel=next, <//api.example:8080/b>, <https://api.example:8080/c>\r\n\
        X-Location: http://api.example:8080/\r\nContent-Length: 32\r\n\r\nLocation: http://api.example:8080";
    assert_eq!(
        text(pass(&mut rewriter, Direction::ToClient, &[answer.as_bytes()])),
        "HTTP/1.1 302 Found\r\nLocation: http://localhost:4000/next?to=http://api.example:8080/\r\n\
        Link: <http://localhost:4000/a>; rel=next, <//localhost:4000/b>, <https://api.example:8080/c>\r\n\
        X-Location: http://api.example:8080/\r\nContent-Length: 32\r\n\r\nLocation: http://api.example:8080"
    );
}

#[test]
fn a_longer_host_or_another_port_is_another_origin() {
    let fields = Fields::origin("a.example", "own");
    let same = |value: &str| replace_origin(value.as_bytes(), fields.swap().unwrap());
    for other in [
        "http://a.example.org/",
        "http://a.example:81/",
        "http://xa.example/",
        "https://a.example/",
    ] {
        assert_eq!(same(other), None, "{other}");
    }
    for own in
        ["http://a.example", "http://a.example:80/x", "//A.EXAMPLE?q", "5; url='http://a.example'"]
    {
        assert!(same(own).is_some(), "{own}");
    }
    assert_eq!(same("http://a.example:80/x").as_deref(), Some(&b"http://own/x"[..]));
}

#[test]
fn an_origin_is_replaced_with_its_scheme() {
    let mut rewriter = Rewriter::origin("https://a.example", "http://own:1");
    let mut pass = |direction, said: &str| {
        let mut out = Vec::new();
        let input = Bytes::copy_from_slice(said.as_bytes());
        rewriter.advance(direction, &input, &mut |piece| out.extend_from_slice(&piece));
        String::from_utf8(out).unwrap()
    };
    let asked =
        pass(Direction::ToServer, "GET / HTTP/1.1\r\nHost: own:1\r\nOrigin: http://own:1\r\n\r\n");
    assert_eq!(asked, "GET / HTTP/1.1\r\nHost: a.example\r\nOrigin: https://a.example\r\n\r\n");
    let body = r#"["https://a.example/1","https:\/\/a.example:443\/2","http://a.example","https://a.example.org"]"#;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLocation: https://A.example:443/x\r\nConnection: close\r\n\r\n";
    let answered = pass(Direction::ToClient, &[head, body].concat());
    let expected =
        r#"["http://own:1/1","http:\/\/own:1\/2","http://a.example","https://a.example.org"]"#;
    assert!(answered.contains("Location: http://own:1/x\r\n"), "{answered}");
    assert!(answered.ends_with(expected), "{answered}");
}

#[test]
fn a_head_without_the_origin_is_not_copied() {
    let head = b"HTTP/1.1 201 Created\r\nLocation: http://api.example:8080/1\r\n\r\n";
    let fields = Fields::origin(UPSTREAM, OWN);
    let swap = fields.swap().unwrap();
    let changed = answer_head(head, swap);
    let expected = &b"HTTP/1.1 201 Created\r\nLocation: http://127.0.0.1:4000/1\r\n\r\n"[..];
    assert_eq!(changed.as_deref(), Some(expected));
    assert_eq!(answer_head(expected, swap), None);
}

#[test]
fn a_request_that_looks_plain_but_is_not_is_left_to_the_parser() {
    let start = "GET / HTTP/1.1\r\nHost: own:1\r\n";
    for more in ["Content-Length : 22", "content-length: 22", "Host: own:1\r\nContent-Length:22"] {
        let head = format!("{start}{more}\r\n\r\n");
        let got = text(requests(&[head.as_bytes(), b"\r\nA: b\r\nHost: own:1\r\n"]));
        assert!(got.ends_with("Host: own:1\r\n"), "{got}");
    }
}

#[test]
fn plain_requests_change_as_the_parser_would_change_them() {
    let plain = "GET / HTTP/1.1\r\nHost:  own:1 \r\nUser-Agent: x\r\n\r\n";
    let whole = requests(&[plain.as_bytes()]);
    let (first, second) = plain.as_bytes().split_at(7);
    assert_eq!(text(whole), text(requests(&[first, second])));
    for untouched in ["GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n"] {
        assert_eq!(text(requests(&[untouched.as_bytes()])), untouched);
    }
}

#[test]
fn most_bytes_are_passed_on_without_a_copy() {
    let input = Bytes::from_static(PIPELINED.as_bytes());
    let mut rewriter = Rewriter::host(UPSTREAM);
    let mut own = 0;
    rewriter.advance(Direction::ToServer, &input, &mut |piece| {
        own += usize::from(!input.as_ptr_range().contains(&piece.as_ptr()));
    });
    assert_eq!(own, 3, "one piece a changed line");
}
