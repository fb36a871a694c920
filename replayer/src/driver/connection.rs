//! One connection's loop: act as its player says, then read, or let time pass.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::pin;

use bytes::{Buf, Bytes, BytesMut};
use cassettes::model::{How, Side};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Server;
use super::doors::{Caller, Guest, lead};
use super::ending::{close, cut, end_by_alert, reset};
use super::handshake::how_ended;
use super::listener::Accepted;
use super::stream::Stream;
use super::transcript::Transcript;
use crate::options::Pace;
use crate::player::{Action, Player};

/// Read at once. Requests are mostly shorter, uploads are not; connections are many.
pub(super) const READ_BYTES: usize = 16 * 1024;

/// Written at once: the most pieces that one system call takes is 1024, and each has its cost.
const MAX_SLICES: usize = 64;

/// Queued before it is written. More brings no more speed.
const MAX_QUEUED_BYTES: usize = 256 * 1024;

/// Plays to one client until both are done.
pub(super) async fn attend(accepted: Accepted, server: &Server) {
    let Some(guest) = lead(accepted, server.now(), server).await else { return };
    let Guest { caller: Caller { stream, first, closed }, visit } = guest;
    let mut line = Line {
        server,
        transcript: Transcript::begin(server, &visit),
        player: Player::new(server.stage.clone(), visit.arrival, server.now()),
        buffer: first,
        queue: VecDeque::new(),
        queued: 0,
        client_closed: false,
    };
    if !line.buffer.is_empty() {
        line.take_bytes();
    }
    if closed {
        line.take_close(stream.orderly_end());
    }
    line.run(stream).await;
}

/// A connection being served.
pub(super) struct Line<'a> {
    server: &'a Server,
    player: Player,
    transcript: Transcript,
    buffer: BytesMut,
    /// To be written, in order.
    queue: VecDeque<Bytes>,
    /// How many bytes are in the queue.
    queued: usize,
    client_closed: bool,
}

/// How a connection goes on after its actions.
enum Next {
    Listen,
    Close,
    Cut,
    Alert(u8),
    Reset,
}

/// What came of listening.
enum Heard {
    Bytes,
    Closed,
    Time,
}

