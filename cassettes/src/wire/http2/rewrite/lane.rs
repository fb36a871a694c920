//! One direction's bytes, taken apart where something may have to change.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::super::hpack::Field;
use super::super::{
    DEFAULT_FRAME_BYTES, FRAME_HEADER_BYTES, Frame, FrameError, FrameHeader, Http2Error, Kind,
    MAX_BLOCK_BYTES, MAX_FRAME_BYTES, Preface, Problem, setting,
};
use super::Out;
use super::recode::Recoder;
use crate::model::Direction;

/// Most SETTINGS of one side that the other has not acknowledged. Two at once are rare.
const MAX_UNACKNOWLEDGED: usize = 1000;

/// One direction.
#[derive(Debug)]
pub(super) struct Lane {
    place: Place,
    /// Bytes of a frame that is not yet whole, withheld.
    held: BytesMut,
    /// None: header blocks pass as they are.
    recoder: Option<Recoder>,
    /// What this direction's receiver has said of itself, and its sender not yet acknowledged.
    limits: VecDeque<Limits>,
    /// Bytes before the frame that comes next.
    offset: u64,
}

/// Where the next byte is.
#[derive(Debug)]
enum Place {
    Preface(Preface),
    /// In a frame of which `held` is the beginning.
    Frame,
    /// In a frame that passes, with so many bytes to come.
    Passing(usize),
    /// After what is no HTTP/2: nothing changes any more.
    Raw,
    Failed(Http2Error),
}

/// What SETTINGS say about header blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Limits {
    /// The smallest and the last size of the table.
    pub(super) table: Option<(u32, u32)>,
    pub(super) frame: Option<u32>,
}

impl Limits {
    fn of(settings: &[(u16, u32)]) -> Self {
        let mut limits = Self::default();
        for (setting, value) in settings {
            match *setting {
                setting::HEADER_TABLE_SIZE => {
                    let least = limits.table.map_or(*value, |(least, _)| least.min(*value));
                    limits.table = Some((least, *value));
                }
                setting::MAX_FRAME_SIZE => {
                    limits.frame = Some((*value).clamp(DEFAULT_FRAME_BYTES, MAX_FRAME_BYTES));
                }
                _ => {}
            }
        }
        limits
    }
}

impl Lane {
    /// At a connection's first byte.
    pub(super) fn new(direction: Direction, recoder: Option<Recoder>) -> Self {
        let place = match direction {
            Direction::ToServer => Place::Preface(Preface::default()),
            Direction::ToClient => Place::Frame,
        };
        Self { place, held: BytesMut::new(), recoder, limits: VecDeque::new(), offset: 0 }
    }

    /// Takes one read's bytes. Gives back what the sender's SETTINGS say, one for each.
    pub(super) fn advance(
        &mut self,
        input: &Bytes,
        change: &mut dyn FnMut(&mut [Field]),
        out: Out<'_>,
    ) -> Result<Vec<Limits>, Http2Error> {
        let mut cut = Cut { input, done: 0, at: 0, out };
        let mut said = Vec::new();
        let result = self.pieces(&mut cut, change, &mut said);
        cut.give();
        result.map(|()| said)
    }

    /// The receiver has said these of itself; they hold once acknowledged.
    pub(super) fn expect(&mut self, limits: Vec<Limits>) -> Result<(), Http2Error> {
        self.limits.extend(limits);
        if self.limits.len() <= MAX_UNACKNOWLEDGED {
            return Ok(());
        }
        let error = Http2Error { offset: self.offset, problem: Problem::Unacknowledged };
        self.place = Place::Failed(error);
        Err(error)
    }

    /// No further bytes come: gives away what is withheld.
    pub(super) fn finish(&mut self, out: Out<'_>) {
        let block = self.recoder.as_mut().map(Recoder::take_unread).unwrap_or_default();
        for withheld in [block, self.held.split().freeze()] {
            if !withheld.is_empty() {
                out(withheld);
            }
        }
    }

    fn pieces(
        &mut self,
        cut: &mut Cut<'_>,
        change: &mut dyn FnMut(&mut [Field]),
        said: &mut Vec<Limits>,
    ) -> Result<(), Http2Error> {
        while cut.left() > 0 {
            match &mut self.place {
                Place::Preface(preface) => match preface.advance(&mut cut.rest()) {
                    Ok(_) => self.pass_preface(cut),
                    Err(_) => self.place = Place::Raw,
                },
                Place::Passing(left) => {
                    let left = *left - cut.pass(*left);
                    self.place = if left == 0 { Place::Frame } else { Place::Passing(left) };
                }
                Place::Frame => {
                    if let Err(problem) = self.frame(cut, change, said) {
                        self.give_up(problem, cut)?;
                    }
                }
                Place::Raw => {
                    cut.pass(usize::MAX);
                }
                Place::Failed(error) => return Err(*error),
            }
        }
        Ok(())
    }

    /// Passes what has come of a preface that is right so far.
    fn pass_preface(&mut self, cut: &mut Cut<'_>) {
        let Place::Preface(preface) = self.place else { return };
        let whole = preface.is_whole();
        let passed = preface.seen().len() as u64 - self.offset;
        cut.pass(usize::try_from(passed).unwrap_or(usize::MAX));
        self.offset += passed;
        if whole {
            self.place = Place::Frame;
        }
    }

