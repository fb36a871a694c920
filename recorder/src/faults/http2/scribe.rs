//! Header blocks for the client, coded anew: some that the server sent do not reach it, or reach it later.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use cassettes::wire::http2::hpack::Encoder;
use cassettes::wire::http2::{DEFAULT_FRAME_BYTES, Frame, MAX_FRAME_BYTES, compose, setting};

/// Most SETTINGS of a client that its server has not acknowledged. Two at once are rare.
const MAX_UNACKNOWLEDGED: usize = 1000;

/// Writes frames as the client is able to read them.
#[derive(Debug)]
pub(super) struct Scribe {
    encoder: Encoder,
    /// What the client takes.
    max_frame: u32,
    /// What the client has said of itself, and the server not yet acknowledged.
    said: VecDeque<Vec<(u16, u32)>>,
}

impl Scribe {
    pub(super) fn new() -> Self {
        Self { encoder: Encoder::new(), max_frame: DEFAULT_FRAME_BYTES, said: VecDeque::new() }
    }

    /// The client has said these of itself; they hold once acknowledged.
    pub(super) fn expect(&mut self, settings: Vec<(u16, u32)>) {
        if self.said.len() < MAX_UNACKNOWLEDGED {
            self.said.push_back(settings);
        }
    }

    /// The server has acknowledged what the client said first.
    pub(super) fn obey(&mut self) {
        for (name, value) in self.said.pop_front().into_iter().flatten() {
            match name {
                setting::HEADER_TABLE_SIZE => self.encoder.set_max_table(value),
                setting::MAX_FRAME_SIZE => {
                    self.max_frame = value.clamp(DEFAULT_FRAME_BYTES, MAX_FRAME_BYTES);
                }
                _ => {}
            }
        }
    }

    /// A frame whose header block, if it has one, stands alone. One that cannot be read is meant to be so.
    pub(super) fn write(&mut self, frame: &Frame) -> Bytes {
        let Some(Ok(fields)) = frame.fields() else { return frame.encode() };
        let block = self.encoder.encode(&fields);
        let mut wire = BytesMut::new();
        for piece in compose::split(frame.with_block(&block), self.max_frame) {
            piece.write(&mut wire);
        }
        wire.freeze()
    }
}

#[cfg(test)]
mod tests {
    use cassettes::wire::http2::hpack::{self, Decoder, Field};
    use cassettes::wire::http2::{Blocks, frames};

    use super::*;

    fn head(stream: u32, value: &str) -> Frame {
        let field = |name: &'static str, value: &str| Field {
            name: name.into(),
            value: Bytes::copy_from_slice(value.as_bytes()),
            sensitive: false,
        };
        let fields = [field(":status", "200"), field("x", value)];
        compose::headers(stream, hpack::encode_standalone(&fields), false)
    }

    #[test]
    fn a_client_reads_every_block_in_the_order_in_which_it_gets_them() {
        let long = "y".repeat(40_000);
        let (mut scribe, mut decoder) = (Scribe::new(), Decoder::passive());
        let mut blocks = Blocks::new();
        scribe.expect(vec![(setting::HEADER_TABLE_SIZE, 0)]);
        for (index, value) in ["a", "a", &long, "b"].iter().enumerate() {
            if index == 2 {
                scribe.obey();
            }
            let frame = head(1, value);
            let wire = scribe.write(&frame);
            let whole = frames(&wire).map(Result::unwrap).filter_map(|frame| {
                assert!(frame.header.length <= DEFAULT_FRAME_BYTES);
                blocks.advance(frame).unwrap()
            });
            let whole: Vec<_> = whole.collect();
            let fields = decoder.decode(&whole[0].block().unwrap()).unwrap();
            assert_eq!(fields, frame.fields().unwrap().unwrap());
        }
    }
}
