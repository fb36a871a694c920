//! One entry, spelled as an exchange in HTTP/1.1.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;

use super::body;
use super::head::{Head, is_token, value};
use super::shape::{Content, Entry, Param, PostData, Request, Response, Text, Timings};
use super::url::{self, Url};
use crate::upstream::Upstream;

/// Longest wait believed. A day is more than any browser has.
const MAX_WAIT: Duration = Duration::from_secs(86_400);

/// An entry as an exchange.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) server: Upstream,
    pub(super) request: Bytes,
    /// None: there was no answer.
    pub(super) answer: Option<Answer>,
    pub(super) waits: Waits,
    /// Header fields that no head can hold.
    pub(super) dropped: u64,
    /// It was in another version of HTTP.
    pub(super) respelled: bool,
}

/// What the server said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) head: Bytes,
    pub(super) body: Bytes,
    /// Bytes of the body that the file does not hold.
    pub(super) missing: u64,
    /// Its content coding is off.
    pub(super) decoded: bool,
}

/// One after another, from the entry's start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    /// Until the request is on its way.
    pub(super) ask: Duration,
    /// Until the answer begins.
    pub(super) answer: Duration,
    /// Until it is over.
    pub(super) receive: Duration,
}

/// None for an entry that is not of HTTP.
pub(super) fn tell(entry: &Entry<'_>) -> Option<Told> {
    let request = &entry.request;
    let url = url::read(&request.url).filter(|_| is_token(&request.method))?;
    let (asked, mut dropped) = ask(request, &url);
    let answer = answer(&entry.response, &request.method).map(|(answer, more)| {
        dropped += more;
        answer
    });
    let version = request.http_version.as_deref().unwrap_or_default().to_ascii_lowercase();
    Some(Told {
        request: asked.into(),
        answer,
        waits: waits(entry.timings.as_ref(), entry.time),
        dropped,
        respelled: ["2", "3", "h2", "h3", "quic"].iter().any(|it| version.contains(it)),
        server: url.server,
    })
}

/// With how many fields were dropped.
fn ask(request: &Request<'_>, url: &Url) -> (Vec<u8>, u64) {
    let fields = &request.headers;
    let mut head = Head::new(&format!("{} {} HTTP/1.1", request.method, url.target));
    if value(fields, "host").is_none() {
        let authority = value(fields, ":authority").filter(|authority| !authority.is_empty());
        head.field("Host", authority.unwrap_or(&url.server.authority()));
    }
    head.fields(fields, &[]);
    let content_type = value(fields, "content-type").unwrap_or_default();
    let body = request.post_data.as_ref().and_then(|data| posted(data, content_type));
    let announced = value(fields, "content-length").is_some();
    let length = body.as_ref().map_or(0, Bytes::len);
    if length > 0 || announced {
        head.field("Content-Length", &length.to_string());
    }
    let dropped = head.dropped;
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&body.unwrap_or_default());
    (bytes, dropped)
}

fn posted(data: &PostData<'_>, content_type: &str) -> Option<Bytes> {
    match (&data.text, &data.params) {
        (Some(Text(text)), _) if !text.is_empty() => {
            body::bytes_of(text, data.encoding.as_deref(), content_type)
        }
        (_, Some(params)) => Some(form(params).into()),
        _ => None,
    }
}

/// A form whose text the file leaves out. Browsers write these names and values as they were sent, encoded.
fn form(params: &[Param<'_>]) -> String {
    let pair = |Param { name, value }: &Param<'_>| match value {
        Some(Text(value)) => format!("{name}={value}"),
        None => name.to_string(),
    };
    params.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// With how many fields were dropped; none if there was no answer.
fn answer(response: &Response<'_>, method: &str) -> Option<(Answer, u64)> {
    let status = response.status.filter(|status| (200..=999).contains(status) || *status == 101)?;
    let reason = response.status_text.as_ref().map_or("", |Text(text)| text);
    let reason: String = reason.chars().filter(|c| !c.is_control()).collect();
    let fields = &response.headers;
    let content = Body::of(response);
    let mut head = Head::new(&format!("HTTP/1.1 {status} {reason}"));
    let coding = if content.decoded { &["content-encoding"][..] } else { &[] };
    head.fields(fields, coding);
    // RFC 9110 §6.4.1: these have no body, whatever their length says of another answer's.
    let bodiless = method == "HEAD" || matches!(status, 101 | 204 | 304);
    let told = value(fields, "content-length").filter(|_| status != 204);
    match (bodiless, told) {
        (true, Some(length)) => head.field("Content-Length", length),
        (true, None) => {}
        (false, _) => head.field("Content-Length", &content.len().to_string()),
    }
    let dropped = head.dropped;
    let (bytes, missing) =
        if bodiless { (Bytes::new(), 0) } else { (content.bytes, content.missing) };
    let head = head.into_bytes().into();
    Some((Answer { head, body: bytes, missing, decoded: content.decoded }, dropped))
}

/// What the file holds of an answer's body.
struct Body {
    bytes: Bytes,
    missing: u64,
    decoded: bool,
}

impl Body {
    fn of(response: &Response<'_>) -> Self {
        let fields = &response.headers;
        let content_type = value(fields, "content-type").unwrap_or_default();
        let content = response.content.as_ref();
        let text = content.and_then(|content| content.text.as_ref()).filter(|it| !it.0.is_empty());
        let is_coded = content.is_some_and(|content| content.coded);
        let coding = value(fields, "content-encoding").is_some_and(|it| it != "identity");
        let decoded = coding && !is_coded;
        let bytes = text.and_then(|Text(text)| {
            let encoding = content.and_then(|content| content.encoding.as_deref());
            body::bytes_of(text, encoding, content_type)
        });
        match bytes {
            Some(bytes) => Self { bytes, missing: 0, decoded },
            None => Self { bytes: Bytes::new(), missing: size(content, response), decoded },
        }
    }

    fn len(&self) -> u64 {
        self.missing.saturating_add(self.bytes.len() as u64)
    }
}

/// Of a body whose text is not there; as far as anybody knows.
fn size(content: Option<&Content<'_>>, response: &Response<'_>) -> u64 {
    let told = [content.and_then(|content| content.size), response.body_size];
    told.into_iter()
        .flatten()
        .find_map(|size| u64::try_from(size).ok().filter(|size| *size > 0))
        .unwrap_or(0)
}

fn waits(timings: Option<&Timings>, time: Option<f64>) -> Waits {
    let Some(timings) = timings else {
        return Waits { ask: Duration::ZERO, answer: millis(time), receive: Duration::ZERO };
    };
    // `connect` includes `ssl`.
    let ask = millis(timings.blocked) + millis(timings.dns) + millis(timings.connect);
    let answer = millis(timings.send) + millis(timings.wait);
    Waits { ask, answer, receive: millis(timings.receive) }
}

/// Nothing for what does not apply, or is no time.
fn millis(millis: Option<f64>) -> Duration {
    let duration = millis.and_then(|it| Duration::try_from_secs_f64(it / 1000.0).ok());
    duration.unwrap_or_default().min(MAX_WAIT)
}

/// The server's address, as `ip:port`; empty where unknown.
pub(super) fn address(entry: &Entry<'_>, server: &Upstream) -> String {
    let ip = entry.server_ip.as_deref().unwrap_or_default();
    let ip: Cow<'_, str> = ip.trim_matches(['[', ']']).into();
    match ip.parse::<std::net::IpAddr>() {
        Ok(ip) => std::net::SocketAddr::new(ip, server.port).to_string(),
        Err(_) => String::new(),
    }
}
