//! Why bytes are not WebSocket.

/// These bytes are not WebSocket frames. A parser that said so once says so ever after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{problem}, in the websocket frame at byte {offset}")]
pub struct WebSocketError {
    /// Where the frame begins, counted from where the parser began.
    pub offset: u64,
    /// What is wrong with it.
    pub problem: WebSocketProblem,
}

/// What is wrong with a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebSocketProblem {
    /// RFC 6455 §5.2 reserves it.
    #[error("opcode {0:#x} has no meaning")]
    Opcode(u8),
    /// RFC 6455 §5.5: control frames "MUST NOT be fragmented".
    #[error("a control frame is fragmented")]
    FragmentedControl,
    /// RFC 6455 §5.5: control frames "MUST have a payload length of 125 bytes or less".
    #[error("a control frame is longer than 125 bytes")]
    LongControl,
    /// RFC 6455 §5.2: of a 64-bit length, "the most significant bit MUST be 0".
    #[error("a length is above 2^63")]
    Length,
    /// There is no message that it continues.
    #[error("a continuation frame continues nothing")]
    Continuation,
    /// RFC 6455 §5.4: fragments of messages "MUST NOT be interleaved".
    #[error("a message begins before the one before it ended")]
    Interleaved,
}
