//! Files as browsers write them, as nobody should, and our own.

use bytes::BytesMut;
use cassettes::format::{Journal, Reader, encode};
use cassettes::model::{
    Cassette, Chunk, Connection, ConnectionId, Direction, Exchange, Header, Protocol, Timestamp,
};
use cassettes::text;
use proptest::prelude::*;

use super::{Export, Exported, Har, HarError, Imported, import};

/// As Chromium saves it: HTTP/2, pseudo-header fields, base64, bodies without their codings.
const CHROMIUM: &str = r#"{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},
"pages":[{"startedDateTime":"2026-11-21T12:00:00.000Z","id":"page_1","title":"https://site.test/","pageTimings":{"onLoad":1}}],
"entries":[
{"_fromCache":"disk","_initiator":{"type":"script","stack":{"callFrames":[]}},"_priority":"High","_resourceType":"document",
 "cache":{},"connection":"443","pageref":"page_1",
 "request":{"method":"GET","url":"https://site.test/a?b=1#top","httpVersion":"http/2.0","headers":[
  {"name":":authority","value":"site.test"},{"name":":method","value":"GET"},{"name":":path","value":"/a?b=1"},
  {"name":":scheme","value":"https"},{"name":"accept","value":"*/*"}],
  "queryString":[{"name":"b","value":"1"}],"cookies":[],"headersSize":-1,"bodySize":0},
 "response":{"status":200,"statusText":"","httpVersion":"http/2.0","headers":[
  {"name":"content-encoding","value":"br"},{"name":"content-type","value":"text/html; charset=utf-8"},
  {"name":"content-length","value":"9"},{"name":"set-cookie","value":"a=1\nb=2"}],
  "cookies":[],"content":{"size":6,"mimeType":"text/html","text":"<p>é","compression":-3},
  "redirectURL":"","headersSize":-1,"bodySize":-1,"_transferSize":300,"_error":null},
 "serverIPAddress":"[2001:db8::1]","startedDateTime":"2026-11-21T12:00:00.100Z","time":60.5,
 "timings":{"blocked":10,"dns":-1,"ssl":-1,"connect":-1,"send":0.5,"wait":40,"receive":10,"_blocked_queueing":1}},
{"connection":"443","request":{"method":"POST","url":"https://site.test/b","httpVersion":"h2","headers":[
  {"name":"content-type","value":"application/x-www-form-urlencoded"},{"name":"content-length","value":"7"}],
  "queryString":[],"cookies":[],"headersSize":-1,"bodySize":7,
  "postData":{"mimeType":"application/x-www-form-urlencoded","text":"x=1&y=2","params":[{"name":"x","value":"1"}]}},
 "response":{"status":200,"statusText":"OK","httpVersion":"h2","headers":[{"name":"content-type","value":"image/png"}],
  "cookies":[],"content":{"size":4,"mimeType":"image/png","text":"iVBORw==","encoding":"base64"},
  "redirectURL":"","headersSize":-1,"bodySize":-1},
 "startedDateTime":"2026-11-21T12:00:00.120Z","time":10,"timings":{"send":1,"wait":2,"receive":3}},
{"request":{"method":"GET","url":"data:image/png;base64,AA","httpVersion":"","headers":[],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},
 "response":{"status":200,"statusText":"","httpVersion":"","headers":[],"cookies":[],"content":{"size":1,"mimeType":"image/png"},"redirectURL":"","headersSize":-1,"bodySize":0},
 "startedDateTime":"2026-11-21T12:00:00.050Z","time":0,"timings":{"send":0,"wait":0,"receive":0}},
{"request":{"method":"GET","url":"wss://site.test/live","httpVersion":"http/1.1","headers":[{"name":"Host","value":"site.test"},{"name":"Upgrade","value":"websocket"}],"queryString":[],"cookies":[],"headersSize":1,"bodySize":0},
 "response":{"status":101,"statusText":"Switching Protocols","httpVersion":"http/1.1","headers":[{"name":"Upgrade","value":"websocket"}],"cookies":[],"content":{"size":0,"mimeType":"x-unknown"},"redirectURL":"","headersSize":1,"bodySize":0},
 "_webSocketMessages":[{"type":"send","time":1,"opcode":1,"data":"hi"}],"startedDateTime":"2026-11-21T12:00:01Z","time":0,"timings":{"send":0,"wait":0,"receive":0}}
]}}"#;

