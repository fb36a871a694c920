//! HTTP/1's cycle: head, body, end, and again. It knows no direction; a [`Role`] says what a head means.

use bytes::Bytes;

use super::chunked::parse_size;
use super::head::skip_empty_lines;
use super::lines::{Block, LineBuffer, Rest, TooLong};
use super::{
    Advance, ChunkError, CutShort, Event, Framing, FramingError, HeadError, MAX_CHUNK_LINE_BYTES,
    ParseError, Problem,
};

/// What distinguishes requests from responses.
pub(super) trait Role {
    /// Whether a head may begin like this; `whole_line`: at least its first line is there. A refusal
    /// holds for whatever follows.
    fn check_start(&self, start: &[u8], whole_line: bool) -> Result<(), HeadError>;

    /// Reads a whole head: what follows it.
    fn read_head(&mut self, head: &[u8]) -> Result<Next, HeadError>;
}

/// What follows a head.
pub(super) enum Next {
    /// A body, maybe an empty one.
    Body(Result<Framing, FramingError>),
    /// Another protocol.
    Switch,
}

impl Next {
    const fn framing(&self) -> Framing {
        match self {
            Self::Body(Ok(framing)) => *framing,
            Self::Body(Err(_)) | Self::Switch => Framing::None,
        }
    }
}

/// Where in the cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between messages, or in a head.
    Head,
    /// In a body of a known length, with so much to come.
    Length(u64),
    /// In a chunk's size line.
    ChunkSize,
    /// In a chunk's data, with so much to come.
    ChunkData(u64),
    /// Between a chunk's data and the next size line.
    ChunkEnd,
    /// There, after the CR.
    ChunkEndLf,
    /// In the lines after the last chunk.
    Trailers,
    /// In a body that the connection's end ends.
    UntilClose,
    /// A message is over, which is to be said.
    End,
    /// HTTP is over, which is to be said.
    Switch,
    /// HTTP is over.
    Switched,
    /// No HTTP, or no longer.
    Failed(ParseError),
}

/// The machine, playing a role.
#[derive(Debug, Clone)]
pub(super) struct Machine<R> {
    pub(super) role: R,
    state: State,
    /// Of the last head.
    framing: Framing,
    /// Of the head or trailer section that the state is in.
    block: Block,
    /// Of the size line that the state is in.
    line: LineBuffer,
    /// Bytes taken since it was made.
    taken: u64,
    /// `taken`, where the current message began.
    message: u64,
}

impl<R: Role> Machine<R> {
    pub(super) fn new(role: R) -> Self {
        Self {
            role,
            state: State::Head,
            framing: Framing::None,
            block: Block::head(),
            line: LineBuffer::default(),
            taken: 0,
            message: 0,
        }
    }

    /// Takes a prefix of what `input` holds from `at` on: through what completes an event, or all of it.
    pub(super) fn advance(&mut self, input: &Bytes, at: usize) -> Result<Advance, ParseError> {
        let mut rest = Rest { input, at };
        loop {
            let before = rest.at;
            let event =
                self.step(&mut rest).inspect_err(|&error| self.state = State::Failed(error))?;
            self.taken += (rest.at - before) as u64;
            if event.is_some() || rest.bytes().is_empty() && !self.owes_event() {
                return Ok(Advance { taken: rest.at - at, event });
            }
        }
    }

    /// The input is over.
    pub(super) fn finish(&mut self) -> Result<(), CutShort> {
        let offset = self.taken;
        match self.state {
            State::Head if !self.is_idle() => Err(CutShort::Head { offset }),
            State::Head | State::End | State::Switch | State::Switched => Ok(()),
            State::UntilClose => {
                self.message = self.taken;
                self.go(State::Head);
                Ok(())
            }
            _ => Err(CutShort::Body { offset }),
        }
    }

    /// So many bytes of the input are missing, and it is to go on after them. It can if all of them are data of a
    /// body, so that none says what follows.
    pub(super) fn skip(&mut self, length: u64) -> bool {
        let state = match self.state {
            State::Length(left) => skipped(left, length, State::Length, State::End),
            State::ChunkData(left) => skipped(left, length, State::ChunkData, State::ChunkEnd),
            State::UntilClose => Some(State::UntilClose),
            _ => None,
        };
        if let Some(state) = state {
            self.taken = self.taken.saturating_add(length);
            self.go(state);
        }
        state.is_some()
    }

    /// Whether it is between messages.
    pub(super) fn is_idle(&self) -> bool {
        self.state == State::Head && self.block.held().is_empty()
    }

    /// What ends the body of the message whose head was read last.
    pub(super) const fn framing(&self) -> Framing {
        self.framing
    }

    /// Whether it is in a body that the connection's end ends.
    pub(super) fn reads_until_close(&self) -> bool {
        self.state == State::UntilClose
    }

    fn owes_event(&self) -> bool {
        matches!(self.state, State::End | State::Switch)
    }

