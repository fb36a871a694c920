//! Faults of gRPC, as plays.

use crate::fault::kinds::testing::{data, head, http1, http2, played};
use crate::model::Exchange;

const REQUEST: [(&str, &str); 5] = [
    (":method", "POST"),
    (":path", "/a.B/C"),
    (":scheme", "http"),
    (":authority", "a"),
    ("content-type", "application/grpc"),
];
const HEAD: [(&str, &str); 2] = [(":status", "200"), ("content-type", "application/grpc")];
const SHOWN: &str = "[:status=200 content-type=application/grpc]";

fn call() -> Exchange {
    let answer = [
        head(&HEAD, false),
        data(b"\0\0\0\0\x03abc", false),
        data(b"\0\0\0\0\x02de", false),
        head(&[("grpc-status", "0"), ("x", "y")], true),
    ];
    http2(&REQUEST, &answer)
}

fn web() -> Exchange {
    let request =
        "POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc-web\r\nContent-Length: 0\r\n\r\n";
    let head =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/grpc-web\r\nContent-Length: 30\r\n\r\n";
    let body = b"\0\0\0\0\x03abc\x80\0\0\0\x10grpc-status:0\r\n\r\n";
    http1(request, &[&[&head[..], &body[..29], b"!"].concat()])
}

const ONE: &str = r"[\x00\x00\x00\x00\x03abc]";
const TWO: &str = r"[\x00\x00\x00\x00\x02de]";
const UNAVAILABLE: &str = "[grpc-status=14 grpc-message=broken on purpose END]";

#[test]
fn a_call_ends_with_another_status_after_all_or_some_messages() {
    let told = played("grpc-status UNAVAILABLE", &call());
    assert_eq!(told, [SHOWN, ONE, TWO, UNAVAILABLE].concat());
    let told = played("grpc-status INTERNAL message \"50% é\" pushback 10ms", &call());
    let trailers = "[grpc-status=13 grpc-message=50%25 %C3%A9 grpc-retry-pushback-ms=10 END]";
    assert_eq!(told, [SHOWN, ONE, TWO, trailers].concat());
    let told = played("grpc-abort UNAVAILABLE at message 1", &call());
    assert_eq!(told.replace("[]", ""), [SHOWN, ONE, UNAVAILABLE].concat());
    let told = played("grpc-abort UNAVAILABLE at after-headers", &call());
    assert_eq!(told.replace("[]", ""), [SHOWN, UNAVAILABLE].concat());
}

#[test]
fn a_call_has_nothing_but_trailers_or_none() {
    let told = played("trailers-only UNAVAILABLE message \"\"", &call());
    assert_eq!(
        told.replace("[]", ""),
        "[:status=200 content-type=application/grpc grpc-status=14 END]"
    );
    let told = played("no-trailers", &call());
    assert_eq!(told, [SHOWN, ONE, r"[\x00\x00\x00\x00\x02de END]"].concat());
}

#[test]
fn a_message_lies_about_itself() {
    let told = |fault: &str| played(fault, &call());
    let rest = format!("{TWO}[grpc-status=0 x=y END]");
    assert_eq!(told("length-prefix 5"), format!(r"{SHOWN}[\x00\x00\x00\x00\x08abc]{rest}"));
    assert_eq!(told("length-prefix -1"), format!(r"{SHOWN}[\x00\x00\x00\x00\x02abc]{rest}"));
    assert_eq!(told("length-prefix -4"), "no: the message has 3 bytes");
    assert_eq!(told("compressed-flag"), format!(r"{SHOWN}[\x01\x00\x00\x00\x03abc]{rest}"));
    assert_eq!(told("bad-protobuf"), format!(r"{SHOWN}[\x00\x00\x00\x00\x03\xff\xff\xff]{rest}"));
    assert!(told("extra-message at message 2").contains("\\x02de\\x00\\x00\\x00\\x00\\x02de]"));
    let huge = told("oversized-message 10");
    assert!(huge.contains(r"\x00\x00\x00\x00\nz\x84\x80\x80\x80\x00\x00\x00\x00\x00]"), "{huge}");
}

#[test]
fn the_sign_of_a_length_may_be_written() {
    let fault: crate::fault::Fault = "length-prefix +5".parse().unwrap();
    assert_eq!(fault.to_string(), "length-prefix 5");
}

#[test]
fn a_part_of_a_message_comes_then_the_stream_is_reset() {
    let told = played("part-then-rst CANCEL at message 2", &call());
    assert_eq!(told, format!(r"{SHOWN}{ONE}[\x00\x00\x00][RST CANCEL]"));
}

#[test]
fn another_server_answers() {
    let told = played("grpc-http-status 503", &call());
    let page = "<html><body><h1>503 Service Unavailable</h1></body></html>";
    assert_eq!(told, format!("[:status=503 content-type=text/html][{page}\\n END]"));
    assert!(
        played("grpc-content-type", &call()).starts_with("[:status=200 content-type=text/html]")
    );
}

#[test]
fn in_grpc_web_the_status_is_in_the_last_message() {
    let told = played("grpc-status UNAVAILABLE message \"\"", &web());
    let message = r"\x80\x00\x00\x00\x11grpc-status: 14~";
    assert!(
        told.ends_with(&format!(r"Content-Length: 30~~\x00\x00\x00\x00\x03abc{message}")),
        "{told}"
    );
    let told = played("no-trailers", &web());
    assert!(told.ends_with("Content-Length: 8~~\\x00\\x00\\x00\\x00\\x03abc"), "{told}");
}

#[test]
fn a_message_is_left_out_doubled_or_comes_late() {
    let end = "[grpc-status=0 x=y END]";
    assert_eq!(played("delete at message 1", &call()), [SHOWN, TWO, end].concat());
    assert_eq!(played("swap at message 1", &call()), [SHOWN, TWO, ONE, end].concat());
    let told = played("duplicate at message 2", &call());
    assert_eq!(told.matches(r"\x02de").count(), 2, "{told}");
}

#[test]
fn what_is_no_call_does_not_fit() {
    let plain = http1("GET / HTTP/1.1\r\n\r\n", &[b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]);
    for fault in ["no-trailers", "grpc-status INTERNAL", "bad-protobuf", "part-then-rst"] {
        assert!(played(fault, &plain).starts_with("no: it needs a call of gRPC"));
    }
}
