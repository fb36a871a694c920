//! permessage-deflate (RFC 7692), undone.

use flate2::{Decompress, FlushDecompress, Status};

use super::{DeflateSide, MAX_MESSAGE_BYTES};

/// How much is inflated at a time.
const STEP_BYTES: usize = 16 * 1024;

/// RFC 7692 §7.2.2: "Append 4 octets of 0x00 0x00 0xff 0xff to the tail end of the payload of the message."
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Inflates one direction's messages.
#[derive(Debug)]
pub(super) struct Inflater {
    state: Decompress,
    takeover: bool,
    /// The window is lost: with context takeover, no later message can be read.
    lost: bool,
}

impl Inflater {
    pub(super) fn new(side: DeflateSide) -> Self {
        // zlib knows no window of 2^8; what was deflated with one inflates with any larger.
        let bits = side.window_bits.clamp(9, 15);
        let state = Decompress::new_with_window_bits(false, bits);
        Self { state, takeover: side.takeover, lost: false }
    }

    /// What a whole message's payload inflates to; none if it is damaged or longer than [`MAX_MESSAGE_BYTES`].
    pub(super) fn inflate(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        if !self.takeover {
            self.state.reset(false);
            self.lost = false;
        }
        if self.lost {
            return None;
        }
        let mut content = Vec::new();
        let whole = self.feed(payload, &mut content) && self.feed(&TAIL, &mut content);
        self.lost = !whole;
        whole.then_some(content)
    }

    /// A message that was not kept whole.
    pub(super) fn skip(&mut self) {
        self.lost = true;
    }

    /// Whether all of it could be taken.
    fn feed(&mut self, mut input: &[u8], content: &mut Vec<u8>) -> bool {
        loop {
            if content.len() >= MAX_MESSAGE_BYTES {
                return false;
            }
            content.reserve(STEP_BYTES);
            let (taken, given) = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress_vec(input, content, FlushDecompress::Sync);
            let taken = usize::try_from(self.state.total_in() - taken).unwrap_or(usize::MAX);
            let stuck = taken == 0 && self.state.total_out() == given;
            input = input.get(taken..).unwrap_or_default();
            match status {
                Err(_) => return false,
                // A block that says that it is the last: RFC 7692 §7.2.3.5 allows it, and nothing may follow it in
                // this message.
                Ok(Status::StreamEnd) => {
                    self.state.reset(false);
                    return true;
                }
                Ok(_) if input.is_empty() && content.len() < content.capacity() => return true,
                Ok(_) if stuck => return input.is_empty(),
                Ok(_) => {}
            }
        }
    }
}
