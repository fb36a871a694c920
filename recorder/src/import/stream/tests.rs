//! Streams, played to a journal.

use cassettes::format::Reader;
use cassettes::model::{Cassette, Header, Protocol};
use proptest::prelude::*;

use super::*;
use crate::import::Filter;

const START: UnixNanos = UnixNanos(1_000_000_000);
const CLIENT: Direction = Direction::ToServer;
const SERVER: Direction = Direction::ToClient;

/// One stream as it is said.
struct Play {
    world: World,
    journal: Journal,
    stream: Option<Box<Stream>>,
    now: u64,
}

impl Play {
    fn new() -> Self {
        Self::filtered("")
    }

    /// Only if this filter means it.
    fn filtered(filter: &str) -> Self {
        let filter: Option<Filter> = (!filter.is_empty()).then(|| filter.parse().unwrap());
        let journal = Journal::create(&Header::default());
        let plan = ImportPlan { filter, reports: true, digests: true, ..ImportPlan::default() };
        let mut secrets = Secrets::new();
        secrets.complete();
        let world = World { plan, journal: Some(journal.clone()), secrets, start: Some(START) };
        let beginning = Beginning {
            stream: 0,
            client: "10.0.0.1:50000".parse().unwrap(),
            server: "10.0.0.2:8080".parse().unwrap(),
            opened: START,
            start: Start::Handshake,
        };
        let stream = Stream::open(beginning, &world);
        Self { world, journal, stream, now: START.0 }
    }

    fn with(mut self, act: impl FnOnce(&mut Stream, UnixNanos, &mut World)) -> Self {
        self.now += 1000;
        let now = UnixNanos(self.now);
        if let Some(mut stream) = self.stream.take() {
            act(&mut stream, now, &mut self.world);
            self.stream = Some(stream);
        }
        self
    }

    fn says(self, direction: Direction, bytes: &[u8]) -> Self {
        let bytes = Bytes::copy_from_slice(bytes);
        self.with(|stream, at, world| stream.receive(direction, at, bytes, world))
    }

    fn client(self, text: &str) -> Self {
        self.says(CLIENT, text.as_bytes())
    }

    fn server(self, text: &str) -> Self {
        self.says(SERVER, text.as_bytes())
    }

    fn loses(self, direction: Direction, length: u64) -> Self {
        self.with(|stream, at, world| stream.lose(direction, at, (0, length), world))
    }

    fn closes(self, by: Side, how: How) -> Self {
        self.with(|stream, at, _| stream.close(at, by, how))
    }

    fn end(mut self) -> (Option<StreamReport>, Cassette) {
        let stream = self.stream.take();
        let tally = StreamTally::default();
        let ended = stream.and_then(|stream| stream.end(Ending::Closed, &tally, &mut self.world));
        self.journal.finish();
        let mut pending = Vec::new();
        self.journal.take_pending(&mut pending);
        let reader = Reader::open(Bytes::from(pending.concat())).unwrap();
        (ended.and_then(|ended| ended.report), reader.to_cassette().unwrap())
    }

    fn cassette(self) -> Cassette {
        self.end().1
    }
}

const GET: &str = "GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn protocols(cassette: &Cassette) -> Vec<Protocol> {
    cassette.exchanges().iter().map(|exchange| exchange.protocol).collect()
}

#[test]
fn a_request_and_its_answer_are_an_exchange_of_the_server_that_was_named() {
    let play = Play::new().client(GET).server(OK);
    let play = play.closes(Side::Server, How::Fin).closes(Side::Client, How::Fin);
    let (report, cassette) = play.end();
    assert_eq!(protocols(&cassette), [Protocol::Http1]);
    let connection = &cassette.connections()[0];
    assert_eq!(connection.upstream, "http://a.test");
    assert_eq!((&*connection.client, &*connection.server), ("10.0.0.1:50000", "10.0.0.2:8080"));
    assert_eq!(connection.way, Way::Transparent);
    assert_eq!(connection.closes.len(), 2);
    assert_eq!(cassette.exchanges()[0].started().as_nanos(), 1000);
    let report = report.unwrap();
    assert_eq!((report.speech, &*report.name), (Some(Speech::Http1), "a.test"));
    let digest = report.to_client.digest.unwrap().to_string();
    assert!(digest.len() == 64 && report.to_client.digest != report.to_server.digest);
}

#[test]
fn cut_at_every_byte_it_is_the_same() {
    let whole = Play::new().client(GET).server(OK).cassette();
    for cut in 1..GET.len() {
        let (first, rest) = GET.split_at(cut);
        let cassette = Play::new().client(first).client(rest).server(OK).cassette();
        let sent = |cassette: &Cassette| cassette.exchanges()[0].bytes(CLIENT);
        assert_eq!(protocols(&cassette), [Protocol::Http1], "cut at byte {cut}");
        assert_eq!(sent(&cassette), sent(&whole), "cut at byte {cut}");
        assert_eq!(cassette.connections()[0].upstream, "http://a.test", "cut at byte {cut}");
    }
}

#[test]
fn what_a_server_says_first_is_raw() {
    let cassette = Play::new().server("220 mail\r\n").client("EHLO a\r\n").cassette();
    assert_eq!(protocols(&cassette), [Protocol::Raw]);
    assert_eq!(cassette.connections()[0].upstream, "tcp://10.0.0.2:8080");
    assert_eq!(&cassette.exchanges()[0].bytes(SERVER)[..], b"220 mail\r\n");
}

