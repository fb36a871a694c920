//! The header blocks of one direction, coded anew.

use bytes::Bytes;

use super::super::hpack::{Decoder, Encoder, Field};
use super::super::{Blocks, DEFAULT_FRAME_BYTES, Frame, Problem, compose};
use super::lane::Limits;

/// Reads and writes the header blocks of one direction.
#[derive(Debug)]
pub(super) struct Recoder {
    blocks: Blocks,
    decoder: Decoder,
    encoder: Encoder,
    /// What the receiver takes.
    max_frame: u32,
    /// A block was read: from now on the receiver's table is not the sender's.
    begun: bool,
}

impl Recoder {
    pub(super) fn new() -> Self {
        Self {
            blocks: Blocks::new(),
            decoder: Decoder::passive(),
            encoder: Encoder::new(),
            max_frame: DEFAULT_FRAME_BYTES,
            begun: false,
        }
    }

    /// The frames in place of this one, with fields changed by `change`; none while a block is not whole.
    pub(super) fn recode(
        &mut self,
        frame: Frame,
        change: &mut dyn FnMut(&mut [Field]),
    ) -> Result<Vec<Frame>, Problem> {
        let Some(frame) = self.blocks.advance(frame)? else { return Ok(Vec::new()) };
        let Some(block) = frame.block() else { return Ok(vec![frame]) };
        self.begun = true;
        let mut fields = self.decoder.decode(&block)?;
        change(&mut fields);
        let block = self.encoder.encode(&fields);
        Ok(compose::split(frame.with_block(&block), self.max_frame))
    }

    /// From now on, what is written obeys these.
    pub(super) fn obey(&mut self, limits: Limits) {
        if let Some((least, last)) = limits.table {
            self.encoder.set_max_table(least);
            self.encoder.set_max_table(last);
        }
        self.max_frame = limits.frame.unwrap_or(self.max_frame);
    }

    /// Whether a block was read.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Whether a block has begun to come.
    pub(super) fn is_inside_block(&self) -> bool {
        self.blocks.wire_len() > 0
    }

    /// The frames, as they came, of a block that is not whole.
    pub(super) fn take_unread(&mut self) -> Bytes {
        std::mem::take(&mut self.blocks).unread()
    }
}
