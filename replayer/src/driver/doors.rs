//! From an accepted socket to a client of a known server: through every door that it asks for, by its first bytes.

use std::io;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use cassettes::model::{Applied, How, Side, Timestamp, Way};
use cassettes::wire::door::{Door, sniff};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Server;
use super::connection::READ_BYTES;
use super::handshake::{how_ended, shake_hands};
use super::listener::{Accepted, Ends};
use super::reception::welcome;
use super::stream::Stream;
use super::transcript::Transcript;
use super::tunnel;
use crate::arrival::Arrival;
use crate::deck::Meant;
use crate::stage::Met;

/// A client that came in.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) caller: Caller,
    pub(super) visit: Visit,
}

/// Who stands before a door, and what it has said there.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) stream: Stream,
    /// Received, and not yet taken by anybody.
    pub(super) first: BytesMut,
    /// It sends no more.
    pub(super) closed: bool,
}

/// What is known of it.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) ends: Ends,
    pub(super) opened: Timestamp,
    pub(super) arrival: Arrival,
    /// The server that its tunnel leads to.
    pub(super) meant: Option<Meant>,
    /// How it is met; none: as anybody.
    pub(super) met: Option<Met>,
    /// What hit it because of that.
    pub(super) hits: Vec<Applied>,
}

/// Why it does not come in: its connection ended, like this.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone {
    pub(super) by: Side,
    pub(super) how: How,
}

/// Leads a client in; none if it is gone, or was turned away.
pub(super) async fn lead(accepted: Accepted, opened: Timestamp, server: &Server) -> Option<Guest> {
    let Accepted { stream, ends } = accepted;
    let arrival = Arrival::direct(ends.own_port());
    let met = server.stage.meet();
    let mut visit = Visit { ends, opened, arrival, meant: None, met, hits: Vec::new() };
    let come_in = async {
        let stream = welcome(stream, &mut visit, server).await?;
        pass(Caller::new(stream), &mut visit, server).await
    };
    match come_in.await {
        Ok(caller) => Some(Guest { caller, visit }),
        Err(gone) => {
            visit.note_end(gone, server);
            None
        }
    }
}

/// Through one door after the other, until it speaks what a player understands.
async fn pass(mut caller: Caller, visit: &mut Visit, server: &Server) -> Result<Caller, Gone> {
    loop {
        match caller.next_door(visit, server).await? {
            Door::Tls if server.certificates.is_some() => {
                caller = Caller::new(caller.enter_tls(visit, server).await?);
            }
            Door::Socks5 if visit.is_at_the_gate() => {
                tunnel::enter_socks(&mut caller, visit, server).await?;
            }
            Door::Http if visit.meant.is_none() && tunnel::may_be_connect(&caller.first) => {
                if !tunnel::enter_connect(&mut caller, visit, server).await? {
                    return Ok(caller);
                }
            }
            door => {
                visit.name_server(door);
                return Ok(caller);
            }
        }
    }
}

impl Caller {
    fn new(stream: Stream) -> Self {
        Self { stream, first: BytesMut::with_capacity(READ_BYTES), closed: false }
    }

    /// Waits for more bytes, or its end.
    pub(super) async fn hear(&mut self) -> Result<(), Gone> {
        self.first.reserve(READ_BYTES);
        match self.stream.read_buf(&mut self.first).await {
            Ok(read) => self.closed = read == 0,
            Err(error) if how_ended(&error) == How::Fin => self.closed = true,
            Err(error) => return Err(Gone::of(&error)),
        }
        Ok(())
    }

    /// [`Caller::hear`], for no longer than a head may take. What does not come is not waited for.
    pub(super) async fn hear_soon(&mut self, server: &Server) -> Result<(), Gone> {
        let limit = server.stage.options().limits.head;
        match tokio::time::timeout(limit, self.hear()).await {
            Ok(heard) => heard,
            Err(_) => Err(Gone { by: Side::Server, how: How::Timeout }),
        }
    }

    pub(super) async fn say(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        let said = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        said.await.map_err(|error| Gone::of(&error))
    }

    /// Says this, and ends the connection in an orderly way: as a recorded one ended before it had begun.
    pub(super) async fn turn_away(&mut self, answer: &[u8], how: How) -> Gone {
        // One that is gone needs no answer.
        let _ = self.say(answer).await;
        drop(self.stream.shutdown().await);
        Gone { by: Side::Server, how }
    }

    /// Which it asks for. One whose server speaks first may say nothing at all.
    async fn next_door(&mut self, visit: &mut Visit, server: &Server) -> Result<Door, Gone> {
        if self.first.is_empty() {
            let secure = visit.arrival.tls.is_some();
            let meant = visit.meant.as_ref().map(|meant| meant.named(secure));
            match server.stage.patience(meant) {
                None => self.hear().await?,
                Some(patience) => {
                    // In a tunnel to a server that speaks first, there is nothing to wait for.
                    let heard = match patience {
                        Duration::ZERO => None,
                        patience => tokio::time::timeout(patience, self.hear()).await.ok(),
                    };
                    let Some(heard) = heard else {
                        visit.arrival.silent = true;
                        return Ok(Door::Other);
                    };
                    heard?;
                }
            }
        }
        while !self.closed && sniff(&self.first) == Door::NeedMore {
            self.hear_soon(server).await?;
        }
        Ok(sniff(&self.first))
    }

    async fn enter_tls(mut self, visit: &mut Visit, server: &Server) -> Result<Stream, Gone> {
        let first = self.first.split().freeze();
        shake_hands(self.stream, first, visit, server).await
    }
}

impl Visit {
    /// Nothing but its socket is known of it yet.
    fn is_at_the_gate(&self) -> bool {
        self.meant.is_none()
    }

    /// It came through a tunnel, to this server.
    pub(super) fn lead_to(&mut self, way: Way, meant: Meant) {
        self.arrival.way = way;
        self.meant = Some(meant);
    }

    /// Names the server that its tunnel leads to, once it is known what it speaks with it.
    pub(super) fn name_server(&mut self, door: Door) {
        let own = self.ends.server;
        if own.is_some_and(|own| self.meant.as_ref().is_some_and(|meant| meant.is_at(own))) {
            // A proxy's client that was told to take the replayer for its server.
            self.arrival.way = Way::Direct;
            return;
        }
        let secure = self.arrival.tls.is_some();
        let scheme = match door {
            Door::Http | Door::Http2 if secure => "https",
            Door::Http | Door::Http2 => "http",
            _ if secure => "tls",
            _ => "tcp",
        };
        self.arrival.origin = self.meant.as_ref().map(|meant| meant.origin(scheme));
    }

    /// Writes down a connection on which nothing was said.
    fn note_end(&self, gone: Gone, server: &Server) {
        let mut transcript = Transcript::begin(server, self);
        transcript.close(server.now(), gone.by, gone.how);
    }
}

impl Gone {
    pub(super) fn of(error: &io::Error) -> Self {
        Self { by: Side::Client, how: how_ended(error) }
    }
}

/// Takes bytes that were understood.
pub(super) fn take(first: &mut BytesMut, count: usize) {
    first.advance(count.min(first.len()));
}
