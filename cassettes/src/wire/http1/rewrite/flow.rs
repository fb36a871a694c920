//! Requests, cut at the lines that change.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

use super::Out;
use super::fields::{Names, may_become};
use crate::wire::http1::{Advance, Event, ParseError};

/// Longest line withheld to see its end. A longer one is passed on unchanged: URLs stop at 8 KiB nearly everywhere.
const MAX_HELD_LINE_BYTES: usize = 64 * 1024;

/// The direction to the server.
#[derive(Debug)]
pub(super) struct Flow {
    /// Fields that may change.
    names: Names,
    place: Place,
    /// Nothing of a message has come since the last one's end.
    between: bool,
    line: Line,
}

/// Where in a message the next byte is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Head,
    Body,
    /// No message, or none that a parser understands: nothing is changed any more.
    Raw,
}

/// Where in a head's line the next byte is.
#[derive(Debug, Default)]
enum Line {
    #[default]
    Start,
    /// In one that stays as it is.
    Passing,
    /// In one that may change, of which this much is withheld.
    Held(BytesMut),
}

impl Flow {
    /// At the start of a connection on which these fields may change.
    pub(super) fn new(names: Names) -> Self {
        Self { names, place: Place::Head, between: true, line: Line::Start }
    }

    /// Takes one read's bytes. `parse` finds the heads, `change` gives what a line becomes (`None`: it stays),
    /// `head` is told each whole head.
    pub(super) fn advance(
        &mut self,
        input: &Bytes,
        out: Out<'_>,
        mut parse: impl FnMut(&Bytes) -> Result<Advance, ParseError>,
        mut change: impl FnMut(&[u8]) -> Option<Bytes>,
        mut head: impl FnMut(&[u8]),
    ) {
        let mut cutter = Cutter { input, done: 0, out };
        let mut at = 0;
        while self.place != Place::Raw {
            let Ok(Advance { taken, event }) = parse(&input.slice(at..)) else {
                self.stop();
                break;
            };
            self.between &= taken == 0;
            if self.place == Place::Head {
                self.lines(&mut cutter, at..at + taken, &mut change);
            }
            at += taken;
            match event {
                Some(event) => self.step(&event, &mut head),
                None => return cutter.finish(),
            }
        }
        self.release(&mut cutter);
        cutter.finish();
    }

    /// Whether the next byte is a message's first.
    pub(super) fn between_messages(&self) -> bool {
        self.between
    }

    /// No further bytes change.
    pub(super) fn stop(&mut self) {
        (self.place, self.between) = (Place::Raw, false);
    }

    /// No further bytes come.
    pub(super) fn finish(&mut self, out: Out<'_>) {
        self.release(&mut Cutter { input: &Bytes::new(), done: 0, out });
    }

    fn step(&mut self, event: &Event, head: &mut impl FnMut(&[u8])) {
        match event {
            Event::Head(bytes) => {
                self.place = Place::Body;
                head(bytes);
            }
            Event::End => {
                (self.place, self.between, self.line) = (Place::Head, true, Line::Start);
            }
            Event::Switched => self.stop(),
            Event::Body(_) | Event::Trailers(_) => {}
        }
    }

    /// Gives away what is withheld, as it is.
    fn release(&mut self, cutter: &mut Cutter<'_>) {
        if let Line::Held(held) = std::mem::take(&mut self.line) {
            (cutter.out)(held.freeze());
        }
    }

    fn lines(
        &mut self,
        cutter: &mut Cutter<'_>,
        head: Range<usize>,
        change: &mut impl FnMut(&[u8]) -> Option<Bytes>,
    ) {
        let input = cutter.input;
        let mut rest = input.get(head.clone()).unwrap_or_default();
        let mut start = head.start;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let (piece, after) = rest.split_at(end);
            self.piece(cutter, piece, start..start + end, change);
            (rest, start) = (after, start + end);
        }
    }

    /// One line, or the part of it that is there.
    fn piece(
        &mut self,
        cutter: &mut Cutter<'_>,
        piece: &[u8],
        range: Range<usize>,
        change: &mut impl FnMut(&[u8]) -> Option<Bytes>,
    ) {
        let whole = piece.ends_with(b"\n");
        self.line = match std::mem::take(&mut self.line) {
            Line::Start if whole => {
                if let Some(changed) = change(piece) {
                    cutter.replace(range, changed);
                }
                Line::Start
            }
            Line::Start if may_become(self.names, piece) => {
                cutter.replace(range, Bytes::new());
                Line::Held(piece.into())
            }
            Line::Start | Line::Passing if !whole => Line::Passing,
            Line::Start | Line::Passing => Line::Start,
            Line::Held(mut held) => {
                held.extend_from_slice(piece);
                let wait =
                    !whole && may_become(self.names, &held) && held.len() <= MAX_HELD_LINE_BYTES;
                let line = if wait { Bytes::new() } else { held.split().freeze() };
                let changed = if whole { change(&line) } else { None };
                cutter.replace(range, changed.unwrap_or(line));
                match (wait, whole) {
                    (true, _) => Line::Held(held),
                    (false, true) => Line::Start,
                    (false, false) => Line::Passing,
                }
            }
        };
    }
}

/// Gives away an input, piece by piece.
struct Cutter<'a> {
    input: &'a Bytes,
    /// What comes before is given away.
    done: usize,
    out: Out<'a>,
}

impl Cutter<'_> {
    /// Gives away all before `range`, then `bytes` in its place.
    fn replace(&mut self, range: Range<usize>, bytes: Bytes) {
        self.give(range.start);
        if !bytes.is_empty() {
            (self.out)(bytes);
        }
        self.done = range.end;
    }

    fn give(&mut self, end: usize) {
        if self.done < end {
            (self.out)(self.input.slice(self.done..end));
        }
        self.done = end;
    }

    fn finish(mut self) {
        self.give(self.input.len());
    }
}
