//! What a replayer does, step by step. Faults are edits of this.

use std::time::Duration;

use bytes::Bytes;

/// A replayer's part in one exchange.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// In order.
    pub steps: Vec<Step>,
}

impl Script {
    /// All bytes that this script sends, in order.
    pub fn sends(&self) -> impl Iterator<Item = &Bytes> {
        self.steps.iter().filter_map(|step| match step {
            Step::Send(bytes) => Some(bytes),
            _ => None,
        })
    }
}

/// One step of a [`Script`]; in a [`Staging`](super::Staging), which sends bytes that lie elsewhere, with their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<Content = Bytes> {
    /// Go on only once the client has sent this much.
    Receive(Until),
    /// Send one recorded chunk.
    Send(Content),
    /// Let this much time pass, as recorded; a player scales or skips it by its pace.
    Wait(Duration),
    /// Let this much time pass, at whatever pace.
    Delay(Duration),
    /// What was sent before goes out by itself: a write of its own, and in TLS a record, at whatever pace.
    Flush,
    /// Send bytes beneath TLS, as they are; without TLS, like any others.
    Beneath(Bytes),
    /// From here on, say nothing that is not in this script: no pong, no goodbye.
    Mute,
    /// Read nothing more until the client is waited for again: what it sends stays on its way, until that is full and it blocks. In HTTP/2,
    /// this stream's window is not opened any further.
    StopReading,
    /// Stop sending (FIN), keep reading.
    HalfClose,
    /// Send what is queued, then FIN (in TLS, `close_notify` first), and have no more to do with the connection.
    Close,
    /// Send what is queued, then FIN without the `close_notify` that TLS demands before it.
    Cut,
    /// Send what is queued, then this fatal TLS alert, and have no more to do with the connection.
    Alert(u8),
    /// Send what is queued, then RST.
    Reset,
    /// Keep the connection open and silent; for ever with `None`.
    Stall(Option<Duration>),
}

impl<Content> Step<Content> {
    /// The same, with something else for what it sends.
    pub fn map_send<Other>(self, map: impl FnOnce(Content) -> Other) -> Step<Other> {
        match self {
            Self::Send(content) => Step::Send(map(content)),
            Self::Receive(until) => Step::Receive(until),
            Self::Wait(time) => Step::Wait(time),
            Self::Delay(time) => Step::Delay(time),
            Self::Flush => Step::Flush,
            Self::Beneath(bytes) => Step::Beneath(bytes),
            Self::Mute => Step::Mute,
            Self::StopReading => Step::StopReading,
            Self::HalfClose => Step::HalfClose,
            Self::Close => Step::Close,
            Self::Cut => Step::Cut,
            Self::Alert(number) => Step::Alert(number),
            Self::Reset => Step::Reset,
            Self::Stall(time) => Step::Stall(time),
        }
    }
}

/// How much of the client's side to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The request's head, through its empty line.
    Head,
    /// This many bytes of the exchange in all, head included, or its request's end if that is sooner.
    Bytes(u64),
    /// The whole request.
    RequestEnd,
    /// This many bytes after the request's end: of what a client sends once HTTP is switched off.
    /// Counted from there, since a live request may be longer or shorter than the recorded one.
    Tail(u64),
    /// This many bytes of the request's body, transfer framing taken off, or its end if that is sooner: in
    /// HTTP/2, where a client may cut its body into frames as it likes.
    Body(u64),
    /// This many whole messages of the client, or its request's end if that is sooner: gRPC messages of the
    /// body; WebSocket data messages and its close frame. Their lengths may differ from the recorded ones.
    Messages(u64),
    /// The client's own end (FIN or RST; in HTTP/2 also `RST_STREAM`).
    ClientClose,
}
