//! An answer as head, body and trailers, whatever the version of HTTP: for edits that know what they change.
//!
//! - [`Answer::of`] takes a script apart, [`Answer::into_script`] puts it together again: the framing follows the body,
//!   and what happens between two pieces of it still happens there
//! - [`Head`]: status and header lines; those that nobody touches stay as they were on the wire
//! - `read`, `write`: the two directions, for both versions
//! - `coding`: gzip and its like

mod coding;
mod head;
mod read;
mod write;

use std::ops::Range;

use bytes::Bytes;

use super::{Misfit, Scene};
use crate::model::{Script, Step};
use crate::wire::http1::Framing;

pub use head::{Head, HeadLine};

/// The final answer of an exchange.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status and header lines.
    pub head: Head,
    /// What ends the body.
    pub framing: Framing,
    /// `Content-Length` stays as it is, whatever the body's length.
    pub keep_framing: bool,
    /// Lines of the trailer section.
    pub trailers: Vec<HeadLine>,
    /// The end that the framing announces is sent.
    pub complete: bool,
    /// Sent, and done, before the head: interim answers among it.
    before: Vec<Step>,
    body: Vec<Piece>,
    /// Done after the answer's end.
    after: Vec<Step>,
}

/// What of a body is sent at once.
#[derive(Debug, Clone, Default)]
struct Piece {
    /// Done before it is sent.
    before: Vec<Step>,
    bytes: Bytes,
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

    /// The body without its transfer framing; a content coding is left on.
    pub fn body(&self) -> Bytes {
        match &self.body[..] {
            [only] => only.bytes.clone(),
            several => several.iter().flat_map(|piece| piece.bytes.iter().copied()).collect(),
        }
    }

    /// The body without its content coding.
    pub fn content(&self) -> Result<Bytes, Misfit> {
        coding::decode(self.head.get("content-encoding"), self.body())
    }

    /// Another body, in the content coding that the head tells.
    pub fn set_content(&mut self, content: &[u8]) -> Result<(), Misfit> {
        let body = coding::encode(self.head.get("content-encoding"), content)?;
        self.set_whole_body(body);
        Ok(())
    }

    /// Another body, sent at once, when the first of the recorded one was.
    pub fn set_whole_body(&mut self, bytes: Bytes) {
        let first = self.body.first_mut().map(|first| std::mem::take(&mut first.before));
        self.body = vec![Piece { before: first.unwrap_or_default(), bytes }];
    }

    /// Other bytes in the place of these of the body; pieces stay, and what happens between them.
    pub fn splice(&mut self, range: Range<u64>, with: Bytes) {
        let mut with = Some(with);
        let mut at = 0;
        for piece in &mut self.body {
            let (start, end) = (at, at + piece.bytes.len() as u64);
            at = end;
            let local = |place: u64| usize::try_from(place.clamp(start, end) - start).unwrap_or(0);
            let (first, last) = (local(range.start), local(range.end));
            let put = with.take_if(|_| range.start <= end).unwrap_or_default();
            if !put.is_empty() || first < last {
                piece.bytes = [&piece.bytes.slice(..first)[..], &put, &piece.bytes.slice(last..)]
                    .concat()
                    .into();
            }
        }
        if let Some(bytes) = with.filter(|with| !with.is_empty()) {
            self.body.push(Piece { before: Vec::new(), bytes });
        }
    }

    /// Its body is JSON, by its content type.
    pub fn is_json(&self) -> bool {
        let kind = self.head.get("content-type").unwrap_or_default();
        let name = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let name = name.to_ascii_lowercase();
        name.ends_with(b"/json") || name.ends_with(b"+json")
    }
}
