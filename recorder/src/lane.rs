//! One direction of a connection: read, pass on, then let it be recorded. Faults may stand between reading and passing on.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use cassettes::model::{Direction, How, Side};
use tokio::io::AsyncWrite as _;

use crate::faults::{Act, Ending};
use crate::outbox::Outbox;
use crate::scratch;
use crate::stream::Stream;
use crate::tap::Tap;

/// A connection broke: by whom, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) by: Side,
    pub(crate) how: How,
}

impl Broken {
    pub(crate) fn new(by: Side, error: &io::Error) -> Self {
        let silent = error.kind() == io::ErrorKind::TimedOut;
        let otherwise = if silent { How::Timeout } else { How::Reset };
        Self { by, how: alert(error).map_or(otherwise, How::Alert) }
    }
}

/// The fatal TLS alert that an error is about, if the peer sent one.
pub(crate) fn alert(error: &io::Error) -> Option<u8> {
    match error.get_ref()?.downcast_ref::<rustls::Error>()? {
        rustls::Error::AlertReceived(alert) => Some(u8::from(*alert)),
        _ => None,
    }
}

/// Why relaying stops before both sides have ended in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// One of them broke.
    Broken(Broken),
    /// A fault ends the connection to the receiver of this direction.
    Fault(Direction, Ending),
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// How a sender ended in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// FIN; in TLS, after `close_notify`.
    Whole,
    /// FIN without the `close_notify` that TLS demands before it.
    Cut,
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
    /// What a fault does that could not be done at once.
    act: Option<Act>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The sender may send more.
    Open,
    /// The sender has ended like this; the receiver has not been told yet.
    Ended(End),
    /// The receiver has been told.
    Closed,
    /// There is no receiver any more.
    Stopped,
}

impl Lane {
    pub(crate) fn new(direction: Direction) -> Self {
        Self {
            direction,
            limit: scratch::MIN_READ,
            out: Outbox::default(),
            state: State::Open,
            doomed: None,
            act: None,
        }
    }

