//! HTTP/2: one request is cut at a point, and its siblings are not.

use std::time::Duration;

use bytes::Bytes;
use cassettes::fault::{Asking, Fault};
use cassettes::model::{Chunk, ConnectionId, Direction, Exchange, Protocol, Timestamp, Until};
use cassettes::wire::http2::hpack::{self, Field};
use cassettes::wire::http2::{ErrorCode, Frame, Kind, compose, frames};

use super::http2::{FEED, Talk, data, fields, head, wire};
use crate::faults::{Act, Ending};

fn upload_fields(more: &[(&'static str, &'static str)]) -> Vec<Field> {
    let first =
        [(":method", "PUT"), (":scheme", "http"), (":authority", "a"), (":path", "/files/1")];
    fields(&[&first, more].concat())
}

impl Talk {
    /// The client begins an upload. What passes.
    fn begins(&mut self, stream: u32, more: &[(&'static str, &'static str)]) -> Vec<Frame> {
        let block = self.requests.encode(&upload_fields(more));
        let head = compose::headers(stream, block, false).encode();
        let mut passed = self.says(&head);
        assert_eq!(passed.remove(0).encode(), head, "the head passes");
        passed
    }

    /// The client says this. What passes to the server.
    fn says(&mut self, bytes: &Bytes) -> Vec<Frame> {
        frames(&self.play.ask(bytes)).map(Result::unwrap).collect()
    }
}

fn cancel(stream: u32) -> Frame {
    compose::rst_stream(stream, ErrorCode::CANCEL)
}

#[test]
fn one_stream_is_cut_amid_its_data_and_its_sibling_is_untouched() {
    let fault = "reset at body 50% of request on 1";
    let mut talk = Talk::new(&[fault], &[]);
    for stream in [1, 3] {
        assert_eq!(talk.begins(stream, &[("content-length", "10")]), []);
    }
    assert_eq!(talk.says(&data(1, "012", false).encode()), [data(1, "012", false)]);
    assert_eq!(talk.says(&data(3, "012", false).encode()), [data(3, "012", false)]);
    let cut = [data(1, "34", false), cancel(1)];
    assert_eq!(talk.says(&data(1, "3456789", true).encode()), cut);
    let reset = compose::rst_stream(1, ErrorCode::INTERNAL_ERROR);
    assert_eq!(talk.got().0, [compose::window_update(0, 5), reset]);
    assert_eq!(talk.says(&data(3, "3456789", true).encode()), [data(3, "3456789", true)]);
    talk.say(&[head(1, FEED, false), head(3, FEED, false), data(3, "yes", true)], 7);
    assert_eq!(talk.got().0, [head(3, FEED, false), data(3, "yes", true)]);
    assert_eq!(talk.server_gets(), []);
    let after = 9 * 3 + 5 + talk_head_len();
    assert_eq!(
        talk.play.told(),
        [format!("broke exchange 1, PUT /files/1: {fault} (after {after} bytes)")]
    );
}

/// Of the first head of a client: what its encoder makes of the same fields is always the same.
fn talk_head_len() -> usize {
    let block = hpack::Encoder::new().encode(&upload_fields(&[("content-length", "10")]));
    compose::headers(1, block, false).encode().len() - 9
}

#[test]
fn what_a_client_still_sends_on_a_stream_that_was_cut_is_dropped_and_credited() {
    for (kind, gets) in [("reset", ErrorCode::INTERNAL_ERROR), ("close", ErrorCode::CANCEL)] {
        let mut talk = Talk::new(&[&format!("{kind} at after-headers of request")], &[]);
        assert_eq!(talk.begins(1, &[]), [cancel(1)]);
        assert_eq!(talk.got().0, [compose::rst_stream(1, gets)]);
        assert_eq!(talk.says(&data(1, "late", false).encode()), []);
        assert_eq!(talk.says(&cancel(1).encode()), []);
        assert_eq!(talk.got().0, [compose::window_update(0, 4)]);
    }
}

#[test]
fn a_stalled_request_is_silent_until_its_client_gives_it_up() {
    let mut talk = Talk::new(&["stall at body 2 of request on 1"], &[]);
    talk.begins(1, &[]);
    assert_eq!(talk.says(&data(1, "0123", false).encode()), [data(1, "01", false)]);
    assert_eq!(talk.says(&data(1, "45", true).encode()), []);
    talk.say(&[head(1, FEED, false), data(1, "never", true)], 50);
    assert_eq!(talk.got().0, [compose::window_update(0, 2), compose::window_update(0, 2)]);
    assert_eq!(talk.play.due(), None);

    let mut left = Talk::new(&["stall at body 2 of request on 1"], &[]);
    left.begins(1, &[]);
    left.says(&data(1, "0123", false).encode());
    assert_eq!(left.says(&cancel(1).encode()), [cancel(1)], "the server does not know yet");
}

#[test]
fn a_stream_that_is_not_read_from_gets_no_more_window_and_its_connection_does() {
    let mut talk = Talk::new(&["stop-reading at body 2 of request on 1"], &[]);
    talk.begins(1, &[]);
    talk.begins(3, &[]);
    assert_eq!(talk.says(&data(1, "0123", false).encode()), [data(1, "01", false)]);
    talk.say(&[compose::window_update(1, 2), compose::window_update(3, 9)], 50);
    let granted = talk.got().0;
    assert_eq!(granted, [compose::window_update(0, 2), compose::window_update(3, 9)]);
    assert!(talk.play.hears());
    let mut timed = Talk::new(&["stop-reading for 1s at body 2 of request on 1"], &[]);
    timed.begins(1, &[]);
    assert_eq!(timed.says(&data(1, "0123", true).encode()), [data(1, "0123", true)]);
    assert!(timed.play.told()[0].ends_with("leave out `for`"), "{:?}", timed.play.told());
}

