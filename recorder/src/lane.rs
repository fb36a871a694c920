//! One direction of a connection: read, pass on, then let it be recorded.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use cassettes::model::{Direction, How, Side};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::outbox::Outbox;
use crate::scratch;
use crate::tap::Tap;

/// A connection broke: by whom, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) by: Side,
    pub(crate) how: How,
}

impl Broken {
    fn new(by: Side, error: &io::Error) -> Self {
        let silent = error.kind() == io::ErrorKind::TimedOut;
        Self { by, how: if silent { How::Timeout } else { How::Reset } }
    }
}

/// One direction's state.
#[derive(Debug)]
pub(crate) struct Lane {
    direction: Direction,
    /// What the next read asks for: grows while reads fill it, so that bulk moves in large pieces.
    limit: usize,
    out: Outbox,
    state: State,
    /// The sender is known to be broken, though it may have sent bytes that are yet to be read.
    doomed: Option<Broken>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The sender may send more.
    Open,
    /// The sender has ended; the receiver has not been told yet.
    Ended,
    /// The receiver has been told.
    Closed,
}

impl Lane {
    pub(crate) fn new(direction: Direction) -> Self {
        Self {
            direction,
            limit: scratch::MIN_READ,
            out: Outbox::default(),
            state: State::Open,
            doomed: None,
        }
    }

    /// Moves all there is to move. Ready once the sender's end has been passed on.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut from: Pin<&mut impl AsyncRead>,
        mut to: Pin<&mut impl AsyncWrite>,
        tap: &mut Tap,
    ) -> Poll<Result<(), Broken>> {
        loop {
            ready!(self.poll_flush(cx, to.as_mut()))?;
            match (self.state, self.doomed) {
                (State::Closed, None) => return Poll::Ready(Ok(())),
                (State::Ended | State::Closed, Some(broken)) => return Poll::Ready(Err(broken)),
                (State::Ended, None) => {
                    ready!(to.as_mut().poll_shutdown(cx)).map_err(|error| self.refused(&error))?;
                    self.state = State::Closed;
                }
                (State::Open, _) => {
                    ready!(tap.poll_pause(cx));
                    match ready!(scratch::poll_read(from.as_mut(), cx, self.limit)) {
                        Ok(bytes) => self.pass_on(cx, to.as_mut(), bytes, tap)?,
                        Err(error) => self.break_off(&error, tap),
                    }
                }
            }
        }
    }

    /// The receiver of this lane broke: there is nobody to move bytes to.
    pub(crate) fn stop(&mut self) {
        self.out = Outbox::default();
        self.state = State::Closed;
    }

    /// The sender of this lane broke. What it sent before is still passed on; then this lane
    /// reports `broken` in place of an end.
    pub(crate) fn doom(&mut self, broken: Broken) {
        self.doomed = Some(broken);
    }

    /// Who sends.
    pub(crate) const fn sender(&self) -> Side {
        self.direction.sender()
    }

    fn pass_on(
        &mut self,
        cx: &mut Context<'_>,
        to: Pin<&mut impl AsyncWrite>,
        bytes: Bytes,
        tap: &mut Tap,
    ) -> Result<(), Broken> {
        if bytes.is_empty() {
            self.end(tap);
            return Ok(());
        }
        let at = tap.now();
        self.adapt(bytes.len());
        tap.translate(self.direction, &bytes, &mut self.out);
        let flushed = self.poll_flush(cx, to);
        tap.heard(self.direction, at, bytes);
        match flushed {
            Poll::Ready(result) => result,
            Poll::Pending => Ok(()),
        }
    }

    fn end(&mut self, tap: &mut Tap) {
        self.state = State::Ended;
        tap.translate_end(self.direction, &mut self.out);
        if self.doomed.is_none() {
            tap.ended(self.direction);
        }
    }

    /// The sender broke: reported once what was withheld of its bytes has been passed on.
    fn break_off(&mut self, error: &io::Error, tap: &mut Tap) {
        self.state = State::Ended;
        tap.translate_end(self.direction, &mut self.out);
        self.doomed = Some(Broken::new(self.direction.sender(), error));
    }

    fn poll_flush(
        &mut self,
        cx: &mut Context<'_>,
        mut to: Pin<&mut impl AsyncWrite>,
    ) -> Poll<Result<(), Broken>> {
        while self.out.has_remaining() {
            let written = match self.out.single() {
                Some(piece) => to.as_mut().poll_write(cx, piece),
                None => poll_write_vectored(to.as_mut(), cx, &self.out),
            };
            let count = ready!(written).map_err(|error| self.refused(&error))?;
            self.out.advance(count);
        }
        Poll::Ready(Ok(()))
    }

    /// The receiver takes no more.
    fn refused(&self, error: &io::Error) -> Broken {
        Broken::new(self.direction.reverse().sender(), error)
    }

    /// A full read doubles the next one's limit, one under a quarter halves it.
    fn adapt(&mut self, read: usize) {
        if read >= self.limit {
            self.limit = (self.limit * 2).min(scratch::MAX_READ);
        } else if read < self.limit / 4 {
            self.limit = (self.limit / 2).max(scratch::MIN_READ);
        }
    }
}

/// Pieces handed to one system call: a request's head and body make up to four.
const SLICES: usize = 16;

fn poll_write_vectored(
    to: Pin<&mut impl AsyncWrite>,
    cx: &mut Context<'_>,
    out: &Outbox,
) -> Poll<io::Result<usize>> {
    let mut slots = [IoSlice::new(&[]); SLICES];
    let filled = out.chunks_vectored(&mut slots);
    to.poll_write_vectored(cx, slots.get(..filled).unwrap_or_default())
}
