//! What both sides want of each other.

use bytes::Bytes;
use cassettes::model::{Direction, Exchange};
use cassettes::wire::http2::setting::{
    DEFAULT_HEADER_TABLE_SIZE, DEFAULT_INITIAL_WINDOW_SIZE, ENABLE_PUSH, HEADER_TABLE_SIZE,
    INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS, MAX_FRAME_SIZE, MAX_WINDOW_SIZE,
};
use cassettes::wire::http2::{
    DEFAULT_FRAME_BYTES, ErrorCode, Frame, Kind, MAX_FRAME_BYTES, compose, frames,
};

/// Streams that a client may have open at once, whatever was recorded, or where nothing was. Each takes some 2 KiB, and what is
/// kept of its request.
const MAX_STREAMS: u32 = 4096;

/// Largest compression table that a client may use, whatever was recorded.
const MAX_TABLE_BYTES: u32 = 64 * 1024;

/// Longest frame that a client may send, whatever was recorded. A frame is held until it is whole.
const MAX_CLIENT_FRAME_BYTES: u32 = 1024 * 1024;

/// What this server's SETTINGS say: the recorded ones, where they are safe.
#[derive(Debug)]
pub(super) struct Ours {
    pub(super) frame: Frame,
    /// As HPACK counts it. The client's encoder may not know of a smaller one yet.
    pub(super) table: usize,
    pub(super) max_frame: u32,
    pub(super) max_streams: usize,
    /// What a new stream may send at once.
    pub(super) window: u32,
}

/// What the client's SETTINGS say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Theirs {
    pub(super) window: u32,
    pub(super) max_frame: u32,
    /// It takes what is pushed.
    pub(super) takes_pushes: bool,
}

/// Settings that are none: the code says what is wrong with them.
pub(super) type Refused = (ErrorCode, &'static str);

impl Ours {
    /// As in what was recorded of a connection beside its streams.
    pub(super) fn of(control: Option<&Exchange>) -> Self {
        let said = control.map_or(Bytes::new(), |control| control.bytes(Direction::ToClient));
        let first = frames(&said).map_while(Result::ok).find(is_settings);
        let mut settings = first.and_then(|frame| frame.settings()).unwrap_or_default();
        for (setting, value) in &mut settings {
            *value = safe(*setting, *value);
        }
        let value = |setting| settings.iter().rev().find(|(s, _)| *s == setting).map(|(_, v)| *v);
        let table = value(HEADER_TABLE_SIZE).unwrap_or(0).max(DEFAULT_HEADER_TABLE_SIZE);
        let window = value(INITIAL_WINDOW_SIZE).unwrap_or(DEFAULT_INITIAL_WINDOW_SIZE);
        let max_frame = value(MAX_FRAME_SIZE).unwrap_or(DEFAULT_FRAME_BYTES);
        let max_streams = value(MAX_CONCURRENT_STREAMS).unwrap_or(MAX_STREAMS);
        Self {
            frame: compose::settings(&settings),
            table: table as usize,
            max_frame,
            max_streams: max_streams as usize,
            window,
        }
    }
}

impl Theirs {
    /// Before the client's first SETTINGS.
    pub(super) const fn initial() -> Self {
        Self {
            window: DEFAULT_INITIAL_WINDOW_SIZE,
            max_frame: DEFAULT_FRAME_BYTES,
            takes_pushes: true,
        }
    }

    /// Takes one setting of those that matter here.
    pub(super) fn set(&mut self, setting: u16, value: u32) -> Result<(), Refused> {
        match setting {
            INITIAL_WINDOW_SIZE if value > MAX_WINDOW_SIZE => {
                return Err((ErrorCode::FLOW_CONTROL_ERROR, "a window larger than there are"));
            }
            INITIAL_WINDOW_SIZE => self.window = value,
            MAX_FRAME_SIZE if !(DEFAULT_FRAME_BYTES..=MAX_FRAME_BYTES).contains(&value) => {
                return Err((ErrorCode::PROTOCOL_ERROR, "a frame size that cannot be"));
            }
            MAX_FRAME_SIZE => self.max_frame = value,
            ENABLE_PUSH if value > 1 => {
                return Err((ErrorCode::PROTOCOL_ERROR, "ENABLE_PUSH is neither 0 nor 1"));
            }
            ENABLE_PUSH => self.takes_pushes = value == 1,
            _ => {}
        }
        Ok(())
    }
}

fn is_settings(frame: &Frame) -> bool {
    frame.kind() == Kind::Settings && !frame.is_ack()
}

/// A recorded setting's value, bounded.
fn safe(setting: u16, value: u32) -> u32 {
    match setting {
        // A server that allows no streams for now would raise it later; a client would wait in vain.
        MAX_CONCURRENT_STREAMS => value.clamp(1, MAX_STREAMS),
        HEADER_TABLE_SIZE => value.min(MAX_TABLE_BYTES),
        INITIAL_WINDOW_SIZE => value.min(MAX_WINDOW_SIZE),
        MAX_FRAME_SIZE => value.clamp(DEFAULT_FRAME_BYTES, MAX_CLIENT_FRAME_BYTES),
        // "A server MUST NOT explicitly set this value to 1" (RFC 9113 §6.5.2).
        ENABLE_PUSH => 0,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use cassettes::model::{Chunk, ConnectionId, Protocol, Timestamp};
    use cassettes::wire::http2::setting::ENABLE_CONNECT_PROTOCOL;

    use super::super::windows::Credit;
    use super::*;

    fn ours(recorded: &[(u16, u32)]) -> Ours {
        let bytes = compose::settings(recorded).encode();
        let chunk = Chunk { direction: Direction::ToClient, at: Timestamp::ZERO, bytes };
        Ours::of(Some(&Exchange {
            connection: ConnectionId(0),
            protocol: Protocol::Http2Control,
            chunks: vec![chunk],
        }))
    }

    #[test]
    fn recorded_settings_are_said_again_in_their_order() {
        let recorded = [(ENABLE_CONNECT_PROTOCOL, 1), (MAX_CONCURRENT_STREAMS, 128), (0xf00, 7)];
        let ours = ours(&recorded);
        assert_eq!(ours.frame.settings().unwrap(), recorded);
        assert_eq!(ours.max_streams, 128);
    }

    #[test]
    fn what_would_take_much_memory_or_stop_a_client_is_bounded() {
        let ours = ours(&[
            (HEADER_TABLE_SIZE, u32::MAX),
            (MAX_CONCURRENT_STREAMS, 0),
            (MAX_FRAME_SIZE, 1 << 30),
        ]);
        assert_eq!(ours.table, 64 * 1024);
        assert_eq!(ours.max_streams, 1);
        assert_eq!(ours.max_frame, 1024 * 1024);
    }

    #[test]
    fn a_client_that_does_not_know_smaller_limits_yet_is_not_blamed() {
        let ours = ours(&[(HEADER_TABLE_SIZE, 0), (INITIAL_WINDOW_SIZE, 10)]);
        assert_eq!(ours.table, 4096);
        let mut credit = Credit::of_stream(ours.window);
        assert!(credit.take(65_535));
    }

    #[test]
    fn settings_that_cannot_be_are_refused_with_their_code() {
        let mut theirs = Theirs::initial();
        assert!(theirs.set(INITIAL_WINDOW_SIZE, 1 << 31).is_err());
        assert!(theirs.set(MAX_FRAME_SIZE, 100).is_err());
        assert!(theirs.set(ENABLE_PUSH, 2).is_err());
        theirs.set(ENABLE_PUSH, 0).unwrap();
        assert!(!theirs.takes_pushes);
    }
}
