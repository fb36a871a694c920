//! How an answer is cut, added to and ended: as bytes, or as the frames of a stream.

use bytes::Bytes;
use cassettes::fault::{End, is_final, whole_frames};
use cassettes::model::Step;
use cassettes::wire::http2::{DEFAULT_FRAME_BYTES, FRAME_HEADER_BYTES, Kind, compose, frames};

/// What an answer is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// A connection's bytes.
    Bytes,
    /// Frames of this stream of HTTP/2, each sent whole.
    Frames {
        stream: u32,
        /// The final head has gone out.
        headed: bool,
        /// So has the stream's end.
        ended: bool,
    },
}

/// A piece cut in two.
pub(super) struct Cut {
    pub(super) before: Bytes,
    pub(super) after: Bytes,
    /// How many bytes of the piece are not in `after`, or would not be if it were no frame.
    pub(super) base: usize,
}

impl Voice {
    /// Cuts a piece after so many bytes. DATA is cut in two frames; one of another kind comes after.
    pub(super) fn cut(self, piece: &Bytes, at: usize) -> Cut {
        let at = at.min(piece.len());
        if self == Self::Bytes || at == piece.len() {
            return Cut { before: piece.slice(..at), after: piece.slice(at..), base: at };
        }
        let uncut = || Cut { before: Bytes::new(), after: piece.clone(), base: 0 };
        let Some(Ok(frame)) = frames(piece).next() else { return uncut() };
        let Some(data) = frame.data().filter(|_| at > FRAME_HEADER_BYTES) else { return uncut() };
        let at = (at - FRAME_HEADER_BYTES).min(data.len());
        let before = compose::data(frame.stream(), data.slice(..at), false).encode();
        let after = compose::data(frame.stream(), data.slice(at..), frame.ends_stream()).encode();
        Cut { before, after, base: at }
    }

    /// It is a stream, and has ended.
    pub(super) const fn is_over(self) -> bool {
        matches!(self, Self::Frames { ended: true, .. })
    }

    /// These go out.
    pub(super) fn note(&mut self, bytes: &Bytes) {
        let Self::Frames { headed, ended, .. } = self else { return };
        for frame in frames(bytes).map_while(Result::ok) {
            *headed |= frame.kind() == Kind::Headers && is_final(&frame);
            *ended |= frame.ends_stream() || frame.kind() == Kind::RstStream;
        }
    }

    /// Bytes of no frame, as they are sent amid the others.
    pub(super) fn insert(self, bytes: &Bytes) -> Vec<Bytes> {
        match self {
            Self::Bytes => vec![bytes.clone()],
            Self::Frames { stream, .. } => bytes
                .chunks(DEFAULT_FRAME_BYTES as usize)
                .map(|piece| compose::data(stream, bytes.slice_ref(piece), false).encode())
                .collect(),
        }
    }

    /// How it comes to its end; of a stream, the connection may be meant.
    pub(super) fn end(self, end: End, connection: bool) -> Vec<Step> {
        if let Self::Frames { stream, headed, ended } = self
            && !connection
        {
            return end.of_stream(stream, headed, ended);
        }
        end.of_connection()
    }

    /// Steps that were shaped without regard to what they send.
    pub(super) fn whole(self, steps: Vec<Step>) -> Vec<Step> {
        match self {
            Self::Bytes => steps,
            Self::Frames { .. } => whole_frames(steps),
        }
    }
}

#[cfg(test)]
mod tests {
    use cassettes::wire::http2::ErrorCode;

    use super::*;

    const FRAMES: Voice = Voice::Frames { stream: 1, headed: true, ended: false };

    fn data(text: &'static str, end: bool) -> Bytes {
        compose::data(1, text.into(), end).encode()
    }

    #[test]
    fn data_is_cut_into_two_frames_and_a_head_is_not() {
        let cut = FRAMES.cut(&data("hello", true), 11);
        assert_eq!((cut.before, cut.after, cut.base), (data("he", false), data("llo", true), 2));
        let head = compose::headers(1, Bytes::from_static(b"xx"), false).encode();
        let cut = FRAMES.cut(&head, 10);
        assert_eq!((cut.before, cut.after, cut.base), (Bytes::new(), head.clone(), 0));
        assert_eq!(FRAMES.cut(&head, head.len()).before, head);
        assert_eq!(Voice::Bytes.cut(&head, 4).before, head.slice(..4));
    }

    #[test]
    fn a_stream_ends_by_itself() {
        assert_eq!(FRAMES.end(End::Close, false), [Step::Send(data("", true))]);
        assert_eq!(FRAMES.end(End::Close, true), [Step::Close]);
        let unheaded = Voice::Frames { stream: 3, headed: false, ended: false };
        let cancel = compose::rst_stream(3, ErrorCode::CANCEL).encode();
        assert_eq!(unheaded.end(End::HalfClose, false), [Step::Send(cancel)]);
        assert_eq!(unheaded.end(End::Stall, false), [Step::Stall(None)]);
    }
}