/// As Firefox saves it: a byte order mark, bodies that were not kept, an answer that never came.
const FIREFOX: &str = "\u{feff}{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"Firefox\",\"version\":\"140\"},\"pages\":[],\"entries\":[
{\"startedDateTime\":\"2026-11-21T13:00:00.000+01:00\",\"request\":{\"bodySize\":0,\"method\":\"HEAD\",\"url\":\"http://old.test/h\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[{\"name\":\"Host\",\"value\":\"old.test\"}],\"cookies\":[],\"queryString\":[],\"headersSize\":50},
 \"response\":{\"status\":200,\"statusText\":\"OK\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[{\"name\":\"Content-Length\",\"value\":\"99\"}],\"cookies\":[],\"content\":{\"mimeType\":\"text/plain\",\"size\":0,\"text\":\"\"},\"redirectURL\":\"\",\"headersSize\":40,\"bodySize\":0},\"cache\":{},\"timings\":{\"blocked\":0,\"dns\":0,\"connect\":0,\"ssl\":0,\"send\":0,\"wait\":5,\"receive\":0},\"time\":5,\"serverIPAddress\":\"10.0.0.1\",\"connection\":\"80\"},
{\"startedDateTime\":\"2026-11-21T13:00:01.000+01:00\",\"request\":{\"bodySize\":0,\"method\":\"GET\",\"url\":\"http://old.test/big\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[{\"name\":\"Host\",\"value\":\"old.test\"}],\"cookies\":[],\"queryString\":[],\"headersSize\":50},
 \"response\":{\"status\":200,\"statusText\":\"OK\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[{\"name\":\"Content-Length\",\"value\":\"4096\"}],\"cookies\":[],\"content\":{\"mimeType\":\"text/plain\",\"size\":4096},\"redirectURL\":\"\",\"headersSize\":40,\"bodySize\":4096},\"cache\":{},\"timings\":{},\"time\":5,\"connection\":\"80\"},
{\"startedDateTime\":\"2026-11-21T13:00:02.000+01:00\",\"request\":{\"bodySize\":0,\"method\":\"GET\",\"url\":\"http://old.test/after\",\"httpVersion\":\"HTTP/1.1\",\"headers\":[],\"cookies\":[],\"queryString\":[],\"headersSize\":50},
 \"response\":{\"status\":204,\"statusText\":\"No Content\",\"headers\":[],\"cookies\":[],\"content\":null,\"redirectURL\":\"\",\"headersSize\":40,\"bodySize\":0},\"timings\":null,\"time\":null,\"connection\":\"80\"},
{\"startedDateTime\":\"2026-11-21T13:00:03.000+01:00\",\"request\":{\"bodySize\":0,\"method\":\"GET\",\"url\":\"http://gone.test/\",\"httpVersion\":\"\",\"headers\":[],\"cookies\":[],\"queryString\":[],\"headersSize\":50},
 \"response\":{\"status\":0,\"statusText\":\"\",\"httpVersion\":\"\",\"headers\":[],\"cookies\":[],\"content\":{\"size\":0},\"redirectURL\":\"\",\"headersSize\":-1,\"bodySize\":-1},\"timings\":{},\"time\":0}
]}}";

fn imported(har: &str) -> (Cassette, Imported) {
    let journal = Journal::create(&Header::default());
    let done = import(har.as_bytes(), &journal).unwrap();
    journal.finish();
    let mut pending = Vec::new();
    journal.take_pending(&mut pending);
    let mut file = BytesMut::new();
    for piece in &pending {
        file.extend_from_slice(piece);
    }
    let reader = Reader::open(file.freeze()).unwrap();
    reader.verify(&mut |problem| panic!("{problem}"));
    (reader.to_cassette().unwrap(), done)
}

fn said(exchange: &Exchange, direction: Direction) -> String {
    String::from_utf8_lossy(&exchange.bytes(direction)).into_owned()
}

fn export(cassette: &Cassette) -> (String, Exported) {
    let reader = Reader::open(encode(cassette).unwrap()).unwrap();
    let mut export = Export::new(&reader, "retape 0");
    let mut out = Vec::new();
    while export.write(&mut out).unwrap() {}
    (String::from_utf8(out).unwrap(), export.summary())
}

#[test]
fn what_chromium_saves_is_spelled_in_http1() {
    let (cassette, done) = imported(CHROMIUM);
    let [page, form, socket] = cassette.exchanges() else { panic!("{done:?}") };
    assert_eq!(
        said(page, Direction::ToServer),
        "GET /a?b=1 HTTP/1.1\r\nHost: site.test\r\naccept: */*\r\n\r\n"
    );
    assert_eq!(
        said(page, Direction::ToClient),
        "HTTP/1.1 200 \r\ncontent-type: text/html; charset=utf-8\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\
         Content-Length: 5\r\n\r\n<p>é"
    );
    assert!(said(form, Direction::ToServer).ends_with("Content-Length: 7\r\n\r\nx=1&y=2"));
    assert!(form.bytes(Direction::ToClient).ends_with(b"Content-Length: 4\r\n\r\n\x89PNG"));
    assert!(said(socket, Direction::ToClient).starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
    let expected = Imported {
        entries: 4,
        exchanges: 3,
        connections: 3,
        other_schemes: 1,
        decoded: 1,
        respelled: 2,
        messages: 1,
        ..Imported::default()
    };
    assert_eq!(done, expected, "two were under way at once, one names no connection");
}

#[test]
fn connections_lead_where_the_browser_went() {
    let (cassette, _) = imported(CHROMIUM);
    let connection = &cassette.connections()[0];
    assert_eq!(connection.upstream, "https://site.test");
    assert_eq!(connection.server, "[2001:db8::1]:443");
    assert_eq!(connection.tls.as_ref().unwrap().sni, "site.test");
}

#[test]
fn times_count_from_the_first_entry() {
    let (cassette, _) = imported(CHROMIUM);
    let har = Har::parse(CHROMIUM.as_bytes()).unwrap();
    assert_eq!(har.started(), 1_795_262_400_050_000_000, "the one of `data:`");
    let millis = |at: Timestamp| at.as_nanos() / 1000;
    let page = &cassette.exchanges()[0];
    assert_eq!((millis(page.started()), millis(page.ended())), (60_000, 110_500));
}

#[test]
fn what_firefox_leaves_out_is_missing_and_not_empty() {
    let (cassette, done) = imported(FIREFOX);
    let [head, big, after, gone] = cassette.exchanges() else { panic!("{done:?}") };
    assert!(said(head, Direction::ToClient).ends_with("Content-Length: 99\r\n\r\n"));
    assert!(said(big, Direction::ToClient).ends_with("Content-Length: 4096\r\n\r\n"));
    let gaps = &cassette.connection_of(big).gaps;
    assert_eq!(gaps.iter().map(|gap| gap.length).collect::<Vec<_>>(), [4096]);
    assert_eq!(big.connection, after.connection, "the connection goes on");
    assert_eq!(said(after, Direction::ToClient), "HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(said(gone, Direction::ToClient), "");
    assert_eq!((done.unanswered, done.without_body, done.connections), (1, 1, 2));
}

#[test]
fn fields_that_would_forge_a_head_are_dropped_and_counted() {
    let har = r#"{"log":{"entries":[{"startedDateTime":"2026-11-21T12:00:00Z",
        "request":{"method":"GET","url":"http://a.test/ x","headers":[{"name":"a","value":"1\r\nb: 2"},{"name":"c d","value":""},
        {"name":"ok","value":"1"}]},"response":{"status":204,"statusText":"No\r\nX: y","headers":[]}},
        {"startedDateTime":"","request":{"method":"GET /","url":"http://a.test/","headers":[]},"response":{}},
        {"startedDateTime":7}, 5]}}"#;
    let (cassette, done) = imported(har);
    let [exchange] = cassette.exchanges() else { panic!("{done:?}") };
    let asked = said(exchange, Direction::ToServer);
    assert_eq!(asked, "GET /%20x HTTP/1.1\r\nHost: a.test\r\na: 1\r\na: b: 2\r\nok: 1\r\n\r\n");
    assert_eq!(said(exchange, Direction::ToClient), "HTTP/1.1 204 NoX: y\r\n\r\n");
    assert_eq!((done.dropped_fields, done.other_schemes, done.unreadable), (1, 1, 2));
}

