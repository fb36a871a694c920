//! A cassette into a HAR file.

use std::time::Duration;

use cassettes::format::{ReadError, Reader};
use cassettes::model::{Chunk, Connection, Direction, Exchange, Protocol, Timestamp};
use cassettes::wire::http::{Message, View};
use cassettes::wire::http1::{HeaderLine, RequestHead, ResponseHead, Version};
use serde_json::{Value, json};

use super::{body, date};

/// A cassette, on its way into a HAR file. Memory: one exchange.
#[derive(Debug)]
pub struct Export<'a> {
    reader: &'a Reader,
    /// As `name version`.
    writer: String,
    /// The exchange to come, from 0; none before the first.
    next: Option<usize>,
    done: Exported,
}

/// What was exported, and what was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exported {
    /// Entries written: exchanges in HTTP.
    pub entries: u64,
    /// Exchanges in no protocol that HAR knows.
    pub raw: u64,
    /// Requests or answers that stop before their end.
    pub incomplete: u64,
    /// Requests without an answer.
    pub unanswered: u64,
    /// Interim answers (1xx), which HAR has no place for.
    pub interim: u64,
    /// Messages with trailers, which HAR has no place for.
    pub trailers: u64,
    /// Exchanges that went on in another protocol, `WebSocket` mostly: only the handshake is there.
    pub switched: u64,
    /// Bodies whose content coding is taken off.
    pub decoded: u64,
    /// Bodies whose content coding cannot be taken off: they are in base64, coded.
    pub coded: u64,
}

impl<'a> Export<'a> {
    /// Of all that `reader` holds. `writer`, as `name version`, is named in the file.
    pub fn new(reader: &'a Reader, writer: &str) -> Self {
        Self { reader, writer: writer.to_owned(), next: None, done: Exported::default() }
    }

    /// Appends what comes next to `out`: an entry. `false`: that was all.
    pub fn write(&mut self, out: &mut Vec<u8>) -> Result<bool, ReadError> {
        let Some(n) = self.next else {
            self.begin(out);
            self.next = Some(0);
            return Ok(true);
        };
        if n >= self.reader.len() {
            out.extend_from_slice(b"\n]}}\n");
            return Ok(false);
        }
        self.next = Some(n + 1);
        let exchange = self.reader.exchange(n)?;
        match exchange.protocol {
            Protocol::Http1 | Protocol::Http2 => {
                let connection = self.reader.connection(exchange.connection)?;
                let separator = if self.done.entries == 0 { "\n" } else { ",\n" };
                out.extend_from_slice(separator.as_bytes());
                let entry = self.entry(&exchange, &connection);
                out.extend_from_slice(entry.to_string().as_bytes());
                self.done.entries += 1;
            }
            Protocol::Raw => self.done.raw += 1,
            _ => {}
        }
        Ok(true)
    }

    /// What has been exported so far.
    pub const fn summary(&self) -> Exported {
        self.done
    }

    fn begin(&self, out: &mut Vec<u8>) {
        let (name, version) = self.writer.split_once(' ').unwrap_or((&self.writer, ""));
        let creator = json!({ "name": name, "version": version });
        let start = format!(
            "{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"pages\":[],\"entries\":["
        );
        out.extend_from_slice(start.as_bytes());
    }

    fn entry(&mut self, exchange: &Exchange, connection: &Connection) -> Value {
        let view = View::of(exchange);
        self.count(&view);
        let times = Times::of(exchange);
        let start = self.reader.header().created_unix_nanos;
        let server = connection.server.parse::<std::net::SocketAddr>().ok();
        let mut entry = json!({
            "startedDateTime": date::show(start.saturating_add(exchange.started().as_nanos())),
            "time": millis(times.send + times.wait + times.receive),
            "request": self.request(&view, connection),
            "response": self.response(&view),
            "cache": {},
            "timings": {
                "send": millis(times.send),
                "wait": millis(times.wait),
                "receive": millis(times.receive),
            },
            "serverIPAddress": server.map(|server| server.ip().to_string()).unwrap_or_default(),
            "connection": exchange.connection.0.to_string(),
        });
        if !view.complete() {
            set(&mut entry, "comment", "it stops before its end".into());
        }
        entry
    }

    fn count(&mut self, view: &View) {
        let done = &mut self.done;
        done.incomplete += u64::from(!view.complete());
        done.unanswered += u64::from(view.final_response().is_none());
        done.switched += u64::from(view.switched());
        let heads = view.responses().iter().filter_map(Message::response_head);
        done.interim += heads.filter(ResponseHead::is_interim).count() as u64;
        let messages = view.request().into_iter().chain(view.responses());
        done.trailers += messages.filter(|message| !message.trailers.is_empty()).count() as u64;
    }

    fn request(&mut self, view: &View, connection: &Connection) -> Value {
        let message = view.request();
        let Some(head) = message.and_then(Message::request_head) else {
            return json!({
                "method": "", "url": "", "httpVersion": "", "cookies": [], "headers": [],
                "queryString": [], "headersSize": -1, "bodySize": -1,
            });
        };
        let url = url(&head, connection);
        let cookie = head.header("cookie").map(text).unwrap_or_default();
        let mut request = json!({
            "method": text(head.method()),
            "queryString": query(&url),
            "url": url,
            "httpVersion": version(head.version()),
            "cookies": cookie.split("; ").filter_map(cookie_pair).collect::<Vec<_>>(),
            "headers": head.headers().map(|line| field(&line)).collect::<Vec<_>>(),
            "headersSize": message.map_or(0, |message| message.head.len()),
            "bodySize": message.map_or(0, |message| message.raw_body.len()),
        });
        if let Some(message) = message.filter(|message| !message.body.is_empty()) {
            let mime = head.header("content-type").map(text).unwrap_or_default();
            let content = self.content(message, head.header("content-encoding"), &mime);
            set(&mut request, "postData", content);
        }
        request
    }