impl Line<'_> {
    async fn run(&mut self, mut stream: Stream) {
        loop {
            match self.act(&mut stream).await {
                Ok(Next::Listen) => {}
                Ok(Next::Close) => return close(stream, self).await,
                Ok(Next::Cut) => return cut(stream, self).await,
                Ok(Next::Alert(number)) => return end_by_alert(stream, number, self).await,
                Ok(Next::Reset) => return reset(stream, self).await,
                Err(error) => return self.lose(&error),
            }
            match self.listen(&mut stream).await {
                Ok(Heard::Bytes) => self.take_bytes(),
                Ok(Heard::Closed) => self.take_close(stream.orderly_end()),
                Ok(Heard::Time) => self.player.timeout(self.server.now()),
                // In TLS: FIN, without what is to be said before it.
                Err(error) if how_ended(&error) == How::Fin => self.take_close(How::Fin),
                Err(error) => return self.lose(&error),
            }
        }
    }

    /// Carries out what the player wants, until it wants no more.
    async fn act(&mut self, stream: &mut Stream) -> io::Result<Next> {
        let joins = self.server.stage.options().pace == Pace::Instant;
        while let Some(action) = self.player.poll_action() {
            match action {
                Action::Send(bytes) => {
                    self.queued += bytes.len();
                    self.queue.push_back(bytes);
                    if !joins || self.queued >= MAX_QUEUED_BYTES {
                        self.flush(stream).await?;
                    }
                }
                Action::Applied(fault) => self.transcript.hit(self.server.now(), &fault),
                Action::Flush => self.flush(stream).await?,
                Action::Beneath(bytes) => {
                    self.flush(stream).await?;
                    stream.beneath().write_all(&bytes).await?;
                    // No part of what is said in TLS.
                    if !stream.is_tls() {
                        self.transcript.sent(self.server.now(), bytes);
                    }
                }
                Action::HalfClose => {
                    self.flush(stream).await?;
                    stream.shutdown().await?;
                    self.note(Side::Server, stream.orderly_end());
                }
                Action::Close => {
                    self.flush(stream).await?;
                    return Ok(Next::Close);
                }
                Action::Cut => {
                    self.flush(stream).await?;
                    return Ok(Next::Cut);
                }
                Action::Alert(number) => {
                    self.flush(stream).await?;
                    return Ok(Next::Alert(number));
                }
                Action::Reset => {
                    self.flush(stream).await?;
                    return Ok(Next::Reset);
                }
            }
        }
        self.flush(stream).await?;
        Ok(Next::Listen)
    }

    async fn flush(&mut self, stream: &mut Stream) -> io::Result<()> {
        while self.queued > 0 {
            let written = match self.queue.make_contiguous() {
                [only] => stream.write(only).await?,
                several => {
                    let mut slices = [IoSlice::new(&[]); MAX_SLICES];
                    let count = several.len().min(MAX_SLICES);
                    for (slice, bytes) in slices.iter_mut().zip(&*several) {
                        *slice = IoSlice::new(bytes);
                    }
                    stream.write_vectored(slices.get(..count).unwrap_or_default()).await?
                }
            };
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.drop_written(written);
        }
        // A socket has nothing to flush.
        if stream.is_tls() { stream.flush().await } else { Ok(()) }
    }

    fn drop_written(&mut self, mut written: usize) {
        self.queued = self.queued.saturating_sub(written);
        while let Some(front) = self.queue.front_mut() {
            let part = written.min(front.len());
            if self.transcript.is_kept() {
                self.transcript.sent(self.server.now(), front.slice(..part));
            }
            written -= part;
            front.advance(part);
            if !front.is_empty() {
                return;
            }
            self.queue.pop_front();
        }
    }

    /// Waits for bytes, the client's end, or the player's time.
    async fn listen(&mut self, stream: &mut Stream) -> io::Result<Heard> {
        let listens = !self.client_closed && self.player.wants_input();
        self.buffer.reserve(READ_BYTES);
        let Some(wake) = self.player.poll_timeout() else {
            if !listens {
                // Its player waits for nothing, nor can anything come: only an error ends this.
                stream.failure().await?;
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            return stream.read_buf(&mut self.buffer).await.map(Heard::of_read);
        };
        let wait = pin!(tokio::time::sleep_until(self.server.instant(wake).into()));
        tokio::select! {
            biased;
            read = stream.read_buf(&mut self.buffer), if listens => read.map(Heard::of_read),
            () = wait => Ok(Heard::Time),
        }
    }

    fn take_bytes(&mut self) {
        let now = self.server.now();
        let bytes = self.buffer.split().freeze();
        self.transcript.received(now, &bytes);
        self.player.receive(bytes, now);
    }

    fn take_close(&mut self, how: How) {
        let now = self.server.now();
        self.client_closed = true;
        self.transcript.close(now, Side::Client, how);
        self.player.client_closed(now);
    }

    /// The client broke the connection off.
    fn lose(&mut self, error: &io::Error) {
        let now = self.server.now();
        self.transcript.close(now, Side::Client, how_ended(error));
        self.player.client_gone(now);
    }
}

impl Heard {
    const fn of_read(len: usize) -> Self {
        if len == 0 { Self::Closed } else { Self::Bytes }
    }
}

/// What an ending needs of a connection.
impl Line<'_> {
    pub(super) fn client_closed(&self) -> bool {
        self.client_closed
    }

    /// Writes a close down.
    pub(super) fn note(&mut self, by: Side, how: How) {
        let now = self.server.now();
        self.transcript.close(now, by, how);
    }
}
