//! Why bytes are not HTTP/1. Reasons are fixed texts, so that a recording can name them for ever.

/// Why a start line is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum HeadError {
    /// The first word is not a method.
    Method,
    /// There is nothing between method and version.
    Target,
    /// No `HTTP/1.x`: HTTP/0.9, HTTP/2, or not HTTP.
    Version,
    /// The status is not three digits.
    Status,
    /// See [`MAX_HEAD_BYTES`](super::MAX_HEAD_BYTES).
    TooLong,
    /// See [`MAX_HEADERS`](super::MAX_HEADERS).
    TooManyLines,
}

/// Why the end of a body cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum FramingError {
    /// Not a number, or different ones.
    ContentLength,
    /// A request that is neither chunked nor has a length: its end cannot be known.
    TransferEncoding,
}

/// Why a chunked body cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum ChunkError {
    /// A size line does not begin with a hexadecimal number below 2^64.
    Size,
    /// See [`MAX_CHUNK_LINE_BYTES`](super::MAX_CHUNK_LINE_BYTES).
    LineTooLong,
    /// A chunk's data is not followed by a line end.
    DataEnd,
    /// See [`MAX_HEAD_BYTES`](super::MAX_HEAD_BYTES).
    TrailersTooLong,
}

/// These bytes are not a message of HTTP/1. A parser that said so once says so ever after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{problem}, at byte {offset}")]
pub struct ParseError {
    /// How many bytes the parser had taken, since it was made, before the place that it cannot read.
    pub offset: u64,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong, in which part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub enum Problem {
    /// In a head. The offset is that of the message.
    Head(#[from] HeadError),
    /// In what a head says about its body. The offset is that of the body.
    Framing(#[from] FramingError),
    /// In a chunked body. The offset is that of the line, or of what should be the data's line end.
    Chunk(#[from] ChunkError),
}

/// The connection ended inside a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CutShort {
    /// Before the head's empty line.
    #[error("the connection ended inside the head, at byte {offset}")]
    Head {
        /// How many bytes the parser had taken since it was made.
        offset: u64,
    },
    /// Before the body's end.
    #[error("the connection ended inside the body, at byte {offset}")]
    Body {
        /// How many bytes the parser had taken since it was made.
        offset: u64,
    },
}

impl Problem {
    /// A fixed text, lower-case, for people: the same as it displays.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Head(error) => error.reason(),
            Self::Framing(error) => error.reason(),
            Self::Chunk(error) => error.reason(),
        }
    }
}

impl HeadError {
    const fn reason(self) -> &'static str {
        match self {
            Self::Method => "the request line does not begin with a method",
            Self::Target => "the request line has no target",
            Self::Version => "the start line does not say HTTP/1.0 or HTTP/1.1",
            Self::Status => "the status is not three digits",
            Self::TooLong => "the head is longer than 1 MiB",
            Self::TooManyLines => "the head has more than 8192 lines",
        }
    }
}

impl FramingError {
    const fn reason(self) -> &'static str {
        match self {
            Self::ContentLength => "the content-length is not one decimal number",
            Self::TransferEncoding => "the request's transfer-encoding does not end in chunked",
        }
    }
}

impl ChunkError {
    const fn reason(self) -> &'static str {
        match self {
            Self::Size => "a chunk size is not hexadecimal",
            Self::LineTooLong => "a chunk size line is longer than 16 KiB",
            Self::DataEnd => "a chunk is longer or shorter than its size",
            Self::TrailersTooLong => "the trailers are longer than 1 MiB",
        }
    }
}
