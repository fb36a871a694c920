//! The golden files under `library/`: each shows a feature, and each must go on meaning what it means.

use super::{read, write};
use crate::model::{
    Cassette, CertificateFault, Close, Direction, Exchange, Flight, How, Protocol, Side, Step,
    Stop, Transport, Trust, Way,
};

use crate::wire::http2::frames;
use crate::wire::http2::hpack::Field;

/// What the file holds; also that it is the same after being written and read again.
fn golden(yaml: &str) -> Cassette {
    let cassette = read(yaml).unwrap_or_else(|error| panic!("{error}"));
    let written = write(&cassette);
    assert_eq!(read(&written).as_ref(), Ok(&cassette), "{written}");
    assert_eq!(write(&read(&written).unwrap()), written);
    cassette
}

macro_rules! golden {
    ($name:literal) => {
        golden(include_str!(concat!("../../library/", $name, ".yaml")))
    };
}

fn text(exchange: &Exchange, direction: Direction) -> String {
    let bytes = exchange.bytes(direction).to_vec();
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn asked(cassette: &Cassette, index: usize) -> String {
    text(&cassette.exchanges()[index], Direction::ToServer)
}

fn answered(cassette: &Cassette, index: usize) -> String {
    text(&cassette.exchanges()[index], Direction::ToClient)
}

/// Each chunk as its sender, its time in microseconds, and its size.
fn reads(exchange: &Exchange) -> String {
    let read = |chunk: &crate::model::Chunk| {
        let side = if chunk.direction == Direction::ToServer { "c" } else { "s" };
        format!("{side}@{}:{}", chunk.at.as_nanos() / 1_000, chunk.bytes.len())
    };
    exchange.chunks.iter().map(read).collect::<Vec<_>>().join(" ")
}

/// Each close of the exchange's connection: who, how, and when in microseconds.
fn ends(cassette: &Cassette, index: usize) -> Vec<(Side, How, u64)> {
    let connection = cassette.connection_of(&cassette.exchanges()[index]);
    let end = |close: &Close| (close.by, close.how, close.at.as_nanos() / 1_000);
    connection.closes.iter().map(end).collect()
}

use How::{Fin, Refused, Reset, Timeout};
use Side::{Client, Server};

#[test]
fn minimal_what_is_left_out_is_derived() {
    let cassette = golden!("minimal");
    assert_eq!(asked(&cassette, 0), "GET /users/1 HTTP/1.1\r\n\r\n");
    assert_eq!(answered(&cassette, 0), "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(
        asked(&cassette, 1),
        "POST /users HTTP/1.1\r\nHost: api.example.com\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nname=Ada\n"
    );
    assert_eq!(
        answered(&cassette, 1),
        "HTTP/1.1 201 Created\r\nLocation: /users/1\r\nContent-Length: 7\r\n\r\ncreated"
    );
    assert_eq!(cassette.connections().len(), 2);
    assert_eq!(ends(&cassette, 1), []);
}

#[test]
fn json_bodies_have_the_spacing_they_are_said_to_have() {
    let cassette = golden!("json");
    assert!(
        asked(&cassette, 0)
            .ends_with("\r\n\r\n{\"name\":\"Ada\",\"score\":1.50,\"initial\":\"\\u0041\"}")
    );
    assert!(answered(&cassette, 0).ends_with("\r\n\r\n{\"id\": 7, \"tags\": [\"a\", \"b\"]}\n"));
    let yaml =
        r#"[{"id":7,"name":"Ada","admin":"no","since":1.50,"parent":null},{"id":8,"name":"8"}]"#;
    assert!(answered(&cassette, 1).ends_with(yaml));
    assert!(answered(&cassette, 2).ends_with("\r\n\r\n{\n  \"id\": 7\n}\n"));
}

#[test]
fn bodies_are_exact_in_every_spelling() {
    let cassette = golden!("bodies");
    let body = |index| answered(&cassette, index).split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(body(0), "two lines,\nthe second with its line feed\n");
    assert_eq!(body(1), "tab\tend\r\n a line that begins with a blank \n");
    assert_eq!(body(2), "");
    let upload = "--frontier\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--frontier--\r\n";
    assert!(asked(&cassette, 3).ends_with(upload));
    assert_eq!(body(4), "caf\u{e9} au lait"); // one byte, shown as one character
    assert!(body(5).starts_with("\u{89}PNG\r\n\u{1a}\n"));
    assert_eq!(body(5).chars().count(), 70);
    let comment = "      # gzip, decoded:\n      #   {\n      #     \"id\": 1,\n";
    assert!(write(&cassette).contains(comment));
}

#[test]
fn chunked_bodies_are_cut_as_told() {
    let cassette = golden!("chunked");
    let body = |index| answered(&cassette, index).split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(body(0), "5\r\nhello\r\n0\r\n\r\n");
    assert_eq!(body(1), "5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\n\r\n");
    let odd = "000A\r\n0123456789\r\n5;name=\"a, b\"\r\nhello\r\n000;last\r\nChecksum: 15\r\nX-Two: 2\r\n\r\n";
    assert_eq!(body(2), odd);
    assert!(asked(&cassette, 3).ends_with("\r\n\r\n4\r\n{\"id\r\n4\r\n\":1}\r\n0\r\n\r\n"));
}

#[test]
fn interim_responses_come_where_the_client_waits_for_them() {
    let cassette = golden!("interim");
    let [first, second, third] = cassette.exchanges() else { panic!() };
    assert_eq!(reads(first), "c@0:63 s@0:25 c@0:5 s@0:43");
    assert_eq!(reads(second), "c@0:22 s@0:61 s@0:42");
    assert_eq!(reads(third), "c@0:42 c@1000:3 s@3000:53 c@3500:7");
}

#[test]
fn framing_is_left_alone_where_no_length_belongs() {
    let cassette = golden!("framing");
    assert_eq!(answered(&cassette, 0), "HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n");
    assert_eq!(answered(&cassette, 1), "HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(answered(&cassette, 2), "HTTP/1.1 304 Not Modified\r\nContent-Length: 4096\r\n\r\n");
    assert_eq!(answered(&cassette, 3), "HTTP/1.0 200 OK\r\n\r\nall that comes");
    assert_eq!(ends(&cassette, 3), [(Server, Fin, 0)]);
    assert!(answered(&cassette, 4).ends_with("\r\n\r\ndata: 1\n\n"));
    assert_eq!(ends(&cassette, 4), []);
}

#[test]
fn broken_answers_break_off_where_they_say() {
    let cassette = golden!("broken");
    assert!(answered(&cassette, 0).ends_with("Content-Length: 4096\r\n\r\nthe first bytes"));
    assert_eq!(ends(&cassette, 0), [(Server, Fin, 0)]);
    assert!(answered(&cassette, 1).ends_with("\r\n\r\n5\r\nhello\r\n1000\r\n, and then"));
    assert_eq!(ends(&cassette, 1), [(Server, Reset, 2_000)]);
    assert_eq!(answered(&cassette, 2), "HTTP/1.1 200 OK\r\nConte");
    assert_eq!(reads(&cassette.exchanges()[3]), "c@0:22 s@30000:39 s@1030000:3");
    assert_eq!(ends(&cassette, 3), [(Client, Fin, 6_030_000), (Server, Reset, 6_030_000)]);
    assert_eq!(answered(&cassette, 4), "");
    assert_eq!(ends(&cassette, 4), [(Server, Timeout, 31_030_000)]);
}

#[test]
fn connections_are_shared_by_name() {
    let cassette = golden!("connections");
    assert_eq!(cassette.header.writer, "by hand");
    assert_eq!(cassette.header.rewrite.origin, "https://api.example.com");
    let ids: Vec<_> = cassette.exchanges().iter().map(|exchange| exchange.connection.0).collect();
    assert_eq!(ids, [0, 0, 1, 4]);
    assert_eq!(reads(&cassette.exchanges()[1]), "c@2100:19 s@5100:57");
    assert_eq!(ends(&cassette, 0), [(Server, Fin, 5_100), (Client, Fin, 5_300)]);
    assert_eq!(ends(&cassette, 2), [(Client, Fin, 15_000_000)]);
    let [first, socket, refused, hangs, _] = cassette.connections() else { panic!() };
    assert_eq!(first.opened.as_nanos(), 2_000_000);
    assert_eq!(first.upstream, "http://10.0.0.1");
    assert_eq!(socket.transport, Transport::Unix);
    assert_eq!(refused.closes[0].how, Refused);
    assert_eq!(refused.closes[0].at.as_nanos(), 11_500_000);
    assert!(hangs.closes.is_empty());
}

#[test]
fn upgrade_what_follows_is_bytes() {
    let cassette = golden!("upgrade");
    let [socket, tunnel] = cassette.exchanges() else { panic!() };
    assert_eq!(reads(socket), "c@0:137 s@0:129 s@0:7 c@20000:11 s@1520000:2");
    assert!(answered(&cassette, 0).ends_with("\r\n\r\n\u{81}\u{5}hello\u{88}\0"));
    assert_eq!(reads(tunnel), "c@1520000:67 s@1521000:61 c@1524000:6 s@1524000:9");
}

#[test]
fn raw_exchanges_are_who_sent_what() {
    let cassette = golden!("raw");
    let [mail, unsolicited, surplus] = cassette.exchanges() else { panic!() };
    assert_eq!(mail.protocol, Protocol::Raw);
    assert_eq!(reads(mail), "s@0:11 c@1000:9 s@1000:18 c@1000:4");
    assert_eq!((unsolicited.protocol, asked(&cassette, 1).as_str()), (Protocol::Http1, ""));
    assert_eq!(reads(surplus), "c@1000:18 s@2000:50");
}

#[test]
fn heads_that_are_odd_stay_odd() {
    let cassette = golden!("heads");
    let odd = "GET / HTTP/1.1\r\nAccept:  */* \r\nX-Folded: one\r\n two\r\nno colon\r\nX-Twice: 1\r\nx-twice: 2\r\n\r\n";
    assert_eq!(asked(&cassette, 0), odd);
    let answer = "HTTP/1.1 200\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(answered(&cassette, 0), answer);
    assert!(answered(&cassette, 1).contains("filename=\"caf\u{e9}.txt\"\r\n"));
    assert_eq!(asked(&cassette, 2), "\r\nGET / HTTP/1.1\nHost: a\n\n");
    assert_eq!(answered(&cassette, 2), "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi");
}

#[test]
fn tls_facts_and_the_ends_that_only_tls_has() {
    let cassette = golden!("tls");
    let [tunnel, wary, expired, cut, plain] = cassette.connections() else { panic!() };
    let tls = tunnel.tls.as_ref().unwrap();
    assert_eq!((tunnel.way, tls.version, tls.cipher), (Way::Connect, 0x0304, 0x1301));
    assert_eq!(tls.offered, ["h2", "http/1.1"]);
    assert_eq!(tunnel.upstream_tls.as_ref().unwrap().trust, Trust::Verified);
    assert_eq!(wary.closes[0].how, How::Alert(48));
    let hows: Vec<_> = expired.closes.iter().map(|close| close.how).collect();
    assert_eq!(hows, [How::Untrusted, How::Alert(255)]);
    assert_eq!((cut.way, cut.tls.as_ref().unwrap().version), (Way::Transparent, 0x7f1c));
    assert_eq!((cut.closes[0].how, plain.closes[0].how), (How::CloseNotify, Fin));
    let ends = ends(&cassette, 0);
    assert_eq!(ends, [(Server, How::CloseNotify, 1_000), (Client, How::CloseNotify, 1_000)]);
}

#[test]
fn http2_is_told_frame_by_frame() {
    let cassette = golden!("http2");
    let [control, answered, cancelled] = cassette.exchanges() else { panic!() };
    assert_eq!(control.protocol, Protocol::Http2Control);
    assert_eq!(reads(control), "c@0:58 s@1000:30 c@1000:9 c@2001000:17 s@2001000:17");
    assert_eq!(answered.protocol, Protocol::Http2);
    assert_eq!(reads(answered), "c@500:135 s@2500:83 c@2500:13 s@7500:37");
    let padded = answered.chunks[3].bytes.slice(..15);
    assert_eq!(padded[..], *b"\0\0\x06\0\x08\0\0\0\x01\x04\n\0\0\0\0");
    let reset = &cancelled.chunks.last().unwrap().bytes;
    assert_eq!(reset[..], *b"\0\0\x04\x03\0\0\0\0\x03\0\0\0\x08");
    let goaway = &cancelled.chunks[1].bytes;
    assert_eq!(goaway[..17], *b"\0\0\x16\x07\0\0\0\0\0\0\0\0\x01\0\0\0\x0b");
    let yaml = include_str!("../../library/http2.yaml");
    let frames = yaml.split_once("    at: 0.6ms").unwrap().1;
    assert!(write(&cassette).ends_with(frames), "{}", write(&cassette));
}

/// Every field of the exchange's header blocks.
fn fields(exchange: &Exchange, direction: Direction) -> String {
    let bytes = exchange.bytes(direction);
    let frames = frames(&bytes).map(Result::unwrap);
    let fields = frames.filter_map(|frame| frame.fields()).flat_map(Result::unwrap);
    let show = |field: Field| {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        format!("{}={}", text(&field.name), text(&field.value))
    };
    fields.map(show).collect::<Vec<_>>().join(" ")
}

#[test]
fn http2_is_derived_from_messages() {
    use Direction::{ToClient, ToServer};
    let cassette = golden!("http2-messages");
    let [plain, cut, half, socket] = cassette.exchanges() else { panic!() };
    assert_eq!(
        fields(plain, ToServer),
        ":method=GET :scheme=https :authority=api.example.com :path=/users/1 accept=application/json"
    );
    assert_eq!(fields(plain, ToClient), ":status=200 content-type=application/json");
    let answer = plain.bytes(ToClient);
    assert!(answer.ends_with(b"\0\0\x15\0\x01\0\0\0\x01{\"id\":1,\"name\":\"Ada\"}"));
    assert!(fields(cut, ToServer).starts_with(":method=POST :scheme=http "));
    assert!(fields(cut, ToClient).ends_with("text/event-stream grpc-status=0"));
    assert_eq!(cut.chunks.len(), 6);
    assert_eq!(cut.chunks[4].bytes[..], *b"\0\0\x04\0\0\0\0\0\x03data");
    let ends = |bytes: &[u8]| bytes[4];
    assert_eq!((ends(&half.bytes(ToServer)), ends(&half.bytes(ToClient))), (5, 4));
    assert!(fields(socket, ToServer).ends_with(":path=/chat :protocol=websocket"));
    let written = write(&cassette);
    assert_eq!(written.matches("frames:").count(), 0, "{written}");
}

#[test]
fn a_recording_is_written_as_people_read_it() {
    let yaml = include_str!("../../library/recorded.yaml");
    assert_eq!(write(&golden!("recorded")), yaml);
}

#[test]
fn ranges_are_asked_for_and_answered() {
    let cassette = golden!("ranges");
    assert!(answered(&cassette, 0).ends_with("\r\nContent-Length: 20\r\n\r\n0123456789"));
    assert_eq!(
        asked(&cassette, 1),
        "GET /archive HTTP/1.1\r\nRange: bytes=10-\r\nIf-Range: \"a1\"\r\n\r\n"
    );
    assert!(
        answered(&cassette, 1)
            .starts_with("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 10-19/20\r\n")
    );
}

#[test]
fn streams_hold_events_and_messages() {
    let cassette = golden!("streams");
    let [feed, call, resp] = cassette.exchanges() else { panic!() };
    assert!(text(feed, Direction::ToClient).ends_with("\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"));
    assert_eq!(frames(&call.bytes(Direction::ToClient)).count(), 4);
    assert_eq!(reads(resp), "c@0:20 s@1000:11 c@2000:21 s@3000:4");
}

#[test]
fn what_can_be_said_readably_is_not_written_raw() {
    for cassette in [
        golden!("minimal"),
        golden!("json"),
        golden!("bodies"),
        golden!("chunked"),
        golden!("interim"),
        golden!("framing"),
        golden!("connections"),
        golden!("upgrade"),
        golden!("recorded"),
        golden!("tls"),
    ] {
        let written = write(&cassette);
        assert!(!written.contains("raw:") && !written.contains("incomplete:"), "{written}");
    }
    let broken = write(&golden!("broken"));
    assert_eq!(broken.matches("incomplete: true").count(), 3, "{broken}");
    assert_eq!(broken.matches("raw:").count(), 1, "{broken}");
}

#[test]
fn gaps_end_what_was_open() {
    let cassette = golden!("gaps");
    let [holed, uploaded] = cassette.connections() else { panic!() };
    assert_eq!(holed.gaps.len() + uploaded.gaps.len(), 3);
    let summaries: Vec<_> = cassette
        .exchanges()
        .iter()
        .map(|exchange| {
            let summary = crate::transcribe::summarize(exchange, cassette.connection_of(exchange));
            (summary.complete, summary.degraded.map(|place| (place.direction, place.offset)))
        })
        .collect();
    let (asked, answered) = (Direction::ToServer, Direction::ToClient);
    assert_eq!(
        summaries,
        [
            (false, Some((answered, 43))),
            (false, Some((answered, 0))),
            (true, None),
            (false, Some((asked, 47))),
            (false, Some((asked, 0))),
            (false, Some((asked, 0))),
        ]
    );
}

#[test]
fn what_is_staged_is_played_as_it_says() {
    let cassette = golden!("staged");
    let script = |index: usize| {
        let staging = cassette.staging(index).unwrap();
        staging.script_of(&cassette.exchanges()[index])
    };
    let first = script(0).unwrap();
    let sent: Vec<_> = first.sends().map(bytes::Bytes::len).collect();
    assert_eq!(sent, [40, 4], "the rest is what is left");
    assert_eq!(first.steps.last(), Some(&Step::Close));
    let spare = cassette.staging(1).unwrap();
    assert_eq!((spare.spare, script(1)), (true, None));
    assert!(cassette.staging(2).unwrap().repeats);
    let beneath = Step::Beneath(bytes::Bytes::from_static(b"\x17\x03\x03\0\x05hell"));
    assert!(script(2).unwrap().steps.contains(&beneath));
    let [_, met, hit] = cassette.connections() else { panic!() };
    let reception = met.reception.as_deref().unwrap();
    assert_eq!(reception.certificate, Some(CertificateFault::Expired));
    assert_eq!(reception.stop, Some((Flight::Finished, Stop::Alert(40))));
    assert_eq!(hit.faults[0].id, "reset at byte 4 on 3");
}
