//! One direction of an HTTP/2 stream, into the events of a message.

use crate::model::Direction;
use crate::wire::http1::{Event, ResponseHead, ResponseKind};
use crate::wire::http2::hpack::{Field, HpackError};
use crate::wire::http2::{Frame, Kind, Problem};

use super::spelling::{request_head, response_head, trailer_lines};

/// Reads what one side says on one stream: the frames of its number, in the form that stands alone. Knows no flow
/// control and no connection.
#[derive(Debug, Clone)]
pub struct StreamReader {
    direction: Direction,
    state: State,
    kind: ResponseKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the head; of an answer, before the final one.
    Head,
    /// After it.
    Body,
    /// After `END_STREAM` or `RST_STREAM`.
    Over,
}

/// What a frame brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Brought {
    /// [`Event::Head`], [`Event::Body`] or [`Event::Trailers`].
    pub event: Option<Event>,
    /// The message is over: `END_STREAM`.
    pub ends: bool,
}

/// A header block that is none of its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum StreamError {
    /// Not of the form that stands alone.
    Block(#[from] HpackError),
    /// `:method`, `:path` or `:authority` are missing, or are none.
    Request,
    /// `:status` is missing, or is none.
    Response,
}

impl StreamReader {
    /// At the stream's first frame in this direction.
    pub const fn new(direction: Direction) -> Self {
        Self { direction, state: State::Head, kind: ResponseKind::Final }
    }

    /// The next frame. Those that bring nothing to a message, such as `WINDOW_UPDATE`, may be left out; after the end,
    /// nothing counts.
    pub fn advance(&mut self, frame: &Frame) -> Result<Brought, StreamError> {
        if self.state == State::Over {
            return Ok(Brought::default());
        }
        let ends = frame.ends_stream();
        if ends || frame.kind() == Kind::RstStream {
            let before = std::mem::replace(&mut self.state, State::Over);
            return Ok(Brought { event: self.event(frame, before)?, ends });
        }
        let event = self.event(frame, self.state)?;
        if matches!(event, Some(Event::Head(_))) && self.kind != ResponseKind::Interim {
            self.state = State::Body;
        }
        Ok(Brought { event, ends })
    }

    /// What the response is whose head was read last. Of a request: final.
    pub const fn kind(&self) -> ResponseKind {
        self.kind
    }

    /// The head was read; of an answer, the final one.
    pub fn has_head(&self) -> bool {
        self.state != State::Head
    }

    /// Nothing more counts.
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    fn event(&mut self, frame: &Frame, state: State) -> Result<Option<Event>, StreamError> {
        if let Some(data) = frame.data() {
            return Ok((!data.is_empty()).then_some(Event::Body(data)));
        }
        let Some(fields) = frame.fields().filter(|_| frame.kind() == Kind::Headers) else {
            return Ok(None);
        };
        let fields = fields?;
        match state {
            State::Head => self.head(&fields).map(Some),
            _ => Ok(Some(Event::Trailers(trailer_lines(&fields)))),
        }
    }

    fn head(&mut self, fields: &[Field]) -> Result<Event, StreamError> {
        let head = match self.direction {
            Direction::ToServer => request_head(fields).ok_or(StreamError::Request)?,
            Direction::ToClient => response_head(fields).ok_or(StreamError::Response)?,
        };
        // RFC 9113 §8.1: 101 has no place in HTTP/2; other 1xx come before the final response.
        let interim = ResponseHead::parse(&head).is_ok_and(|head| head.is_interim());
        self.kind = if interim { ResponseKind::Interim } else { ResponseKind::Final };
        Ok(Event::Head(head))
    }
}

impl StreamError {
    /// A fixed text, lower-case, for people: the same as it displays.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Block(error) => Problem::Hpack(*error).reason(),
            Self::Request => "the fields are not those of an HTTP/2 request",
            Self::Response => "the fields are not those of an HTTP/2 response",
        }
    }
}
