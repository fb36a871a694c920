//! Why bytes are not HTTP/2, or more of it than anybody needs. Reasons are fixed texts, so that a recording can name
//! them for ever.

use super::hpack::HpackError;
use super::{ErrorCode, Frame, compose};

/// These bytes are not HTTP/2. A parser that said so once says so ever after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{problem}, at byte {offset}")]
pub struct Http2Error {
    /// How many bytes the parser had taken, since it was made, before the frame (or header block) that it cannot read.
    pub offset: u64,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum Problem {
    /// A client does not begin with the [`PREFACE`](super::PREFACE).
    Preface,
    /// A side's first frame is not SETTINGS.
    FirstFrame,
    /// In one frame.
    Frame(#[from] FrameError),
    /// In how a header block lies in its frames.
    Block(#[from] BlockError),
    /// In a header block.
    Hpack(#[from] HpackError),
    /// One side sends SETTINGS, and the other acknowledges none.
    Unacknowledged,
}

/// Why a frame is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum FrameError {
    /// Longer than its receiver allows.
    TooLong,
    /// Not a length that its kind can have.
    Length,
    /// It concerns the connection, and is on a stream.
    OnStream,
    /// It concerns a stream, and is on the connection.
    OnConnection,
    /// More padding than payload.
    Padding,
}

/// Why frames are no header block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum BlockError {
    /// Another frame came before the block was whole.
    Interrupted,
    /// A CONTINUATION of nothing.
    Unexpected,
    /// See [`MAX_BLOCK_BYTES`](super::MAX_BLOCK_BYTES).
    TooLong,
    /// See [`MAX_CONTINUATIONS`](super::MAX_CONTINUATIONS).
    TooManyFrames,
}

impl Http2Error {
    /// What a peer answers with.
    pub const fn code(&self) -> ErrorCode {
        self.problem.code()
    }

    /// The GOAWAY that a peer answers with.
    pub fn goaway(&self, last_stream: u32) -> Frame {
        compose::goaway(last_stream, self.code(), self.problem.reason().as_bytes())
    }
}

impl Problem {
    /// A fixed text, lower-case, for people: the same as it displays.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Preface => "the client does not begin with the HTTP/2 preface",
            Self::FirstFrame => "the first frame is not SETTINGS",
            Self::Frame(error) => error.reason(),
            Self::Block(error) => error.reason(),
            Self::Hpack(error) => error.reason(),
            Self::Unacknowledged => "more than 1000 SETTINGS are not acknowledged",
        }
    }

    /// What a peer answers with.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Frame(FrameError::TooLong | FrameError::Length) => ErrorCode::FRAME_SIZE_ERROR,
            Self::Preface
            | Self::FirstFrame
            | Self::Frame(_)
            | Self::Block(BlockError::Interrupted | BlockError::Unexpected) => {
                ErrorCode::PROTOCOL_ERROR
            }
            Self::Block(BlockError::TooLong | BlockError::TooManyFrames)
            | Self::Unacknowledged
            | Self::Hpack(HpackError::ListTooLong | HpackError::TooManyFields) => {
                ErrorCode::ENHANCE_YOUR_CALM
            }
            Self::Hpack(_) => ErrorCode::COMPRESSION_ERROR,
        }
    }
}

impl FrameError {
    const fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "a frame is longer than its receiver allows",
            Self::Length => "a frame's length is not one that its kind can have",
            Self::OnStream => "a frame that concerns the connection is on a stream",
            Self::OnConnection => "a frame that concerns a stream is on the connection",
            Self::Padding => "a frame has more padding than payload",
        }
    }
}

impl BlockError {
    const fn reason(self) -> &'static str {
        match self {
            Self::Interrupted => "a header block is interrupted by another frame",
            Self::Unexpected => "a CONTINUATION continues nothing",
            Self::TooLong => "a header block is longer than 1 MiB",
            Self::TooManyFrames => "a header block has more than 512 CONTINUATION frames",
        }
    }
}
