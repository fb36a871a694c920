//! Steps of HTTP/2 that were cut without regard to frames.

use bytes::{Bytes, BytesMut};

use super::edit::cut_frame;
use super::scene::joined;
use crate::model::{Script, Step};
use crate::wire::http2::{Frame, Frames, frames};

/// The same steps, of which each sends whole frames: where one ended inside DATA, that is in two frames now. A frame of
/// another kind is sent by the step that has its last byte.
pub fn whole_frames(steps: Vec<Step>) -> Vec<Step> {
    if steps.len() < 2 {
        return steps;
    }
    let script = Script { steps };
    let all = joined(&script);
    let mut rest = Rest::of(&all);
    let mut whole: Vec<_> = script.steps.into_iter().filter_map(|step| rest.step(step)).collect();
    // What is torn stays so.
    whole.extend(Some(rest.reading.unread()).filter(|torn| !torn.is_empty()).map(Step::Send));
    whole
}

/// Frames that are not sent yet.
struct Rest {
    reading: Frames,
    next: Option<Frame>,
    /// Where `next` ends, in bytes of all.
    end: usize,
    /// How many bytes of all may be sent.
    room: usize,
}

impl Rest {
    fn of(all: &Bytes) -> Self {
        let mut rest = Self { reading: frames(all), next: None, end: 0, room: 0 };
        rest.advance();
        rest
    }

    fn advance(&mut self) {
        self.next = self.reading.next().and_then(Result::ok);
        self.end += self.next.as_ref().map_or(0, |frame| frame.header.wire_len());
    }

    /// The step with whole frames; none if there are none to send yet.
    fn step(&mut self, step: Step) -> Option<Step> {
        let Step::Send(bytes) = step else { return Some(step) };
        self.room += bytes.len();
        let mut out = BytesMut::new();
        while let Some(frame) = self.next.take() {
            if self.end > self.room {
                self.next = Some(self.split(frame, &mut out));
                break;
            }
            frame.write(&mut out);
            self.advance();
        }
        (!out.is_empty()).then(|| Step::Send(out.freeze()))
    }

    /// What there is room for goes to `out`; gives what is left.
    fn split(&self, frame: Frame, out: &mut BytesMut) -> Frame {
        let start = self.end.saturating_sub(frame.header.wire_len());
        let (head, tail) = cut_frame(frame, self.room.saturating_sub(start));
        // All of it may be padding.
        if let Some(head) = head {
            head.write(out);
        }
        tail
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::http2::compose;

    fn wire(frames: &[Frame]) -> Bytes {
        let mut bytes = BytesMut::new();
        for frame in frames {
            frame.write(&mut bytes);
        }
        bytes.freeze()
    }

    #[test]
    fn data_is_cut_into_frames_and_a_head_is_not() {
        let head = compose::headers(1, Bytes::from_static(b"xx"), false);
        let data = |text: &'static str, end| compose::data(1, text.into(), end);
        let all = wire(&[head.clone(), data("hello", true)]);
        // Inside the head, inside the head of DATA, inside DATA.
        let cuts = [0..5, 5..14, 14..22, 22..all.len()];
        let steps = cuts.iter().map(|cut| Step::Send(all.slice(cut.clone()))).collect();
        let sends = [wire(&[head]), wire(&[data("he", false)]), wire(&[data("llo", true)])];
        assert_eq!(whole_frames(steps), sends.map(Step::Send));
    }
}
