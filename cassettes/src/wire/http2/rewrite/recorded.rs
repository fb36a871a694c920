//! Answers that were recorded, where each header block stands alone.

use bytes::{Bytes, BytesMut};

use super::super::hpack::encode_standalone;
use super::super::{Frame, frames};
use super::fields::Change;
use super::origin::Origin;
use crate::model::Direction;

/// Does to a recorded server's frames what [`Rewriter::origin`](super::Rewriter::origin) does to a live one's: a replayer's part.
#[derive(Debug)]
pub struct Recorded {
    change: Change,
}

impl Recorded {
    /// Puts `own`, the origin by which the client calls the replayer, in the place of `upstream`.
    pub fn new(upstream: &str, own: &str) -> Self {
        Self { change: Change::origin(Origin::of(upstream), Origin::of(own)) }
    }

    /// Whole frames as they are to be sent; what follows the last of them stays.
    pub fn replace(&mut self, said: &Bytes) -> Bytes {
        let mut out = BytesMut::with_capacity(said.len());
        let mut frames = frames(said);
        let mut changed = false;
        for frame in frames.by_ref().map_while(Result::ok) {
            let new = self.replace_in(&frame);
            changed |= new.is_some();
            new.unwrap_or(frame).write(&mut out);
        }
        if !changed {
            return said.clone();
        }
        out.extend_from_slice(&frames.unread());
        out.freeze()
    }

    /// The frame with other fields; none if it stays.
    fn replace_in(&mut self, frame: &Frame) -> Option<Frame> {
        let before = frame.fields()?.ok()?;
        let mut fields = before.clone();
        self.change.apply(Direction::ToClient, &mut fields);
        (fields != before).then(|| frame.with_block(&encode_standalone(&fields)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::hpack::Field;
    use super::super::super::{FRAME_HEADER_BYTES, compose};
    use super::*;

    fn redirect(to: &str) -> Frame {
        let status = Field::new(&b":status"[..], &b"302"[..]);
        let location = Field::new(&b"location"[..], to.to_owned());
        compose::headers(1, encode_standalone(&[status, location]), false)
    }

    #[test]
    fn a_redirect_leads_to_the_replayer_and_all_other_frames_stay() {
        let data = compose::data(1, "https://api.example/".into(), true).encode();
        let torn = data.slice(..FRAME_HEADER_BYTES + 2);
        let said = |to| [redirect(to).encode(), data.clone(), torn.clone()].concat();
        let mut recorded = Recorded::new("https://api.example", "http://localhost:4000");
        let replaced = recorded.replace(&said("https://api.example/a").into());
        assert_eq!(replaced, said("http://localhost:4000/a"));
        assert_eq!(recorded.replace(&said("/a").into()), said("/a"));
    }
}
