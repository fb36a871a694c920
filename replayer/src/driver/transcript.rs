//! What this client did and was sent, as a cassette.

use bytes::Bytes;
use cassettes::format::ConnectionJournal;
use cassettes::model::{Applied, Close, Connection, Direction, How, Side, Timestamp};
use cassettes::transcribe::Transcriber;

use super::Server;
use super::doors::Visit;

/// One connection's part of the transcript; nothing at all if none is kept.
pub(super) struct Transcript {
    kept: Option<Kept>,
}

struct Kept {
    journal: ConnectionJournal,
    transcriber: Transcriber,
    closes: Vec<Close>,
}

impl Transcript {
    /// Of a client that came.
    pub(super) fn begin(server: &Server, visit: &Visit) -> Self {
        let Visit { arrival, ends, opened, .. } = visit;
        let kept = server.stage.options().transcript.as_ref().map(|journal| {
            let facts = Connection {
                transport: ends.transport,
                way: arrival.way,
                client: ends.client.map(|client| client.to_string()).unwrap_or_default(),
                server: ends.server.map(|server| server.to_string()).unwrap_or_default(),
                upstream: arrival.origin.clone().unwrap_or_default(),
                tls: arrival.tls.clone(),
                ..Connection::opened_at(*opened)
            };
            let mut journal = journal.connection(facts);
            visit.hits.iter().for_each(|fault| journal.hit(fault.clone()));
            let raw = server.stage.is_raw(arrival.server());
            let begin = if raw { Transcriber::raw } else { Transcriber::http };
            let transcriber = begin(journal.id());
            Kept { journal, transcriber, closes: Vec::new() }
        });
        Self { kept }
    }

    /// Whether one is kept.
    pub(super) fn is_kept(&self) -> bool {
        self.kept.is_some()
    }

    pub(super) fn received(&mut self, at: Timestamp, bytes: &Bytes) {
        if let Some(kept) = &mut self.kept {
            kept.pass(Direction::ToServer, at, bytes.clone());
        }
    }

    pub(super) fn sent(&mut self, at: Timestamp, bytes: Bytes) {
        if let Some(kept) = &mut self.kept {
            kept.pass(Direction::ToClient, at, bytes);
        }
    }

    /// A fault hit the client.
    pub(super) fn hit(&mut self, at: Timestamp, fault: &str) {
        if let Some(kept) = &mut self.kept {
            kept.journal.hit(Applied { at, id: fault.to_owned() });
        }
    }

    pub(super) fn close(&mut self, at: Timestamp, by: Side, how: How) {
        if let Some(kept) = &mut self.kept {
            let close = Close { at, by, how };
            kept.transcriber.close(&close);
            kept.closes.push(close);
            kept.record();
        }
    }
}

impl Kept {
    fn pass(&mut self, direction: Direction, at: Timestamp, bytes: Bytes) {
        self.transcriber.receive(direction, at, bytes);
        self.record();
    }

    fn record(&mut self) {
        while let Some(event) = self.transcriber.poll_event() {
            self.journal.record(event);
        }
    }
}

impl Drop for Transcript {
    /// However a connection ends, what happened on it is written.
    fn drop(&mut self) {
        if let Some(mut kept) = self.kept.take() {
            kept.transcriber.finish();
            kept.record();
            kept.journal.end(kept.closes);
        }
    }
}
