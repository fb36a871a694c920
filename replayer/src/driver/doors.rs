//! From an accepted socket to a client of a known server: through every door that it asks for, by its first bytes.

use std::io;

use bytes::BytesMut;
use cassettes::model::{How, Side, Timestamp};
use tokio::io::AsyncReadExt;

use super::Server;
use super::connection::READ_BYTES;
use super::handshake::{Handshake, handshake};
use super::listener::{Accepted, Ends};
use super::stream::Stream;
use super::transcript::Transcript;
use crate::arrival::Arrival;

/// What a TLS record of a handshake begins with (RFC 8446 §5.1).
const HANDSHAKE_RECORD: u8 = 0x16;

/// A client, and what is known of it.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) stream: Stream,
    pub(super) ends: Ends,
    pub(super) opened: Timestamp,
    pub(super) arrival: Arrival,
    /// Received, and not yet taken by a player.
    pub(super) first: BytesMut,
    /// It sends no more.
    pub(super) closed: bool,
}

impl Guest {
    pub(super) fn new(accepted: Accepted, opened: Timestamp) -> Self {
        let Accepted { stream, ends } = accepted;
        let arrival = Arrival::direct(ends.own_port());
        let first = BytesMut::with_capacity(READ_BYTES);
        Self { stream, ends, opened, arrival, first, closed: false }
    }

    /// Leads it in; none if it is gone, or was turned away.
    pub(super) async fn enter(mut self, server: &Server) -> Option<Self> {
        if self.hear().await.is_err() {
            self.note_end(How::Reset, server);
            return None;
        }
        if self.first.first() == Some(&HANDSHAKE_RECORD) && server.certificates.is_some() {
            return self.enter_tls(server).await;
        }
        Some(self)
    }

    async fn enter_tls(mut self, server: &Server) -> Option<Self> {
        let first = self.first.split().freeze();
        match handshake(self.stream, first, &self.arrival, &self.ends, server).await {
            Handshake::Done { stream, tls } => {
                self.arrival.tls = Some(tls);
                Some(Self { stream, ..self })
            }
            Handshake::Failed { tls, how } => {
                self.arrival.tls = Some(tls);
                note_end(&self.arrival, &self.ends, self.opened, how, server);
                None
            }
        }
    }

    /// Waits for more bytes, or its end.
    async fn hear(&mut self) -> io::Result<()> {
        self.first.reserve(READ_BYTES);
        let read = self.stream.read_buf(&mut self.first).await?;
        self.closed = read == 0;
        Ok(())
    }

    fn note_end(self, how: How, server: &Server) {
        note_end(&self.arrival, &self.ends, self.opened, how, server);
    }
}

/// Writes down a connection on which nothing was said.
fn note_end(arrival: &Arrival, ends: &Ends, opened: Timestamp, how: How, server: &Server) {
    let mut transcript = Transcript::begin(server, arrival, ends, opened);
    transcript.close(server.now(), Side::Client, how);
}