    fn response(&mut self, view: &View) -> Value {
        let message = view.final_response();
        let head = message.and_then(Message::response_head);
        let (Some(message), Some(head)) = (message, head) else {
            return json!({
                "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [],
                "content": { "size": 0, "mimeType": "x-unknown" }, "redirectURL": "",
                "headersSize": -1, "bodySize": -1,
            });
        };
        let mime = head.header("content-type").map(text).unwrap_or_default();
        let set_cookies = head.headers().filter(|line| line.is("set-cookie"));
        let cookies = set_cookies.filter_map(|line| {
            let value = text(line.value);
            cookie_pair(value.split(';').next().unwrap_or_default())
        });
        json!({
            "status": head.status(),
            "statusText": text(head.reason()),
            "httpVersion": version(head.version()),
            "cookies": cookies.collect::<Vec<_>>(),
            "headers": head.headers().map(|line| field(&line)).collect::<Vec<_>>(),
            "content": self.content(message, head.header("content-encoding"), &mime),
            "redirectURL": head.header("location").map(text).unwrap_or_default(),
            "headersSize": message.head.len(),
            "bodySize": message.raw_body.len(),
        })
    }

    /// A body as text, without its content coding if that can be taken off.
    fn content(&mut self, message: &Message, coding: Option<&[u8]>, mime: &str) -> Value {
        let coding = coding.map(text).filter(|coding| !coding.eq_ignore_ascii_case("identity"));
        let coding = coding.filter(|_| !message.body.is_empty());
        let decoded = coding.as_deref().and_then(|coding| body::decoded(coding, &message.body));
        let is_coded = coding.is_some() && decoded.is_none();
        self.done.decoded += u64::from(decoded.is_some());
        self.done.coded += u64::from(is_coded);
        let bytes = decoded.as_deref().unwrap_or(&message.body);
        let (shown, is_base64) = body::text_of(bytes);
        let mut content = json!({ "size": bytes.len(), "mimeType": mime, "text": shown });
        if decoded.is_some() {
            let saved = bytes.len() as u64;
            let saved = saved.saturating_sub(message.body.len() as u64);
            set(&mut content, "compression", saved.into());
        }
        if is_base64 {
            set(&mut content, "encoding", "base64".into());
        }
        if is_coded {
            set(&mut content, "_coded", true.into());
            set(&mut content, "comment", "still in its content coding".into());
        }
        content
    }
}

/// How long an exchange took, in parts.
struct Times {
    send: Duration,
    wait: Duration,
    receive: Duration,
}

impl Times {
    fn of(exchange: &Exchange) -> Self {
        let at = |chunk: Option<&Chunk>| chunk.map(|chunk| chunk.at);
        let (start, end) = (exchange.started(), exchange.ended());
        let asked = at(exchange.sent(Direction::ToServer).last()).unwrap_or(start);
        let answered = at(exchange.sent(Direction::ToClient).next()).unwrap_or(end);
        // An answer may begin before the request is whole.
        let asked: Timestamp = asked.min(answered);
        Self { send: asked.since(start), wait: answered.since(asked), receive: end.since(answered) }
    }
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

/// To the microsecond.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1000.0
}

fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn field(line: &HeaderLine<'_>) -> Value {
    json!({ "name": text(line.name), "value": text(line.value) })
}

const fn version(version: Version) -> &'static str {
    match version {
        Version::Http10 => "HTTP/1.0",
        Version::Http11 => "HTTP/1.1",
        Version::Http2 => "HTTP/2",
    }
}

/// As the client meant it: where it did not say, as the recorder knew it.
fn url(head: &RequestHead<'_>, connection: &Connection) -> String {
    let target = text(head.target());
    if target.contains("://") && !target.starts_with('/') {
        return target;
    }
    let scheme = if connection.tls.is_some() { "https" } else { "http" };
    let upstream = connection.upstream.split_once("://").map(|(_, authority)| authority.to_owned());
    let host = head.header("host").map(text).filter(|host| !host.is_empty());
    let host = host.or(upstream).filter(|host| !host.starts_with('/'));
    let host = host.unwrap_or_else(|| connection.server.clone());
    if head.method() == b"CONNECT" {
        return format!("{scheme}://{target}");
    }
    let slash = if target.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{host}{slash}{target}")
}

fn query(url: &str) -> Vec<Value> {
    let Some((_, query)) = url.split_once('?') else { return Vec::new() };
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        json!({ "name": unescaped(name), "value": unescaped(value) })
    };
    query.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

/// `%XX` and `+` as what they stand for.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let escaped = digits.filter(|it| it.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let escaped = escaped.and_then(|it| u8::from_str_radix(it, 16).ok());
        rest = after;
        match (byte, escaped) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn cookie_pair(pair: &str) -> Option<Value> {
    let (name, value) = pair.trim().split_once('=')?;
    Some(json!({ "name": name, "value": value }))
}
