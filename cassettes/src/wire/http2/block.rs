//! Header blocks, put together from their frames.

use bytes::{Bytes, BytesMut};

use super::{BlockError, Frame, Kind, MAX_BLOCK_BYTES, MAX_CONTINUATIONS, flag};

/// Puts HEADERS, `PUSH_PROMISE` and their CONTINUATIONs together; one direction of a connection.
#[derive(Debug, Clone, Default)]
pub struct Blocks {
    open: Option<Open>,
}

/// A block that is not yet whole.
#[derive(Debug, Clone)]
struct Open {
    /// HEADERS or `PUSH_PROMISE`.
    first: Frame,
    /// Over all frames so far.
    block: BytesMut,
    /// The frames so far, as on the wire.
    wire: BytesMut,
    continuations: usize,
}

impl Blocks {
    /// No block has begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next frame. Gives a frame that is no part of a block, or one that holds a whole block (and ends
    /// it); none while a block is not yet whole.
    pub fn advance(&mut self, frame: Frame) -> Result<Option<Frame>, BlockError> {
        let Some(open) = &mut self.open else { return self.begin(frame) };
        open.take(&frame)?;
        if !frame.header.has(flag::END_HEADERS) {
            return Ok(None);
        }
        Ok(self.open.take().map(|open| open.first.with_block(&open.block)))
    }

    /// How many bytes of the wire the frames have of which nothing was given.
    pub fn wire_len(&self) -> usize {
        self.open.as_ref().map_or(0, |open| open.wire.len())
    }

    /// Those frames, as on the wire.
    pub fn unread(&self) -> Bytes {
        self.open.as_ref().map_or(Bytes::new(), |open| open.wire.clone().freeze())
    }

    fn begin(&mut self, frame: Frame) -> Result<Option<Frame>, BlockError> {
        match frame.kind() {
            Kind::Continuation => Err(BlockError::Unexpected),
            Kind::Headers | Kind::PushPromise if frame.payload.len() > MAX_BLOCK_BYTES => {
                Err(BlockError::TooLong)
            }
            Kind::Headers | Kind::PushPromise if !frame.header.has(flag::END_HEADERS) => {
                self.open = Some(Open::new(frame));
                Ok(None)
            }
            _ => Ok(Some(frame)),
        }
    }
}

impl Open {
    fn new(first: Frame) -> Self {
        let block = first.block().unwrap_or_default().into();
        let wire = first.encode().into();
        Self { first, block, wire, continuations: 0 }
    }

    fn take(&mut self, frame: &Frame) -> Result<(), BlockError> {
        if frame.kind() != Kind::Continuation || frame.stream() != self.first.stream() {
            return Err(BlockError::Interrupted);
        }
        if self.block.len() + frame.payload.len() > MAX_BLOCK_BYTES {
            return Err(BlockError::TooLong);
        }
        if self.continuations == MAX_CONTINUATIONS {
            return Err(BlockError::TooManyFrames);
        }
        self.continuations += 1;
        self.block.extend_from_slice(&frame.payload);
        frame.write(&mut self.wire);
        Ok(())
    }
}
