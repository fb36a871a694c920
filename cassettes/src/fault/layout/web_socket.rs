//! WebSocket: the frames of one direction.

use std::ops::Range;

use super::Item;
use crate::wire::websocket::{FrameEvent, FrameHeader, FrameParser};

/// A whole frame, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebSocketFrame {
    /// What it says of itself.
    pub header: FrameHeader,
    /// Its bytes of content, header and all.
    pub content: Range<u64>,
}

impl WebSocketFrame {
    /// As something to be replaced.
    pub fn item(&self) -> Item {
        Item::Content(self.content.clone())
    }

    /// Its payload's bytes of content.
    pub fn payload(&self) -> Range<u64> {
        self.content.end.saturating_sub(self.header.payload_len)..self.content.end
    }
}

/// As far as they are whole and sound.
pub(super) fn frames(content: &[u8]) -> Vec<WebSocketFrame> {
    let mut parser = FrameParser::default();
    let (mut rest, mut start, mut begun) = (content, 0, None);
    let mut frames = Vec::new();
    while let Ok(Some(event)) = parser.advance(&mut rest) {
        match event {
            FrameEvent::Header(header) => begun = Some(header),
            FrameEvent::Payload(_) => {}
            FrameEvent::End => {
                let content = start..parser.taken();
                start = content.end;
                frames.extend(begun.take().map(|header| WebSocketFrame { header, content }));
            }
        }
    }
    frames
}

/// Where a frame ends that no fragment follows.
pub(super) fn message_ends(frames: &[WebSocketFrame]) -> Vec<u64> {
    let mut amid = false;
    let mut ends = Vec::new();
    for WebSocketFrame { header, content } in frames {
        if !header.opcode.is_control() {
            amid = !header.fin;
        }
        if !amid {
            ends.push(content.end);
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::websocket::{Opcode, encode};

    #[test]
    fn frames_are_found_with_their_exact_bytes_and_fragments_make_one_message() {
        let wire = [
            &encode(Opcode::Text, b"hi")[..],
            b"\x01\x01a",
            &encode(Opcode::Ping, b""),
            b"\x80\x01b",
            &encode(Opcode::Close, b""),
            b"\x81\x05cut",
        ];
        let frames = frames(&wire.concat());
        let ranges: Vec<_> = frames.iter().map(|frame| frame.content.clone()).collect();
        assert_eq!(ranges, [0..4, 4..7, 7..9, 9..12, 12..14]);
        assert_eq!(frames[0].payload(), 2..4);
        assert_eq!(message_ends(&frames), [4, 12, 14]);
    }
}