#[test]
fn what_is_no_har_says_what_it_is() {
    let journal = Journal::create(&Header::default());
    let error = |text: &str| import(text.as_bytes(), &journal).unwrap_err();
    assert!(matches!(error("{\"log\""), HarError::Json { line: 1, .. }));
    for text in ["{}", "[]", "{\"log\":{}}", "{\"log\":{\"entries\":{}}}"] {
        assert!(matches!(error(text), HarError::Form { .. }), "{text}");
    }
    assert!(import(b"\xff", &journal).is_err());
    let deep = "[".repeat(100_000);
    assert!(import(deep.as_bytes(), &journal).is_err());
}

#[test]
fn what_is_exported_is_imported_again() {
    let yaml = std::fs::read_to_string(format!(
        "{}/../cassettes/library/recorded.yaml",
        env!("CARGO_MANIFEST_DIR")
    ));
    let cassette = text::read(&yaml.unwrap()).unwrap();
    let (har, done) = export(&cassette);
    assert_eq!((done.entries, done.incomplete), (2, 0));
    assert!(har.contains(r#""url":"http://127.0.0.1:8080/users/1""#), "{har}");
    let (back, told) = imported(&har);
    assert_eq!((told.exchanges, told.connections), (2, 2));
    assert_eq!(back.exchanges()[0].chunks.len(), 3, "request, head, body");
    for (found, was) in back.exchanges().iter().zip(cassette.exchanges()) {
        let found = cassettes::wire::http::View::of(found);
        let was = cassettes::wire::http::View::of(was);
        assert_eq!(found.request().unwrap().body, was.request().unwrap().body);
        assert_eq!(found.final_response().unwrap().body, was.final_response().unwrap().body);
    }
}

#[test]
fn an_export_counts_what_har_cannot_say() {
    let yaml = "\
retape: 1
exchanges:
  - raw: [server: hello]
  - request: GET /cut
    response:
      head: |
        HTTP/1.1 200 OK
        Content-Length: 9
      incomplete: true
      body: some
    end: server closes
  - request: GET /none
  - request:
      head: |
        GET /live HTTP/1.1
        Upgrade: websocket
        Connection: upgrade
    response: |
      HTTP/1.1 101 Switching Protocols
      Upgrade: websocket
      Connection: upgrade
";
    let (har, done) = export(&text::read(yaml).unwrap());
    let expected = Exported {
        entries: 3,
        raw: 1,
        incomplete: 2,
        unanswered: 1,
        switched: 1,
        ..Exported::default()
    };
    assert_eq!(done, expected);
    let value: serde_json::Value = serde_json::from_str(&har).unwrap();
    let entries = value["log"]["entries"].as_array().unwrap();
    assert_eq!(entries[0]["comment"], "it stops before its end");
    assert_eq!(entries[0]["response"]["content"]["text"], "some");
    assert_eq!(entries[1]["response"]["status"], 0);
}

#[test]
fn coded_bodies_are_shown_without_their_coding_or_come_back_with_it() {
    let coded = |coding: &str, body: &[u8]| {
        let len = body.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len}\r\n\r\n"
        );
        let chunk = |direction, nanos, bytes: Vec<u8>| Chunk {
            direction,
            at: Timestamp::from_nanos(nanos),
            bytes: bytes.into(),
        };
        let get = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
        let chunks = vec![
            chunk(Direction::ToServer, 0, get.to_vec()),
            chunk(Direction::ToClient, 5, [head.as_bytes(), body].concat()),
        ];
        let exchange = Exchange { connection: ConnectionId(0), protocol: Protocol::Http1, chunks };
        let connection = Connection::opened_at(Timestamp::ZERO);
        Cassette::new(Header::default(), vec![connection], vec![exchange]).unwrap()
    };
    let (har, done) = export(&coded("zstd", &zstd::encode_all(&b"hello"[..], 1).unwrap()));
    assert_eq!((done.decoded, done.coded), (1, 0));
    let back = said(&imported(&har).0.exchanges()[0], Direction::ToClient);
    assert_eq!(back, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    let brotli = coded("br", b"\x0b\x02\x80hello\x03");
    let (har, done) = export(&brotli);
    assert_eq!((done.decoded, done.coded), (0, 1));
    let back = imported(&har).0;
    assert_eq!(
        said(&back.exchanges()[0], Direction::ToClient),
        said(&brotli.exchanges()[0], Direction::ToClient)
    );
}

proptest! {
    /// Whatever is broken in a file, nothing panics, and what comes of it is sound.
    #[test]
    fn any_damage_is_survived(at in 0..CHROMIUM.len(), with in ".{0,3}", len in 0..40_usize) {
        let mut text = CHROMIUM.to_owned();
        let floor = |text: &str, mut at: usize| { while !text.is_char_boundary(at) { at -= 1; } at };
        let (from, to) = (floor(&text, at), floor(&text, (at + len).min(text.len())));
        text.replace_range(from..to, &with);
        let journal = Journal::create(&Header::default());
        if import(text.as_bytes(), &journal).is_ok() {
            imported(&text);
        }
    }
}
