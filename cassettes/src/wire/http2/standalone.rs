//! One direction of a connection, into frames that need nothing but themselves.

use bytes::Bytes;

use super::hpack::{self, Decoder, HpackError};
use super::{
    Blocks, Frame, FrameParser, Http2Error, Kind, MAX_FRAME_BYTES, PREFACE, Preface, Problem, flag,
};
use crate::model::Direction;

/// Reads one direction of a connection, from its first byte on.
///
/// Frames come out as they were on the wire, except those with header blocks: of each block one frame, with all its
/// fields written out ([`hpack::encode_standalone`]), since the recording of one stream cannot know what others
/// put into the compression's table. Flags (but `END_HEADERS`), priority and padding stay.
///
/// Memory: one frame or header block, one dynamic table of at most [`hpack::MAX_TABLE_BYTES`].
#[derive(Debug, Clone)]
pub struct Standalone {
    /// None: the direction has none.
    preface: Option<Preface>,
    parser: FrameParser,
    blocks: Blocks,
    decoder: Decoder,
    /// The first frame is SETTINGS.
    begun: bool,
    failure: Option<Failure>,
}

/// What a direction consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A client's first bytes: [`PREFACE`].
    Preface,
    /// One frame; a header block is whole.
    Frame {
        /// In the form that stands alone.
        frame: Frame,
        /// How many bytes it had on the wire, over all its frames.
        wire_len: usize,
    },
}

impl Piece {
    /// How many bytes it had on the wire.
    pub fn wire_len(&self) -> usize {
        match self {
            Self::Preface => PREFACE.len(),
            Self::Frame { wire_len, .. } => *wire_len,
        }
    }
}

#[derive(Debug, Clone)]
struct Failure {
    error: Http2Error,
    /// The frame or block that cannot be read, as on the wire.
    wire: Bytes,
}

impl Standalone {
    /// At a connection's first byte.
    pub fn new(direction: Direction) -> Self {
        Self {
            preface: (direction == Direction::ToServer).then(Preface::default),
            parser: FrameParser::new(MAX_FRAME_BYTES),
            blocks: Blocks::new(),
            decoder: Decoder::passive(),
            begun: false,
            failure: None,
        }
    }

    /// Takes one read's bytes. Poll until there is nothing before the next.
    pub fn receive(&mut self, bytes: &Bytes) {
        self.parser.receive(bytes);
    }

    /// The next piece. None: feed me more. An error comes again and again: what follows it, and what cannot be
    /// read, is [`unread`](Self::unread).
    pub fn poll(&mut self) -> Option<Result<Piece, Http2Error>> {
        if let Some(failure) = &self.failure {
            return Some(Err(failure.error));
        }
        if self.preface.is_some_and(|preface| !preface.is_whole()) {
            return self.poll_preface();
        }
        if !self.begun {
            self.begun = self.parser.peek()?.kind == Kind::Settings;
            if !self.begun {
                return Some(Err(self.fail(Problem::FirstFrame, Bytes::new())));
            }
        }
        loop {
            let frame = match self.parser.poll()? {
                Ok(frame) => frame,
                Err(error) => return Some(Err(self.fail(error.problem, Bytes::new()))),
            };
            match self.piece(frame) {
                Ok(None) => {}
                Ok(Some(piece)) => return Some(Ok(piece)),
                Err((problem, wire)) => return Some(Err(self.fail(problem, wire))),
            }
        }
    }

    /// How many bytes of the wire were given away as pieces.
    pub fn offset(&self) -> u64 {
        let preface = self.preface.map_or(0, |preface| preface.seen().len());
        let failed = self.failure.as_ref().map_or(0, |failure| failure.wire.len());
        let withheld = self.blocks.wire_len() + failed;
        let preface = if preface == PREFACE.len() { preface } else { 0 };
        self.parser.offset() + preface as u64 - withheld as u64
    }

    /// What came and was not given away as pieces, as on the wire: the beginning of a frame or of a header block; after
    /// an error all from there on.
    pub fn unread(&self) -> Bytes {
        let preface = self.preface.filter(|preface| !preface.is_whole());
        let preface = preface.map_or(&b""[..], |preface| preface.seen());
        let failed = self.failure.as_ref().map_or(&b""[..], |failure| &failure.wire);
        let (block, rest) = (self.blocks.unread(), self.parser.unread());
        match (preface.is_empty() && failed.is_empty(), block.is_empty()) {
            (true, true) => rest,
            _ => [preface, &block, failed, &rest].concat().into(),
        }
    }

    fn poll_preface(&mut self) -> Option<Result<Piece, Http2Error>> {
        let preface = self.preface.as_mut()?;
        match self.parser.take_preface(preface) {
            Ok(true) => Some(Ok(Piece::Preface)),
            Ok(false) => None,
            Err(error) => Some(Err(self.fail(error.problem, Bytes::new()))),
        }
    }

    /// What a frame completes; or what is wrong, with the frames' bytes that it concerns.
    fn piece(&mut self, frame: Frame) -> Result<Option<Piece>, (Problem, Bytes)> {
        let ends = frame.header.has(flag::END_HEADERS);
        let before = if ends { self.blocks.unread() } else { Bytes::new() };
        let part = frame.clone();
        let whole = self.blocks.advance(frame).map_err(|error| (error.into(), part.encode()))?;
        let Some(whole) = whole else { return Ok(None) };
        let wire_len = before.len() + part.header.wire_len();
        let frame = self
            .standing_alone(whole)
            .map_err(|error| (error.into(), [before, part.encode()].concat().into()))?;
        Ok(Some(Piece::Frame { frame, wire_len }))
    }

    fn standing_alone(&mut self, frame: Frame) -> Result<Frame, HpackError> {
        let Some(block) = frame.block() else { return Ok(frame) };
        let fields = self.decoder.decode(&block)?;
        Ok(frame.with_block(&hpack::encode_standalone(&fields)))
    }

    fn fail(&mut self, problem: Problem, wire: Bytes) -> Http2Error {
        self.failure = None;
        let error = Http2Error { offset: self.offset() - wire.len() as u64, problem };
        self.failure = Some(Failure { error, wire });
        error
    }
}
