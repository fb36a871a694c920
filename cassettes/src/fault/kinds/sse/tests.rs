//! Faults of event streams, as plays.

use crate::fault::kinds::testing::{data, head, http1, http2, played};
use crate::model::Exchange;

const GET: &str = "GET /feed HTTP/1.1\r\nHost: a\r\n\r\n";
const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const SHOWN: &str = "HTTP/1.1 200 OK~Content-Type: text/event-stream~Transfer-Encoding: chunked~~";

fn feed() -> Exchange {
    let one = b"d\r\ndata: {\"a\":1}\r\n";
    let two = b"\n\ndata: \xc3\xa9x\n\n";
    let two = [format!("{:x}\r\n", two.len()).as_bytes(), two, b"\r\n"].concat();
    http1(GET, &[CHUNKED, one, &two, b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"])
}

/// The body of what is played, chunks joined.
fn body(fault: &str) -> String {
    let told = played(fault, &feed());
    let body = told.strip_prefix(SHOWN).unwrap_or(&told);
    let parts: Vec<_> = body.split('~').collect();
    let is_size = |text: &str| !text.is_empty() && u64::from_str_radix(text, 16).is_ok();
    parts.into_iter().filter(|part| !is_size(part)).collect::<Vec<_>>().concat()
}

const ONE: &str = r#"data: {\"a\":1}\n\n"#;
const TWO: &str = r"data: \xc3\xa9x\n\n";
const DONE: &str = r"data: [DONE]\n\n";

#[test]
fn an_answer_is_closed_or_silent_after_an_event() {
    let told = played("close at event 1", &feed());
    assert_eq!(told, format!("{SHOWN}d~data: {{\\\"a\\\":1}}~d~\\n\\n<Close>"));
    let told = played("stall at event 2", &feed());
    assert!(told.ends_with("\\xc3\\xa9x\\n\\n<Stall(None)><Close>"), "{told}");
}

#[test]
fn an_event_is_cut_in_its_middle_with_and_without_the_framing_s_end() {
    let told = played("cut-event at event 1", &feed());
    assert_eq!(told, format!("{SHOWN}d~data: {{<Close>"));
    let told = played("cut-event clean at event 1", &feed());
    assert_eq!(told, format!("{SHOWN}7~data: {{~0~~"));
    assert_eq!(played("cut-event at chunk 2", &feed()), "no: it takes the place `at event K`");
    assert!(played("cut-event at event 9", &feed()).starts_with("no: the answer has 3 events"));
}

#[test]
fn an_event_is_left_out_doubled_or_swapped_whole() {
    assert_eq!(body("error-event at event 1"), {
        let error = r#"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"#;
        [ONE, error, TWO, DONE].concat()
    });
    assert_eq!(body("error-event ends data x at event 2"), {
        [ONE, TWO, r"event: error\ndata: x\n\n"].concat()
    });
    assert_eq!(played("error-event at body 3", &feed()), "no: it takes a place between two events");
    assert!(
        body("error-event data x at after-headers")
            .starts_with(r"event: error\ndata: x\n\ndata: {")
    );
}

#[test]
fn what_a_stream_says_of_itself_is_changed() {
    assert_eq!(body("no-done"), [ONE, TWO].concat());
    assert_eq!(body("event-retry 0"), [r"retry: 0\n\n", ONE, TWO, DONE].concat());
    assert_eq!(body("comments-only"), r": keep-alive\n\n".repeat(3));
    assert_eq!(body("no-final-blank-line"), [ONE, TWO, r"data: [DONE]\n"].concat());
    assert_eq!(body("bad-event-json"), [r#"data: {\"a\n\n"#, TWO, DONE].concat());
    assert_eq!(
        played("bad-event-json at event 2", &feed()),
        "no: it needs an event whose data is JSON"
    );
}

#[test]
fn lines_end_otherwise_from_event_to_event() {
    let told = body("event-line-ends mixed");
    assert_eq!(told, format!("{ONE}data: \\xc3\\xa9xdata: [DONE]\\r\\r"));
    assert_eq!(body("event-line-ends cr"), [ONE, TWO, DONE].concat().replace("\\n", "\\r"));
}

#[test]
fn a_burst_is_one_write_and_a_character_is_two() {
    let told = played("burst", &feed());
    assert_eq!(told, played("latency 0s", &feed()).replace("<Delay(0ns)>", ""));
    let script = crate::fault::kinds::testing::script("burst", &feed()).unwrap();
    assert_eq!(script.sends().count(), 1);
    let told = played("split-utf-8", &feed());
    assert!(told.contains("data: \\xc3<Flush><Delay(20ms)>\\xa9x"), "{told}");
}

#[test]
fn over_http2_the_stream_ends_amid_the_event() {
    let fields = [(":status", "200"), ("content-type", "text/event-stream")];
    let answer = [head(&fields, false), data(b"data: 1\n\n", false), data(b"data: 2\n\n", true)];
    let request = [(":method", "GET"), (":path", "/"), (":scheme", "http"), (":authority", "a")];
    let exchange = http2(&request, &answer);
    let shown = "[:status=200 content-type=text/event-stream]";
    let told = played("cut-event at event 2", &exchange);
    assert_eq!(told, format!("{shown}[data: 1\\n\\n][data][ END]"));
    let told = played("close at event 1", &exchange);
    assert_eq!(told, format!("{shown}[data: 1\\n\\n][ END]"));
    // What replaces an event comes when the event came.
    let told = played("bad-event-json at event 2", &exchange);
    assert_eq!(told, format!("{shown}[data: 1\\n\\n][data: \\n\\n END]"));
}

#[test]
fn what_is_no_event_stream_does_not_fit() {
    let plain = http1(GET, &[b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"]);
    let needs = "no: it needs an answer of server-sent events (`text/event-stream`)";
    for fault in ["cut-event at event 1", "burst", "no-done", "comments-only"] {
        assert_eq!(played(fault, &plain), needs);
    }
    assert!(played("split-utf-8", &plain).starts_with("no: it needs text"));
}
