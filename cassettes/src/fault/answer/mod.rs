//! An answer as head, body and trailers, whatever the version of HTTP: for edits that know what they change.
//!
//! - [`Answer::of`] takes a script apart, [`Answer::into_script`] puts it together again: the framing follows the body,
//!   and what happens between two pieces of it still happens there. What nobody touches stays as it was on the wire
//! - [`Head`]: status and header lines
//! - `body`: the body's pieces; `coding`: gzip and its like
//! - `read`, `write`: the two directions, for both versions

mod body;
mod coding;
mod head;
mod read;
#[cfg(test)]
mod tests;
mod write;

use bytes::Bytes;

use super::{Misfit, Scene};
use crate::model::{Protocol, Script, Step};
use crate::wire::http1::Framing;

use body::Piece;
pub use head::{Head, HeadLine};

/// The final answer of an exchange.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status and header lines.
    pub head: Head,
    /// What ends the body.
    pub framing: Framing,
    /// What the framing says of the body's length stays as recorded: `Content-Length`, or the size of the one chunk
    /// that the body then is.
    pub keep_framing: bool,
    /// Lines of the trailer section.
    pub trailers: Vec<HeadLine>,
    /// The end that the framing announces is sent.
    pub complete: bool,
    bodies: Bodies,
    protocol: Protocol,
    /// Sent, and done, before the head: interim answers among it.
    before: Vec<Step>,
    body: Vec<Piece>,
    /// Done after the answer's end.
    after: Vec<Step>,
    recorded: Recorded,
}

/// Whether an answer has a body (RFC 9110 §6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bodies {
    /// Its status decides.
    ByStatus,
    /// It answers HEAD: none.
    Never,
    /// A body is sent in any case.
    Always,
}

/// What follows the head as it was recorded: played so while nobody changes any of it.
#[derive(Debug, Clone)]
struct Recorded {
    /// What was sent at once with the end of the head.
    with_head: Bytes,
    /// All that follows.
    rest: Vec<Step>,
    /// The head ended the stream, in HTTP/2.
    head_ends: bool,
    framing: Framing,
    trailers: Vec<HeadLine>,
    complete: bool,
    body_len: u64,
    /// The body's pieces, or what follows them, were changed.
    touched: bool,
}

impl Answer {
    /// Of what a script sends.
    pub fn of(scene: &Scene<'_>) -> Result<Self, Misfit> {
        read::read(scene)
    }

    /// The script that sends it.
    pub fn into_script(self, scene: &Scene<'_>) -> Script {
        write::write(self, scene.exchange)
    }

    /// It has no body, whatever its headers say: it answers HEAD, or its status is 1xx, 204 or 304.
    pub const fn is_bodiless(&self) -> bool {
        match self.bodies {
            Bodies::ByStatus => matches!(self.head.status(), 100..=199 | 204 | 304),
            Bodies::Never => true,
            Bodies::Always => false,
        }
    }

    /// It has a body, of which at least one byte was recorded; else why that is needed.
    pub fn need_body(&self) -> Result<(), Misfit> {
        if self.is_bodiless() || self.body_len() == 0 {
            return Err(Misfit::new("it needs an answer with a body, and this one has none"));
        }
        Ok(())
    }

    /// Its end is sent, then the connection ends, and nothing else; of a stream of HTTP/2: nothing else.
    pub fn end_connection(&mut self, end: Step) {
        let rest = &mut self.recorded.rest;
        let sends = |step: &Step| matches!(step, Step::Send(_));
        rest.truncate(rest.iter().rposition(sends).map_or(0, |last| last + 1));
        self.after.clear();
        if !self.is_http2() {
            self.recorded.rest.push(end.clone());
            self.after.push(end);
        }
    }

    /// In HTTP/1, its body is sent in chunks: each piece that was sent at once is one. What it was framed by is not said any more.
    pub fn set_chunked(&mut self) {
        if self.framing != Framing::Chunked {
            self.head.remove("content-length");
            self.head.set("Transfer-Encoding", b"chunked");
            self.framing = Framing::Chunked;
            self.complete = true;
            self.body.iter_mut().for_each(|piece| piece.continues = false);
        }
        self.touch();
    }

    /// Its body's length is said by `Content-Length`, in HTTP/1 also what ends it. What it was framed by is not said any more.
    pub fn set_length(&mut self) {
        let len = self.body_len();
        self.head.remove("transfer-encoding");
        self.head.set("Content-Length", len.to_string().as_bytes());
        if !self.is_http2() && self.framing != Framing::Length(len) {
            self.framing = Framing::Length(len);
            self.trailers.clear();
            self.complete = true;
        }
    }

    /// Its headers say nothing of a body, and none is sent.
    pub fn drop_body(&mut self) {
        self.head.remove("transfer-encoding");
        self.head.remove("content-length");
        self.set_whole_body(Bytes::new());
    }

    /// What the client asked to switch to is not begun: nothing but the head is left.
    pub fn leave_switch(&mut self) {
        self.touch();
        self.head.remove("upgrade");
        self.head.remove("connection");
        self.body.clear();
        self.after.clear();
        self.complete = true;
    }

    /// Its body is sent, whatever its status, and if it answers HEAD.
    pub fn force_body(&mut self) {
        self.bodies = Bodies::Always;
    }

    /// Its body is JSON, by its content type.
    pub fn is_json(&self) -> bool {
        let kind = self.head.get("content-type").unwrap_or_default();
        let name = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let name = name.to_ascii_lowercase();
        name.ends_with(b"/json") || name.ends_with(b"+json")
    }

    fn is_http2(&self) -> bool {
        self.protocol == Protocol::Http2
    }

    /// What follows the head is not any more as recorded.
    const fn touch(&mut self) {
        self.recorded.touched = true;
    }

    /// What follows the head is as recorded.
    fn is_as_recorded(&self) -> bool {
        let was = &self.recorded;
        let same = (was.framing, was.complete) == (self.framing, self.complete);
        same && !was.touched && was.trailers == self.trailers
    }
}
