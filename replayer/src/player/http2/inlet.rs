//! What a client sends, as frames: after the preface, with header blocks put together and read.

use bytes::Bytes;
use cassettes::wire::http2::hpack::{Decoder, Field, MAX_LIST_BYTES};
use cassettes::wire::http2::{Blocks, Frame, FrameParser, Http2Error, Kind, Preface, Problem};

use super::settings::Ours;

/// Bytes in, in pieces of any size; frames out.
#[derive(Debug)]
pub(super) struct Inlet {
    preface: Preface,
    parser: FrameParser,
    blocks: Blocks,
    decoder: Decoder,
    /// SETTINGS have come.
    begun: bool,
    /// Something has begun that is not whole: the preface, a frame, a header block.
    midway: bool,
}

/// What the client said.
#[derive(Debug)]
pub(super) enum Heard {
    /// A head or trailers: HEADERS, and what their block says.
    Fields(Frame, Vec<Field>),
    /// Any other frame.
    Frame(Frame),
}

impl Inlet {
    /// Of a client that is told of `ours`.
    pub(super) fn new(ours: &Ours) -> Self {
        Self {
            preface: Preface::default(),
            parser: FrameParser::new(ours.max_frame),
            blocks: Blocks::new(),
            decoder: Decoder::new(ours.table, MAX_LIST_BYTES),
            begun: false,
            midway: false,
        }
    }

    /// Takes one read's bytes. To be polled until there is nothing, before the next.
    pub(super) fn receive(&mut self, mut bytes: Bytes) -> Result<(), Http2Error> {
        if self.preface.is_whole() || self.preface.advance(&mut bytes)? {
            self.parser.receive(&bytes);
        }
        Ok(())
    }

    /// The next thing said; `None` if that needs more bytes.
    pub(super) fn next(&mut self) -> Option<Result<Heard, Http2Error>> {
        loop {
            let Some(frame) = self.parser.poll() else {
                self.midway = !self.preface.is_whole()
                    || self.blocks.wire_len() > 0
                    || !self.parser.unread().is_empty();
                return None;
            };
            let heard =
                frame.and_then(|frame| self.hear(frame).map_err(|problem| self.error(problem)));
            if let Some(heard) = heard.transpose() {
                return Some(heard);
            }
        }
    }

    /// Something has begun that is not whole.
    pub(super) fn is_midway(&self) -> bool {
        self.midway
    }

    fn hear(&mut self, frame: Frame) -> Result<Option<Heard>, Problem> {
        if !self.begun && (frame.kind() != Kind::Settings || frame.is_ack()) {
            return Err(Problem::FirstFrame);
        }
        self.begun = true;
        let Some(frame) = self.blocks.advance(frame)? else { return Ok(None) };
        match frame.block().filter(|_| frame.kind() == Kind::Headers) {
            Some(block) => Ok(Some(Heard::Fields(frame, self.decoder.decode(&block)?))),
            None => Ok(Some(Heard::Frame(frame))),
        }
    }

    fn error(&self, problem: Problem) -> Http2Error {
        Http2Error { offset: self.parser.offset(), problem }
    }
}