#[test]
fn a_stall_for_a_time_holds_the_answer_of_its_stream_up_and_no_other() {
    let mut talk = Talk::new(&["stall for 2s at body 2 of request on 1"], &[]);
    talk.begins(1, &[]);
    talk.begins(3, &[]);
    for stream in [1, 3] {
        assert_eq!(talk.says(&data(stream, "0123", true).encode()), [data(stream, "0123", true)]);
    }
    talk.say(&[head(1, FEED, true), head(3, FEED, true)], 50);
    assert_eq!(talk.got().0, [head(3, FEED, true)]);
    assert_eq!(talk.play.due(), Some(Duration::from_secs(2)));
    assert_eq!(talk.gets().0, [head(1, FEED, true)]);
}

#[test]
fn the_connection_ends_where_that_is_meant() {
    let mut talk = Talk::new(&["close connection at body 2 of request"], &[]);
    talk.begins(1, &[]);
    assert_eq!(talk.says(&data(1, "0123", false).encode()), [data(1, "01", false)]);
    assert_eq!(talk.got().1, [Act::End(Ending::Close)]);
}

#[test]
fn padding_is_no_part_of_a_body() {
    let padded = Frame::new(Kind::Data, 0x8, 1, Bytes::from_static(b"\x030123\0\0\0"));
    let mut talk = Talk::new(&["reset at body 3 of request"], &[]);
    talk.begins(1, &[]);
    assert_eq!(talk.says(&padded.encode()), [data(1, "012", false), cancel(1)]);
    assert_eq!(talk.got().0[0], compose::window_update(0, 5));
    let mut whole = Talk::new(&["reset at body 5 of request"], &[]);
    whole.begins(1, &[]);
    assert_eq!(whole.says(&padded.encode()), [padded]);
}

const GRPC: [(&str, &str); 1] = [("content-type", "application/grpc")];

type Pairs = &'static [(&'static str, &'static str)];

/// Frames of a client, and what its head says.
fn uploads() -> Vec<(Vec<Frame>, Pairs)> {
    vec![
        (vec![data(1, "0123", false), data(1, "456789", true)], &[("content-length", "10")]),
        (vec![data(1, "0123", false), data(1, "", true)], &[]),
        (vec![data(1, "\0\0\0\0\x02ab\0\0", false), data(1, "\0\0\0\0\0\0\0\0", true)], &GRPC),
    ]
}

#[test]
fn a_live_stream_is_cut_where_a_replay_waits_for_no_more() {
    let points = [
        "after-headers",
        "byte 3",
        "50%",
        "chunk 1",
        "body 0",
        "body 1",
        "body 4",
        "body 7",
        "body 10",
        "body 99",
        "body 50%",
        "message 0",
        "message 1",
        "message 2",
        "message 3",
        "message 4",
        "end",
    ];
    for (said, more) in uploads() {
        for point in points {
            assert_like_a_replay(&said, more, point);
        }
    }
}

fn assert_like_a_replay(said: &[Frame], more: Pairs, point: &str) {
    let block = hpack::encode_standalone(&upload_fields(more));
    let request = [&[compose::headers(1, block, false)], said].concat();
    let (direction, at) = (Direction::ToServer, Timestamp::ZERO);
    let chunks = vec![Chunk { direction, at, bytes: wire(&request) }];
    let exchange = Exchange { connection: ConnectionId(0), protocol: Protocol::Http2, chunks };
    let sentence = format!("reset at {point} of request");
    let fault: Fault = sentence.parse().unwrap();
    let until = Asking::of(&exchange).until(fault.point().unwrap());
    let mut talk = Talk::new(&[&sentence], &[]);
    let mut passed = talk.begins(1, more);
    for frame in said {
        passed.extend(talk.says(&frame.encode()));
    }
    talk.play.client_ends();
    let body =
        |frames: &[Frame]| -> Vec<u8> { frames.iter().filter_map(Frame::data).flatten().collect() };
    let whole = body(said);
    let about = format!("{point} of {said:?}: {until:?}, {:?}", talk.play.told());
    let unknown = point.contains('%') && !more.contains(&("content-length", "10"));
    let expected = match until {
        _ if unknown => None,
        Ok(Until::Head) => Some(0),
        Ok(Until::Body(count)) => Some(usize::try_from(count).unwrap()),
        Ok(Until::Messages(count)) => Some([0, 7, 12, 17][usize::try_from(count).unwrap()]),
        Ok(Until::RequestEnd) => Some(whole.len()),
        Ok(other) => panic!("{other:?}, {about}"),
        Err(_) => None,
    };
    let is_cut = passed.iter().any(|frame| frame.kind() == Kind::RstStream);
    assert_eq!(is_cut, expected.is_some(), "{about}");
    assert_eq!(body(&passed), whole[..expected.unwrap_or(whole.len())], "{about}");
    let verb = if is_cut { "broke" } else { "let pass" };
    assert!(talk.play.told()[0].starts_with(verb), "{about}");
    if point.starts_with("byte") {
        assert!(talk.play.told()[0].ends_with(&until.unwrap_err().0), "{about}");
    }
}