    /// Takes what has come of a frame.
    fn frame(
        &mut self,
        cut: &mut Cut<'_>,
        change: &mut dyn FnMut(&mut [Field]),
        said: &mut Vec<Limits>,
    ) -> Result<(), Problem> {
        if self.held.is_empty()
            && let Some(header) = cut.peek().first_chunk().map(FrameHeader::read)
            && !self.concerns(header.kind)
        {
            self.let_pass(header, header.wire_len());
            return Ok(());
        }
        self.hold(cut, FRAME_HEADER_BYTES);
        let Some(header) = self.held.first_chunk().map(FrameHeader::read) else { return Ok(()) };
        if !self.concerns(header.kind) {
            cut.replace(self.held.split().freeze());
            self.let_pass(header, header.length as usize);
            return Ok(());
        }
        if header.length as usize > MAX_BLOCK_BYTES {
            return Err(FrameError::TooLong.into());
        }
        self.hold(cut, header.wire_len());
        if self.held.len() < header.wire_len() {
            return Ok(());
        }
        self.whole(header, cut, change, said)
    }

    /// Lets a frame pass of which so many bytes are not yet given away.
    fn let_pass(&mut self, header: FrameHeader, left: usize) {
        self.place = if left == 0 { Place::Frame } else { Place::Passing(left) };
        self.offset += header.wire_len() as u64;
    }

    /// Whether a frame must be read.
    fn concerns(&self, kind: Kind) -> bool {
        let block = matches!(kind, Kind::Headers | Kind::PushPromise | Kind::Continuation);
        let inside = self.recoder.as_ref().is_some_and(Recoder::is_inside_block);
        kind == Kind::Settings || inside || block && self.recoder.is_some()
    }

    /// Takes a whole frame that concerns this.
    fn whole(
        &mut self,
        header: FrameHeader,
        cut: &mut Cut<'_>,
        change: &mut dyn FnMut(&mut [Field]),
        said: &mut Vec<Limits>,
    ) -> Result<(), Problem> {
        let wire = self.held.clone().freeze();
        let frame = Frame { header, payload: wire.slice(FRAME_HEADER_BYTES..) };
        frame.check(MAX_FRAME_BYTES)?;
        match (&mut self.recoder, frame.settings()) {
            (Some(recoder), settings) if settings.is_none() || recoder.is_inside_block() => {
                for frame in recoder.recode(frame, change)? {
                    cut.replace(frame.encode());
                }
            }
            (_, settings) => {
                cut.replace(wire);
                if frame.is_ack() {
                    self.acknowledge();
                } else {
                    said.extend(settings.as_deref().map(Limits::of));
                }
            }
        }
        self.held.clear();
        self.offset += header.wire_len() as u64;
        Ok(())
    }

    fn acknowledge(&mut self) {
        if let (Some(limits), Some(recoder)) = (self.limits.pop_front(), &mut self.recoder) {
            recoder.obey(limits);
        }
    }

    /// Moves bytes from the input to those withheld, until these are so many.
    fn hold(&mut self, cut: &mut Cut<'_>, len: usize) {
        let missing = len.saturating_sub(self.held.len());
        self.held.extend_from_slice(cut.take(missing));
    }

    /// What follows cannot be read: it passes as it is, unless that would mean something else to the receiver.
    fn give_up(&mut self, problem: Problem, cut: &mut Cut<'_>) -> Result<(), Http2Error> {
        if self.recoder.as_ref().is_some_and(Recoder::has_begun) {
            let error = Http2Error { offset: self.offset, problem };
            self.place = Place::Failed(error);
            return Err(error);
        }
        cut.give();
        self.finish(&mut *cut.out);
        self.place = Place::Raw;
        Ok(())
    }
}

/// Gives away an input, piece by piece; what passes in one piece is given in one.
struct Cut<'a> {
    input: &'a Bytes,
    /// What comes before is given away, or withheld.
    done: usize,
    /// What lies between `done` and this passes.
    at: usize,
    out: Out<'a>,
}

impl Cut<'_> {
    fn left(&self) -> usize {
        self.input.len() - self.at
    }

    fn rest(&self) -> Bytes {
        self.input.slice(self.at..)
    }

    fn peek(&self) -> &[u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// Lets at most so many bytes pass; says how many.
    fn pass(&mut self, len: usize) -> usize {
        let len = len.min(self.left());
        self.at += len;
        len
    }

    /// Takes at most so many bytes out.
    fn take(&mut self, len: usize) -> &[u8] {
        self.give();
        let start = self.at;
        self.at += len.min(self.left());
        self.done = self.at;
        self.input.get(start..self.at).unwrap_or_default()
    }

    /// Gives away something else.
    fn replace(&mut self, bytes: Bytes) {
        self.give();
        if !bytes.is_empty() {
            (self.out)(bytes);
        }
    }

    /// Gives away what passes.
    fn give(&mut self) {
        if self.done < self.at {
            (self.out)(self.input.slice(self.done..self.at));
        }
        self.done = self.at;
    }
}