    /// Moves all there is to move. Ready once the sender's end has been passed on.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut Stream,
        to: &mut Stream,
        tap: &mut Tap,
    ) -> Poll<Result<(), Stop>> {
        loop {
            if self.state != State::Stopped {
                ready!(self.poll_flush(cx, to))?;
                if tap.has_faults() && self.state != State::Closed {
                    ready!(self.poll_faults(cx, to, tap))?;
                }
            }
            match (self.state, self.doomed) {
                (State::Closed | State::Stopped, None) => return Poll::Ready(Ok(())),
                (State::Ended(end), None) => {
                    ready!(poll_end(cx, to, end)).map_err(|error| self.refused(&error))?;
                    self.state = State::Closed;
                }
                (State::Open, None) if self.is_left_unread(tap) => return Poll::Pending,
                (State::Open, _) => {
                    ready!(tap.poll_pause(cx));
                    ready!(tap.poll_room(self.direction, cx));
                    match ready!(scratch::poll_read(Pin::new(&mut *from), cx, self.limit)) {
                        Ok(bytes) => self.pass_on(cx, to, bytes, tap)?,
                        Err(error) => self.stop_reading(&error, from, tap),
                    }
                }
                (_, Some(broken)) => return Poll::Ready(Err(broken.into())),
            }
        }
    }

    /// The receiver of this lane broke: there is nobody to move bytes to.
    pub(crate) fn stop(&mut self) {
        self.out = Outbox::default();
        self.state = State::Stopped;
    }

    /// The sender of this lane broke. What it sent before is still passed on; then this lane
    /// reports `broken` in place of an end.
    pub(crate) fn doom(&mut self, broken: Broken) {
        // How it broke first is why it breaks again.
        self.doomed.get_or_insert(broken);
    }

    /// Gives the receiver what is on its way to it, as far as it takes that in this time.
    pub(crate) async fn deliver(&mut self, to: &mut Stream, time: Duration) {
        let flushed = poll_fn(|cx| self.poll_flush(cx, to));
        // One that takes no more, or not now, does not get it.
        drop(tokio::time::timeout(time, flushed).await);
    }

    /// Who sends.
    pub(crate) const fn sender(&self) -> Side {
        self.direction.sender()
    }

    fn pass_on(
        &mut self,
        cx: &mut Context<'_>,
        to: &mut Stream,
        bytes: Bytes,
        tap: &mut Tap,
    ) -> Result<(), Stop> {
        if bytes.is_empty() {
            self.end(End::Whole, tap);
            return Ok(());
        }
        let at = tap.now();
        self.adapt(bytes.len());
        let bytes = tap.translate(self.direction, bytes, &mut self.out);
        tap.take_sends(self.direction, at, &mut self.out);
        let flushed = self.poll_flush(cx, to);
        tap.heard(self.direction, at, bytes);
        match flushed {
            _ if tap.is_garbled() => Err(Broken { by: self.sender(), how: How::Reset }.into()),
            Poll::Ready(result) => Ok(result?),
            Poll::Pending => Ok(()),
        }
    }

    /// Does what faults have in store for the receiver. Ready once nothing of it keeps this lane from going on; pending also while time
    /// is to pass before the sender's end may be passed on.
    fn poll_faults(
        &mut self,
        cx: &mut Context<'_>,
        to: &mut Stream,
        tap: &mut Tap,
    ) -> Poll<Result<(), Stop>> {
        loop {
            ready!(self.poll_flush(cx, to))?;
            if let Some(act) = &mut self.act {
                if let Act::End(ending) = *act {
                    return Poll::Ready(Err(Stop::Fault(self.direction, ending)));
                }
                ready!(poll_act(act, cx, to)).map_err(|error| self.refused(&error))?;
                self.act = None;
            }
            let now = tap.now();
            tap.take_sends(self.direction, now, &mut self.out);
            self.act = tap.poll_act(self.direction, now);
            if self.act.is_some() || self.out.has_remaining() {
                continue;
            }
            let waits = tap.has_more_for(self.direction);
            if !waits || tap.poll_time(self.direction, cx).is_pending() {
                let holds = waits && self.state != State::Open;
                return if holds { Poll::Pending } else { Poll::Ready(Ok(())) };
            }
        }
    }

    /// What a client says to another server waits until this one has answered; or a fault has it not be read.
    fn is_left_unread(&self, tap: &Tap) -> bool {
        self.direction == Direction::ToServer && (tap.has_turned() || tap.is_deaf())
    }

    fn stop_reading(&mut self, error: &io::Error, from: &Stream, tap: &mut Tap) {
        if from.is_tls() && error.kind() == io::ErrorKind::UnexpectedEof {
            self.end(End::Cut, tap);
        } else {
            self.break_off(error, tap);
        }
    }

    fn end(&mut self, end: End, tap: &mut Tap) {
        self.state = State::Ended(end);
        tap.translate_end(self.direction, &mut self.out);
        if self.doomed.is_none() {
            tap.ended(self.direction, end);
        }
    }

    /// The sender broke: reported once what was withheld of its bytes has been passed on.
    fn break_off(&mut self, error: &io::Error, tap: &mut Tap) {
        self.state = State::Ended(End::Cut);
        tap.translate_end(self.direction, &mut self.out);
        self.doomed = Some(Broken::new(self.direction.sender(), error));
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>, to: &mut Stream) -> Poll<Result<(), Broken>> {
        let mut to = Pin::new(to);
        while self.out.has_remaining() {
            let written = match self.out.single() {
                Some(piece) => to.as_mut().poll_write(cx, piece),
                None => poll_write_vectored(to.as_mut(), cx, &self.out),
            };
            let count = ready!(written).map_err(|error| self.refused(&error))?;
            self.out.advance(count);
        }
        // TLS holds back what the socket did not take at once.
        to.poll_flush(cx).map_err(|error| self.refused(&error))
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

/// What is flushed already needs no more.
fn poll_act(act: &mut Act, cx: &mut Context<'_>, to: &mut Stream) -> Poll<io::Result<()>> {
    match act {
        Act::Beneath(bytes) => to.poll_write_beneath(cx, bytes),
        Act::HalfClose => Pin::new(to).poll_shutdown(cx),
        Act::Flush | Act::End(_) => Poll::Ready(Ok(())),
    }
}

fn poll_end(cx: &mut Context<'_>, to: &mut Stream, end: End) -> Poll<io::Result<()>> {
    match end {
        End::Whole => Pin::new(to).poll_shutdown(cx),
        End::Cut => to.poll_cut(cx),
    }
}

fn poll_write_vectored(
    to: Pin<&mut Stream>,
    cx: &mut Context<'_>,
    out: &Outbox,
) -> Poll<io::Result<usize>> {
    let mut slots = [IoSlice::new(&[]); SLICES];
    let filled = out.chunks_vectored(&mut slots);
    to.poll_write_vectored(cx, slots.get(..filled).unwrap_or_default())
}