#[test]
fn a_start_that_tells_nothing_is_kept() {
    let cassette = Play::new().client("GE").cassette();
    assert_eq!(&cassette.exchanges()[0].bytes(CLIENT)[..], b"GE");
    let silent = Play::new().closes(Side::Server, How::Reset).cassette();
    assert_eq!((silent.connections().len(), silent.exchanges().len()), (1, 0));
}

#[test]
fn missing_bytes_are_a_gap_of_the_connection() {
    let cassette = Play::new().client(GET).loses(SERVER, 7).server("x").cassette();
    let gaps = &cassette.connections()[0].gaps;
    assert_eq!((gaps.len(), gaps[0].length, gaps[0].direction), (1, 7, SERVER));
    let first = Play::new().loses(CLIENT, 3).client(GET).cassette();
    assert_eq!(
        (first.connections()[0].gaps[0].offset, protocols(&first)),
        (0, vec![Protocol::Raw])
    );
}

#[test]
fn a_tunnel_is_taken_off_and_says_where_the_client_went() {
    let play = Play::new().client("CONNECT b.test:80 HTTP/1.1\r\nHost: b.test\r\n\r\n");
    let play = play.server("HTTP/1.1 200 OK\r\n\r\n").client(GET).server(OK);
    let cassette = play.cassette();
    assert_eq!(protocols(&cassette), [Protocol::Http1]);
    let connection = &cassette.connections()[0];
    assert_eq!((connection.way, &*connection.upstream), (Way::Connect, "http://b.test"));
    let refused = Play::new().client("CONNECT b.test:80 HTTP/1.1\r\nHost: b.test\r\n\r\n");
    let refused = refused.server("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n").cassette();
    assert_eq!(protocols(&refused), [Protocol::Http1]);
    assert_eq!(refused.exchanges()[0].byte_count(CLIENT), 44);
}

#[test]
fn tls_without_a_secret_stays_as_it_is() {
    let hello = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00";
    let (report, cassette) = Play::new().says(CLIENT, hello).says(SERVER, b"\x15\x03").end();
    assert_eq!(&cassette.exchanges()[0].bytes(CLIENT)[..], hello);
    assert_eq!(cassette.connections()[0].tls, None);
    assert!(matches!(report.unwrap().tls, Secrecy::Undecrypted(_)));
}

#[test]
fn a_filter_is_asked_again_when_more_is_known() {
    let play = |filter| Play::filtered(filter).client(GET).server(OK).cassette();
    for meant in ["host a.test", "protocol http/1", "port 8080 and not protocol raw"] {
        assert_eq!(protocols(&play(meant)), [Protocol::Http1], "{meant}");
    }
    for other in ["host b.test", "protocol raw", "port 80", "protocol tls or stream 1"] {
        assert_eq!(play(other).connections().len(), 0, "{other}");
    }
}

#[test]
fn a_filter_that_waits_for_a_name_is_not_waited_for_when_memory_is_short() {
    let play = |filter| {
        let play = Play::filtered(filter).client("GET /a HTTP/1.1\r\n");
        let play = play.with(|stream, _, world| {
            assert!(stream.buffered() > 0);
            stream.flush(world);
            assert_eq!(stream.buffered(), 0);
        });
        play.client("Host: a.test\r\n\r\n").server(OK).cassette()
    };
    assert_eq!(play("host a.test").connections().len(), 0);
    assert_eq!(protocols(&play("not host a.test")), [Protocol::Http1]);
}

#[test]
fn a_stream_that_says_nothing_is_raw_to_a_filter() {
    assert_eq!(Play::filtered("protocol http").cassette().connections().len(), 0);
    assert_eq!(Play::filtered("protocol raw").cassette().connections().len(), 1);
}

/// Beginnings of everything that is told apart, and what fits nowhere.
const WORDS: [&[u8]; 9] = [
    GET.as_bytes(),
    OK.as_bytes(),
    b"CONNECT b.test:80 HTTP/1.1\r\n\r\n",
    b"\x05\x01\x00",
    b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
    b"\x17\x03\x03\x00\x03abc",
    b"220 mail\r\n",
    b"G",
    b"\x00\x00\x00\x04\x00\x00\x00\x00\x00",
];

proptest! {
    #[test]
    fn whatever_is_said_each_byte_is_kept(said in prop::collection::vec((any::<bool>(), 0..WORDS.len(), 0..40_usize), 0..12)) {
        let mut play = Play::new();
        let mut sent = [0_u64; 2];
        for (by_client, word, cut) in said {
            let bytes = &WORDS[word][..cut.min(WORDS[word].len())];
            if bytes.is_empty() {
                play = play.loses(if by_client { CLIENT } else { SERVER }, 3);
                continue;
            }
            sent[usize::from(!by_client)] += bytes.len() as u64;
            play = play.says(if by_client { CLIENT } else { SERVER }, bytes);
        }
        let cassette = play.cassette();
        prop_assume!(cassette.connections()[0].way == Way::Transparent);
        let kept = |direction| cassette.exchanges().iter().map(|it| it.byte_count(direction)).sum::<u64>();
        prop_assert_eq!([kept(CLIENT), kept(SERVER)], sent);
    }
}
