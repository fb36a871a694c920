//! RFC 9112 §6.3, rule by rule.

use crate::wire::http1::framing::{of_request, of_response};
use crate::wire::http1::{
    Framing, FramingError, MethodKind, RequestContext, RequestHead, ResponseHead,
};

fn request(headers: &str) -> Result<Framing, FramingError> {
    let head = format!("POST / HTTP/1.1\r\n{headers}\r\n");
    of_request(&RequestHead::parse(head.as_bytes()).expect("a head")).0
}

fn response_to(method: MethodKind, status: u16, headers: &str) -> Result<Framing, FramingError> {
    let head = format!("HTTP/1.1 {status} x\r\n{headers}\r\n");
    let context = RequestContext { method, asks_switch: false };
    of_response(&ResponseHead::parse(head.as_bytes()).expect("a head"), context)
}

fn response(headers: &str) -> Result<Framing, FramingError> {
    response_to(MethodKind::Other, 200, headers)
}

const CHUNKED: &str = "transfer-encoding: chunked\r\n";
const LENGTH: &str = "content-length: 5\r\n";

#[test]
fn rule_1_no_body_after_head_and_bodiless_statuses() {
    for headers in ["", CHUNKED, LENGTH] {
        assert_eq!(response_to(MethodKind::Head, 200, headers), Ok(Framing::None));
        for status in [100, 101, 103, 199, 204, 304] {
            assert_eq!(response_to(MethodKind::Other, status, headers), Ok(Framing::None));
        }
    }
}

#[test]
fn rule_2_no_body_in_an_agreed_connect() {
    assert_eq!(response_to(MethodKind::Connect, 200, LENGTH), Ok(Framing::None));
    assert_eq!(response_to(MethodKind::Connect, 407, LENGTH), Ok(Framing::Length(5)));
}

#[test]
fn rule_3_transfer_encoding_overrides_content_length() {
    assert_eq!(request(&format!("{LENGTH}{CHUNKED}")), Ok(Framing::Chunked));
    assert_eq!(response(&format!("{CHUNKED}{LENGTH}")), Ok(Framing::Chunked));
}

#[test]
fn rule_4_the_final_coding_decides() {
    assert_eq!(request("transfer-encoding: gzip, CHUNKED\r\n"), Ok(Framing::Chunked));
    assert_eq!(
        request("transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n"),
        Ok(Framing::Chunked)
    );
    assert_eq!(
        request("transfer-encoding: chunked, gzip\r\n"),
        Err(FramingError::TransferEncoding)
    );
    assert_eq!(response("transfer-encoding: chunked, gzip\r\n"), Ok(Framing::UntilClose));
    assert_eq!(response(&format!("transfer-encoding: gzip\r\n{LENGTH}")), Ok(Framing::UntilClose));
}

#[test]
fn the_obsolete_identity_coding_is_none() {
    assert_eq!(
        request(&format!("transfer-encoding: identity\r\n{LENGTH}")),
        Ok(Framing::Length(5))
    );
    assert_eq!(response("transfer-encoding: identity\r\n"), Ok(Framing::UntilClose));
}

#[test]
fn rule_5_a_length_that_contradicts_itself_is_an_error() {
    for value in ["", "x", "-1", "+1", "1 2", "5, 6", "5,", "0x5", "18446744073709551616"] {
        let header = format!("content-length: {value}\r\n");
        assert_eq!(request(&header), Err(FramingError::ContentLength), "{value:?}");
        assert_eq!(response(&header), Err(FramingError::ContentLength), "{value:?}");
    }
    assert_eq!(
        response(&format!("{LENGTH}content-length: 6\r\n")),
        Err(FramingError::ContentLength)
    );
    assert_eq!(
        response(&format!("{LENGTH}{LENGTH}content-length: 5 , 05\r\n")),
        Ok(Framing::Length(5))
    );
}

#[test]
fn rules_6_to_8_length_nothing_or_close() {
    assert_eq!(request(LENGTH), Ok(Framing::Length(5)));
    assert_eq!(request(""), Ok(Framing::None));
    assert_eq!(response("content-length: 18446744073709551615\r\n"), Ok(Framing::Length(u64::MAX)));
    assert_eq!(response(""), Ok(Framing::UntilClose));
}

#[test]
fn only_http_1_1_may_ask_for_another_protocol() {
    let asks = |head: &str| {
        RequestContext::of(&RequestHead::parse(head.as_bytes()).expect(head)).asks_switch
    };
    assert!(asks("GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"));
    assert!(!asks("GET / HTTP/1.0\r\nUpgrade: h2c\r\n\r\n"));
    assert!(asks("CONNECT a:1 HTTP/1.0\r\n\r\n"));
    assert!(!asks("GET / HTTP/1.1\r\n\r\n"));
}