    /// The transitions, all of them. What needs more input takes all there is and stays.
    fn step(&mut self, rest: &mut Rest<'_>) -> Result<Option<Event>, ParseError> {
        match self.state {
            State::Head => self.head(rest),
            State::Length(left) => Ok(self.data(rest, left, State::Length, State::End)),
            State::ChunkSize => self.chunk_size(rest),
            State::ChunkData(left) => Ok(self.data(rest, left, State::ChunkData, State::ChunkEnd)),
            State::ChunkEnd | State::ChunkEndLf => self.chunk_end(rest),
            State::Trailers => self.trailers(rest),
            State::UntilClose => Ok(body(rest.take_up_to(u64::MAX))),
            State::End => {
                self.message = self.taken;
                self.go(State::Head);
                Ok(Some(Event::End))
            }
            State::Switch => {
                self.go(State::Switched);
                Ok(Some(Event::Switched))
            }
            State::Switched => {
                rest.take_up_to(u64::MAX);
                Ok(None)
            }
            State::Failed(error) => Err(error),
        }
    }

    fn head(&mut self, rest: &mut Rest<'_>) -> Result<Option<Event>, ParseError> {
        let at = self.message;
        let refuse = |error: HeadError| ParseError { offset: at, problem: error.into() };
        let lines_before = self.block.lines();
        if let Some(head) = self.block.take(rest).map_err(refuse)? {
            let next = self.role.read_head(&head).map_err(refuse)?;
            self.framing = next.framing();
            self.go(after_head(&next, at + head.len() as u64));
            return Ok(Some(Event::Head(head)));
        }
        // What will never be a head is refused as soon as that shows, not when its end comes.
        if lines_before == 0 {
            let start = skip_empty_lines(self.block.held());
            self.role.check_start(start, self.block.lines() > 0).map_err(refuse)?;
        }
        Ok(None)
    }

    fn data(
        &mut self,
        rest: &mut Rest<'_>,
        left: u64,
        stay: fn(u64) -> State,
        then: State,
    ) -> Option<Event> {
        let data = rest.take_up_to(left);
        let left = left - data.len() as u64;
        self.go(if left == 0 { then } else { stay(left) });
        body(data)
    }

    fn chunk_size(&mut self, rest: &mut Rest<'_>) -> Result<Option<Event>, ParseError> {
        let at = self.taken - self.line.held_len() as u64;
        let refuse = |error: ChunkError| ParseError { offset: at, problem: error.into() };
        let line = self.line.take(rest, MAX_CHUNK_LINE_BYTES, parse_size);
        match line.map_err(|TooLong| refuse(ChunkError::LineTooLong))? {
            None => {}
            Some(size) => match size.map_err(refuse)? {
                0 => {
                    self.block = Block::trailers();
                    self.go(State::Trailers);
                }
                size => self.go(State::ChunkData(size)),
            },
        }
        Ok(None)
    }

    /// CR LF, or LF alone.
    fn chunk_end(&mut self, rest: &mut Rest<'_>) -> Result<Option<Event>, ParseError> {
        let after_cr = self.state == State::ChunkEndLf;
        match rest.bytes().first() {
            Some(b'\r') if !after_cr => self.go(State::ChunkEndLf),
            Some(b'\n') => self.go(State::ChunkSize),
            None => return Ok(None),
            Some(_) => {
                let offset = self.taken - u64::from(after_cr);
                return Err(ParseError { offset, problem: ChunkError::DataEnd.into() });
            }
        }
        rest.at += 1;
        Ok(None)
    }

    fn trailers(&mut self, rest: &mut Rest<'_>) -> Result<Option<Event>, ParseError> {
        let offset = self.taken - self.block.held().len() as u64;
        let problem = ChunkError::TrailersTooLong.into();
        let Some(block) = self.block.take(rest).map_err(|_| ParseError { offset, problem })? else {
            return Ok(None);
        };
        self.block = Block::head();
        self.go(State::End);
        let lines = without_empty_line(&block);
        Ok((!lines.is_empty()).then_some(Event::Trailers(lines)))
    }

    const fn go(&mut self, state: State) {
        self.state = state;
    }
}

fn skipped(left: u64, length: u64, stay: fn(u64) -> State, then: State) -> Option<State> {
    let left = left.checked_sub(length)?;
    Some(if left == 0 { then } else { stay(left) })
}

const fn after_head(next: &Next, body_at: u64) -> State {
    match *next {
        Next::Switch => State::Switch,
        // HTTP/1 knows no END_STREAM.
        Next::Body(Ok(Framing::None | Framing::Length(0) | Framing::EndStream)) => State::End,
        Next::Body(Ok(Framing::Length(length))) => State::Length(length),
        Next::Body(Ok(Framing::Chunked)) => State::ChunkSize,
        Next::Body(Ok(Framing::UntilClose)) => State::UntilClose,
        Next::Body(Err(error)) => {
            State::Failed(ParseError { offset: body_at, problem: Problem::Framing(error) })
        }
    }
}

fn body(data: Bytes) -> Option<Event> {
    (!data.is_empty()).then_some(Event::Body(data))
}

fn without_empty_line(block: &Bytes) -> Bytes {
    let end = block.strip_suffix(b"\r\n").or_else(|| block.strip_suffix(b"\n"));
    block.slice(..end.map_or(0, <[u8]>::len))
}
