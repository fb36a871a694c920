//! Bytes into frames.

use bytes::{Buf, Bytes, BytesMut};

use super::{
    FRAME_HEADER_BYTES, Frame, FrameError, FrameHeader, Http2Error, MAX_FRAME_BYTES, PREFACE,
    Problem,
};

/// Reads frames, one direction of a connection, after a client's [`Preface`]. Memory: what has come of one frame.
///
/// ```
/// # use bytes::Bytes;
/// # use cassettes::wire::http2::{FrameParser, Kind, compose};
/// let mut parser = FrameParser::new(16_384);
/// let ping = compose::ping(*b"12345678").encode();
/// parser.receive(&ping.slice(..11));
/// assert!(parser.poll().is_none());
/// parser.receive(&ping.slice(11..));
/// assert_eq!(parser.poll().unwrap()?.kind(), Kind::Ping);
/// # Ok::<(), cassettes::wire::http2::Http2Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FrameParser {
    max_bytes: u32,
    /// What has come and is not read.
    input: Bytes,
    /// The beginning of a frame that did not come in one piece; before what is in `input`.
    partial: BytesMut,
    /// How many bytes the frames had that were given away.
    offset: u64,
    failed: Option<Http2Error>,
}

impl FrameParser {
    /// At a frame's first byte. Payloads longer than `max_bytes` are refused as soon as their length is known.
    pub fn new(max_bytes: u32) -> Self {
        let (input, partial) = (Bytes::new(), BytesMut::new());
        Self { max_bytes, input, partial, offset: 0, failed: None }
    }

    /// Takes one read's bytes. Poll until there is nothing before the next, or they are copied.
    pub fn receive(&mut self, bytes: &Bytes) {
        if self.input.is_empty() {
            self.input = bytes.clone();
        } else {
            self.input = [&self.input[..], bytes].concat().into();
        }
    }

    /// The next frame, of those that [`Frame::check`] finds nothing wrong with. None: feed me more.
    pub fn poll(&mut self) -> Option<Result<Frame, Http2Error>> {
        if let Some(error) = self.failed {
            return Some(Err(error));
        }
        match self.next_frame() {
            Ok(frame) => frame.map(Ok),
            Err(error) => {
                let error = Http2Error { offset: self.offset, problem: Problem::Frame(error) };
                self.failed = Some(error);
                Some(Err(error))
            }
        }
    }

    /// The header of the next frame, as soon as it has come: no one has looked yet at whether it is sound.
    pub fn peek(&self) -> Option<FrameHeader> {
        if self.partial.is_empty() {
            return self.input.first_chunk().map(FrameHeader::read);
        }
        let mut start = self.partial.iter().chain(&self.input);
        let mut header = [0; FRAME_HEADER_BYTES];
        for byte in &mut header {
            *byte = *start.next()?;
        }
        Some(FrameHeader::read(&header))
    }

    /// Takes what has come of a client's preface; whether it is whole now.
    pub fn take_preface(&mut self, preface: &mut Preface) -> Result<bool, Http2Error> {
        preface.advance(&mut self.input)
    }

    /// From now on payloads may have so many bytes: the settings that say so were acknowledged.
    pub fn set_max_bytes(&mut self, max_bytes: u32) {
        self.max_bytes = max_bytes;
    }

    /// How many bytes were given away as frames.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether a frame has begun that is not whole.
    pub fn is_midway(&self) -> bool {
        !self.partial.is_empty() || !self.input.is_empty()
    }

    /// What came after the last frame that was given away.
    pub fn unread(&self) -> Bytes {
        if self.partial.is_empty() {
            return self.input.clone();
        }
        [&self.partial[..], &self.input].concat().into()
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        if !self.partial.is_empty() {
            return self.next_partial();
        }
        let Some(header) = self.input.first_chunk().map(FrameHeader::read) else {
            return Ok(self.keep());
        };
        header.check(self.max_bytes)?;
        if self.input.len() < header.wire_len() {
            return Ok(self.keep());
        }
        let frame = self.input.slice(..header.wire_len());
        let frame = read(header, frame, self.max_bytes)?;
        self.input.advance(header.wire_len());
        self.offset += header.wire_len() as u64;
        Ok(Some(frame))
    }

    /// The frame whose beginning lies by itself.
    fn next_partial(&mut self) -> Result<Option<Frame>, FrameError> {
        self.fill(FRAME_HEADER_BYTES);
        let Some(header) = self.partial.first_chunk().map(FrameHeader::read) else {
            return Ok(None);
        };
        header.check(self.max_bytes)?;
        self.fill(header.wire_len());
        if self.partial.len() < header.wire_len() {
            return Ok(None);
        }
        let frame = std::mem::take(&mut self.partial).freeze();
        let frame = read(header, frame.clone(), self.max_bytes).inspect_err(|_| {
            self.partial = frame.into();
        })?;
        self.offset += header.wire_len() as u64;
        Ok(Some(frame))
    }

    /// Moves the beginning of a frame out of the read that it came in: that may be long.
    fn keep(&mut self) -> Option<Frame> {
        self.partial.extend_from_slice(&self.input);
        self.input.clear();
        None
    }

    /// Makes the beginning so long, if so much has come.
    fn fill(&mut self, len: usize) {
        let missing = len.saturating_sub(self.partial.len()).min(self.input.len());
        self.partial.extend_from_slice(&self.input.split_to(missing));
    }
}

/// The frames of bytes that are all there, such as an exchange's: up to the first that is not sound, or not whole.
pub fn frames(bytes: &Bytes) -> Frames {
    let mut parser = FrameParser::new(MAX_FRAME_BYTES);
    parser.receive(bytes);
    Frames { parser, over: false }
}

/// See [`frames`].
#[derive(Debug, Clone)]
pub struct Frames {
    parser: FrameParser,
    over: bool,
}

impl Frames {
    /// What is not given away: after the last frame, what is not one.
    pub fn unread(&self) -> Bytes {
        self.parser.unread()
    }
}

impl Iterator for Frames {
    type Item = Result<Frame, Http2Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.parser.poll().filter(|_| !self.over);
        self.over |= !matches!(next, Some(Ok(_)));
        next
    }
}

/// Waits for the [`PREFACE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preface {
    seen: usize,
}

impl Preface {
    /// Takes what `input` begins with; whether the preface is whole now.
    pub fn advance(&mut self, input: &mut Bytes) -> Result<bool, Http2Error> {
        let missing = PREFACE.get(self.seen..).unwrap_or_default();
        let len = missing.len().min(input.len());
        if input.get(..len) != missing.get(..len) {
            return Err(Http2Error { offset: 0, problem: Problem::Preface });
        }
        input.advance(len);
        self.seen += len;
        Ok(self.is_whole())
    }

    /// Whether it has come.
    pub fn is_whole(self) -> bool {
        self.seen == PREFACE.len()
    }

    /// What has come of it.
    pub fn seen(self) -> &'static [u8] {
        PREFACE.get(..self.seen).unwrap_or_default()
    }
}

fn read(header: FrameHeader, mut bytes: Bytes, max_bytes: u32) -> Result<Frame, FrameError> {
    bytes.advance(FRAME_HEADER_BYTES);
    let frame = Frame { header, payload: bytes };
    frame.check(max_bytes)?;
    Ok(frame)
}
