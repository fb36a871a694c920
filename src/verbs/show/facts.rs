//! What there is to say about an exchange in a line.

use cassettes::format::Entry;
use cassettes::model::{Direction, Exchange, How, Protocol, Side};
use cassettes::wire::http::{Message, View};
use cassettes::wire::http1::ResponseHead;
use cassettes::wire::tls_names;

use super::frames;
use crate::printable::Printable;

/// An exchange in a line. Texts are made fit for a terminal.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) entry: Entry,
    pub(super) method: String,
    pub(super) target: String,
    /// The final answer's, if there is one.
    pub(super) status: Option<u16>,
    pub(super) reason: String,
    /// Of HTTP/2.
    pub(super) stream: Option<u32>,
    /// Frames that ended it before its time.
    endings: Vec<String>,
}

impl Facts {
    pub(super) fn of(exchange: &Exchange, entry: Entry) -> Self {
        let view = View::of(exchange);
        let request = view.request().and_then(Message::request_head);
        let response = view.final_response().and_then(Message::response_head);
        let text = |bytes: &[u8]| Printable(bytes).to_string();
        Self {
            entry,
            method: request.as_ref().map(|head| text(head.method())).unwrap_or_default(),
            target: request.as_ref().map(|head| text(head.target())).unwrap_or_default(),
            status: response.as_ref().map(ResponseHead::status),
            reason: response.as_ref().map(|head| text(head.reason())).unwrap_or_default(),
            stream: frames::stream(exchange),
            endings: frames::endings(exchange),
        }
    }

    /// In what it was spoken.
    pub(super) fn protocol(&self) -> String {
        match (self.entry.protocol, self.stream) {
            (Protocol::Http2Control, _) => "http/2 control".to_owned(),
            (protocol, Some(stream)) => format!("{} stream {stream}", protocol.name()),
            (protocol, None) => protocol.name().to_owned(),
        }
    }

    /// What was asked.
    pub(super) fn request(&self) -> String {
        match (self.method.as_str(), self.entry.protocol) {
            ("", Protocol::Http2Control) => "(the connection's own frames)".to_owned(),
            ("", Protocol::Raw) => "(raw bytes)".to_owned(),
            ("", _) => "(no request)".to_owned(),
            (method, _) => format!("{method} {}", self.target),
        }
    }

    /// What was answered.
    pub(super) fn answer(&self) -> String {
        if !self.entry.protocol.is_conversation() {
            return String::new();
        }
        match self.status {
            Some(status) => format!("{status} {}", self.reason).trim_end().to_owned(),
            // Of HTTP/2 something else than an answer may have come: a reset, say.
            None if self.entry.protocol == Protocol::Http2 => "(none)".to_owned(),
            None if self.entry.byte_count(Direction::ToClient) > 0 => "(raw bytes)".to_owned(),
            None => "(none)".to_owned(),
        }
    }

    /// What a reader should be wary of.
    pub(super) fn notes(&self) -> String {
        let mut notes: Vec<&str> = self.endings.iter().map(String::as_str).collect();
        let may_end = matches!(self.entry.protocol, Protocol::Http1 | Protocol::Http2);
        if self.entry.interrupted() {
            notes.push("interrupted");
        } else if !self.entry.complete() && may_end {
            notes.push("incomplete");
        }
        if self.entry.degraded() {
            notes.push("partly raw");
        }
        if self.entry.staged() {
            notes.push("staged");
        }
        notes.join(", ")
    }
}

/// How a connection ended, in words.
pub(super) fn how(how: How) -> String {
    match how {
        How::Alert(number) => match tls_names::alert(number) {
            Some(name) => format!("TLS alert {name}"),
            None => format!("TLS alert {number}"),
        },
        how => kind_of_end(how).to_owned(),
    }
}

/// [`how`], without what an alert says.
pub(super) const fn kind_of_end(how: How) -> &'static str {
    match how {
        How::Fin => "FIN",
        How::Reset => "RST",
        How::Refused => "connection refused",
        How::Timeout => "timeout",
        How::Unreachable => "unreachable",
        How::CloseNotify => "close_notify",
        How::Alert(_) => "TLS alert",
        How::Untrusted => "certificate refused",
    }
}

pub(super) const fn side(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}
