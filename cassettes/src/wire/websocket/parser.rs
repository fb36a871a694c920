//! One direction's bytes into frames. Nothing of a payload is held.

use super::{FrameHeader, MAX_HEADER_BYTES, Opcode, WebSocketError, WebSocketProblem};

/// One direction's bytes into frames; cut the input as you like.
#[derive(Debug, Clone, Default)]
pub struct FrameParser {
    /// The start of a header.
    header: [u8; MAX_HEADER_BYTES],
    /// How many bytes of it came.
    header_len: usize,
    /// Of a frame whose header came: what is still to come of its payload.
    left: Option<u64>,
    /// A message began and has not ended.
    in_message: bool,
    /// Bytes taken.
    taken: u64,
    /// Where the current frame began.
    frame_at: u64,
    failed: Option<WebSocketError>,
}

/// What a [`FrameParser`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameEvent<'a> {
    /// A frame begins.
    Header(FrameHeader),
    /// More of its payload, masked as on the wire. Never empty.
    Payload(&'a [u8]),
    /// It is over.
    End,
}

impl FrameParser {
    /// Takes from the front of `input` up to the next event; `None`: it needs more.
    pub fn advance<'a>(
        &mut self,
        input: &mut &'a [u8],
    ) -> Result<Option<FrameEvent<'a>>, WebSocketError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        match self.left {
            None => self.advance_header(input).map(|header| header.map(FrameEvent::Header)),
            Some(0) => {
                self.left = None;
                Ok(Some(FrameEvent::End))
            }
            Some(left) => Ok(self.advance_payload(input, left)),
        }
    }

    /// The bytes so far end with a whole frame, or there were none.
    pub const fn is_between_frames(&self) -> bool {
        self.header_len == 0 && matches!(self.left, None | Some(0))
    }

    /// Bytes taken so far.
    pub const fn taken(&self) -> u64 {
        self.taken
    }

    fn advance_header(&mut self, input: &mut &[u8]) -> Result<Option<FrameHeader>, WebSocketError> {
        if self.header_len == 0 {
            self.frame_at = self.taken;
        }
        loop {
            let have = self.header.get(..self.header_len).unwrap_or_default();
            if FrameHeader::len_of(have) == Some(self.header_len) {
                let parsed = FrameHeader::parse(have).and_then(|header| self.follow(header));
                self.header_len = 0;
                return parsed.map(Some).map_err(|problem| self.fail(problem));
            }
            let Some((first, rest)) = input.split_first() else { return Ok(None) };
            if let Some(place) = self.header.get_mut(self.header_len) {
                *place = *first;
            }
            self.header_len += 1;
            self.taken += 1;
            *input = rest;
        }
    }

    /// Whether this header may stand where it does.
    fn follow(&mut self, header: FrameHeader) -> Result<FrameHeader, WebSocketProblem> {
        match header.opcode {
            Opcode::Continuation if !self.in_message => return Err(WebSocketProblem::Continuation),
            Opcode::Text | Opcode::Binary if self.in_message => {
                return Err(WebSocketProblem::Interleaved);
            }
            opcode if opcode.is_control() => {}
            _ => self.in_message = !header.fin,
        }
        self.left = Some(header.payload_len);
        Ok(header)
    }

    fn advance_payload<'a>(&mut self, input: &mut &'a [u8], left: u64) -> Option<FrameEvent<'a>> {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let (payload, rest) = input.split_at_checked(most)?;
        *input = rest;
        self.taken += payload.len() as u64;
        self.left = Some(left.saturating_sub(payload.len() as u64));
        (!payload.is_empty()).then_some(FrameEvent::Payload(payload))
    }

    fn fail(&mut self, problem: WebSocketProblem) -> WebSocketError {
        *self.failed.insert(WebSocketError { offset: self.frame_at, problem })
    }
}
