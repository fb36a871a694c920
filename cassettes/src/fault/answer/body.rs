//! An answer's body, to be edited.

use std::ops::Range;

use bytes::Bytes;

use super::{Answer, coding};
use crate::fault::Misfit;
use crate::model::Step;

/// A chunk of HTTP's, a DATA frame's content, or what of a body was sent at once.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    /// Done before it is sent.
    pub(super) before: Vec<Step>,
    /// It is not sent at once with what precedes it.
    pub(super) apart: bool,
    /// It is of the same chunk as the piece before it.
    pub(super) continues: bool,
    pub(super) bytes: Bytes,
}

impl Answer {
    /// The body without its transfer framing; a content coding is left on.
    pub fn body(&self) -> Bytes {
        match &self.body[..] {
            [only] => only.bytes.clone(),
            several => several.iter().flat_map(|piece| piece.bytes.iter().copied()).collect(),
        }
    }

    /// How many bytes that are.
    pub fn body_len(&self) -> u64 {
        self.body.iter().map(|piece| piece.bytes.len() as u64).sum()
    }

    /// The body without its content coding.
    pub fn content(&self) -> Result<Bytes, Misfit> {
        coding::decode(self.coding(), self.body())
    }

    /// Another body, in the content coding that the head tells.
    pub fn set_content(&mut self, content: &[u8]) -> Result<(), Misfit> {
        let body = coding::encode(self.coding(), content)?;
        self.set_whole_body(body);
        Ok(())
    }

    /// Its body is in gzip, as it was or from now on.
    pub fn set_gzip(&mut self) -> Result<(), Misfit> {
        if self.coding().is_some_and(|coding| coding.eq_ignore_ascii_case(b"gzip")) {
            return Ok(());
        }
        let content = self.content()?;
        self.head.set("Content-Encoding", b"gzip");
        self.set_content(&content)
    }

    /// Another body, sent at once, when the first of the recorded one was; an empty one, with the head.
    pub fn set_whole_body(&mut self, bytes: Bytes) {
        self.touch();
        let first = std::mem::take(&mut self.body).into_iter().next().unwrap_or_default();
        if !bytes.is_empty() {
            self.body.push(Piece { bytes, continues: false, ..first });
        }
    }

    /// Other bytes in the place of these of the content. Without a content coding, pieces stay, and what happens
    /// between them.
    pub fn splice_content(&mut self, range: Range<usize>, with: &[u8]) -> Result<(), Misfit> {
        if self.coding().is_none() {
            self.splice(range.start as u64..range.end as u64, Bytes::copy_from_slice(with));
            return Ok(());
        }
        let content = self.content()?;
        let part = |range: Range<usize>| content.get(range).unwrap_or_default();
        let (first, last) = (part(0..range.start), part(range.end..content.len()));
        self.set_content(&[first, with, last].concat())
    }

    /// Other bytes in the place of these of the body; pieces stay, and what happens between them.
    pub fn splice(&mut self, range: Range<u64>, with: Bytes) {
        self.touch();
        let mut with = Some(with);
        let mut at = 0;
        for piece in &mut self.body {
            let (start, end) = (at, at + piece.bytes.len() as u64);
            at = end;
            let local = |place: u64| usize::try_from(place.clamp(start, end) - start).unwrap_or(0);
            let (first, last) = (local(range.start), local(range.end));
            // What replaces something comes with it; what is put in comes with what is before it.
            let is_here = range.start < end || range.is_empty() && range.start == end;
            let put = with.take_if(|_| is_here).unwrap_or_default();
            if !put.is_empty() || first < last {
                piece.bytes = [&piece.bytes.slice(..first)[..], &put, &piece.bytes.slice(last..)]
                    .concat()
                    .into();
            }
        }
        if let Some(bytes) = with.filter(|with| !with.is_empty()) {
            self.body.push(Piece { bytes, ..Piece::default() });
        }
    }

    /// The body in chunks, or DATA frames, of this length; each is sent by itself.
    pub fn cut_body(&mut self, len: usize) {
        self.touch();
        let whole = self.body();
        let first = self.body.first().map(|first| first.before.clone()).unwrap_or_default();
        let piece = |(index, bytes)| Piece {
            before: if index == 0 { first.clone() } else { vec![Step::Flush] },
            apart: index > 0,
            continues: false,
            bytes: whole.slice_ref(bytes),
        };
        self.body = whole.chunks(len.max(1)).enumerate().map(piece).collect();
    }

    fn coding(&self) -> Option<&[u8]> {
        let coding = self.head.get("content-encoding")?;
        Some(coding).filter(|coding| !coding.eq_ignore_ascii_case(b"identity"))
    }
}
