//! One connection's loop: act as its player says, then read, or let time pass.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::pin;

use bytes::{Buf, Bytes, BytesMut};
use cassettes::model::{How, Side, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Server;
use super::ending::{close, reset};
use super::transcript::Transcript;
use crate::arrival::Arrival;
use crate::options::Pace;
use crate::player::{Action, Player};

/// Read at once. Requests are mostly shorter, uploads are not; connections are many.
const READ_BYTES: usize = 16 * 1024;

/// Written at once: the most pieces that one system call takes is 1024, and each has its cost.
const MAX_SLICES: usize = 64;

/// Queued before it is written. More brings no more speed.
const MAX_QUEUED_BYTES: usize = 256 * 1024;

/// Plays to one client until both are done.
pub(super) async fn attend(stream: TcpStream, client: SocketAddr, server: &Server) {
    let now = server.now();
    // Without it, the kernel may hold back small chunks: slower, and other than recorded.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let local = stream.local_addr().unwrap_or(server.own);
    let transcript =
        Transcript::begin(server.stage.options().transcript.as_ref(), client, local, now);
    let player = Player::new(server.stage.clone(), Arrival::direct(local.port()), now);
    let mut line = Line {
        server,
        player,
        transcript,
        buffer: BytesMut::with_capacity(READ_BYTES),
        queue: VecDeque::new(),
        queued: 0,
        client_closed: false,
    };
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
    Reset,
}

/// What came of listening.
enum Heard {
    Bytes,
    Closed,
    Time,
}

impl Line<'_> {
    async fn run(&mut self, mut stream: TcpStream) {
        loop {
            match self.act(&mut stream).await {
                Ok(Next::Listen) => {}
                Ok(Next::Close) => return close(stream, self).await,
                Ok(Next::Reset) => return reset(stream, self).await,
                Err(_) => return self.lose(),
            }
            match self.listen(&mut stream).await {
                Ok(Heard::Bytes) => self.take_bytes(),
                Ok(Heard::Closed) => self.take_close(),
                Ok(Heard::Time) => self.player.timeout(self.server.now()),
                Err(_) => return self.lose(),
            }
        }
    }

    /// Carries out what the player wants, until it wants no more.
    async fn act(&mut self, stream: &mut TcpStream) -> io::Result<Next> {
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
                Action::HalfClose => {
                    self.flush(stream).await?;
                    stream.shutdown().await?;
                    self.transcript.close(self.server.now(), Side::Server, How::Fin);
                }
                // On plain TCP these are the nearest.
                Action::Close | Action::Cut | Action::Alert(_) => {
                    self.flush(stream).await?;
                    return Ok(Next::Close);
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

    async fn flush(&mut self, stream: &mut TcpStream) -> io::Result<()> {
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
        Ok(())
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
    async fn listen(&mut self, stream: &mut TcpStream) -> io::Result<Heard> {
        let listens = !self.client_closed && self.player.wants_input();
        self.buffer.reserve(READ_BYTES);
        let Some(wake) = self.player.poll_timeout() else {
            if !listens {
                // Its player waits for nothing, nor can anything come: only an error ends this.
                stream.ready(tokio::io::Interest::ERROR).await?;
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

    fn take_close(&mut self) {
        let now = self.server.now();
        self.client_closed = true;
        self.transcript.close(now, Side::Client, How::Fin);
        self.player.client_closed(now);
    }

    /// The client reset the connection.
    fn lose(&mut self) {
        let now = self.server.now();
        self.transcript.close(now, Side::Client, How::Reset);
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

    pub(super) fn now(&self) -> Timestamp {
        self.server.now()
    }

    /// Writes a close down.
    pub(super) fn note(&mut self, by: Side, how: How) {
        let now = self.now();
        self.transcript.close(now, by, how);
    }
}
