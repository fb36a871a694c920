//! What the server of a WebSocket (RFC 8441) says besides what was recorded: the answers that its client is owed.

use bytes::Bytes;
use cassettes::model::Until;
use cassettes::wire::http2::{Frame, Kind};

use super::stream::{Part, Piece, Playing, Stream};

impl Stream {
    /// The server says this, as recorded.
    pub(super) fn told(&mut self, frame: &Frame) {
        if let Part::Playing(playing) = &mut self.part
            && let Some(tail) = &mut playing.tail
            && frame.kind() == Kind::Data
        {
            tail.sent(&frame.data().unwrap_or_default());
        }
    }

    /// Queues the pongs that a client is owed.
    pub(super) fn reply(&mut self) {
        if let Part::Playing(playing) = &mut self.part
            && let Some(tail) = &mut playing.tail
        {
            let replies = tail.take_replies().into_iter().map(|pong| data(pong, false));
            self.queue.extend(replies);
        }
    }

    /// A client that has said goodbye where the recorded one had not is told the same, and let go.
    pub(super) fn let_go(&mut self) {
        let says_last = self.said_last || self.queue.iter().any(Piece::ends_stream);
        if let Part::Playing(playing) = &mut self.part
            && !says_last
            && let Some(farewell) = playing.farewell()
        {
            playing.run.stop();
            playing.done = true;
            self.queue.push_back(data(farewell, true));
        }
    }
}

impl Playing {
    /// What to say last to a client that has said its last message, if that was not to come yet.
    fn farewell(&self) -> Option<Bytes> {
        let tail = self.tail.as_ref()?;
        let early = match self.run.awaited() {
            Some(Until::ClientClose) => !tail.server_is_over(),
            Some(_) => true,
            None => self.run.is_done(),
        };
        (early && tail.is_over()).then(|| tail.farewell().unwrap_or_default())
    }
}

impl Piece {
    fn ends_stream(&self) -> bool {
        match self {
            Self::Headers(frame) => frame.ends_stream(),
            Self::Data { end, .. } => *end,
            Self::Reset(_) | Self::End(_) => true,
            Self::GoAway(_)
            | Self::Other(_)
            | Self::Torn(..)
            | Self::Cut
            | Self::Flush
            | Self::Beneath(_) => false,
        }
    }
}

fn data(bytes: Bytes, end: bool) -> Piece {
    Piece::Data { bytes, padding: None, end }
}
