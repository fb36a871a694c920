//! What there is to say about an exchange in a line.

use cassettes::format::Entry;
use cassettes::model::{Direction, Exchange, How, Protocol, Side};
use cassettes::wire::http::{Message, View};
use cassettes::wire::http1::ResponseHead;

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
        }
    }

    /// What was asked.
    pub(super) fn request(&self) -> String {
        match (self.method.as_str(), self.entry.protocol) {
            ("", Protocol::Raw) => "(raw bytes)".to_owned(),
            ("", _) => "(no request)".to_owned(),
            (method, _) => format!("{method} {}", self.target),
        }
    }

    /// What was answered.
    pub(super) fn answer(&self) -> String {
        match self.status {
            Some(status) => format!("{status} {}", self.reason).trim_end().to_owned(),
            None if self.entry.byte_count(Direction::ToClient) > 0 => "(raw bytes)".to_owned(),
            None => "(none)".to_owned(),
        }
    }

    /// What a reader should be wary of.
    pub(super) fn notes(&self) -> String {
        let mut notes = Vec::new();
        if self.entry.interrupted() {
            notes.push("interrupted");
        } else if !self.entry.complete() && self.entry.protocol != Protocol::Raw {
            notes.push("incomplete");
        }
        if self.entry.degraded() {
            notes.push("partly raw");
        }
        notes.join(", ")
    }
}

/// How a connection ended, in words.
pub(super) const fn how(how: How) -> &'static str {
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
