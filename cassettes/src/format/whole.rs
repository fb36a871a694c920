//! A whole recording at once.

use bytes::{Bytes, BytesMut};

use super::journal::{ConnectionJournal, Journal};
use super::number::narrow;
use super::summary::derive;
use crate::model::{Cassette, Connection, Exchange, ExchangeId, Staging, TapeEvent, Tls};

/// Longest text of a header or connection. They are names and addresses; the metadata that holds them is bounded.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// Most ends of a connection. Two are usual: each direction has one.
pub const MAX_CLOSES: usize = 1024;

/// Most gaps of a connection that are kept apart: a capture that lacks more of one has lost it rather than parts of it.
pub const MAX_GAPS: usize = 1024;

/// Most faults that are named of one connection, or exchange. Their ids are bounded by [`MAX_TEXT_BYTES`] together.
pub const MAX_FAULTS: usize = 1024;

/// Most protocols that a TLS client is kept to have offered. Clients offer two or three.
pub const MAX_OFFERED: usize = 256;

/// The file that a recorder would have written of this, with every connection opened first.
pub fn encode(cassette: &Cassette) -> Result<Bytes, EncodeError> {
    check(cassette)?;
    let journal = Journal::create(&cassette.header);
    let open =
        |connection: &Connection| Open { journal: journal.connection(connection.clone()), next: 0 };
    let mut open: Vec<Open> = cassette.connections().iter().map(open).collect();
    for (index, exchange) in cassette.exchanges().iter().enumerate() {
        if let Some(open) = open.get_mut(exchange.connection.index()) {
            open.record(exchange, cassette.staging(index), cassette.connection_of(exchange));
        }
    }
    for (mut open, connection) in open.into_iter().zip(cassette.connections()) {
        connection.gaps.iter().for_each(|gap| open.journal.lose(*gap));
        connection.faults.iter().for_each(|fault| open.journal.hit(fault.clone()));
        open.journal.end(connection.closes.clone());
    }
    journal.finish();
    Ok(written(&journal))
}

/// All that waits to be written, in one.
fn written(journal: &Journal) -> Bytes {
    let mut file = BytesMut::with_capacity(narrow(journal.pending_bytes()));
    let mut pending = Vec::new();
    journal.take_pending(&mut pending);
    for bytes in pending {
        file.extend_from_slice(&bytes);
    }
    file.freeze()
}

struct Open {
    journal: ConnectionJournal,
    next: u32,
}

impl Open {
    fn record(&mut self, exchange: &Exchange, staging: Option<&Staging>, connection: &Connection) {
        let id = ExchangeId { connection: exchange.connection, ordinal: self.next };
        for chunk in &exchange.chunks {
            self.journal.record(TapeEvent::Chunk { exchange: id, chunk: chunk.clone() });
        }
        if let Some(staging) = staging {
            self.journal.stage(id, staging.clone());
        }
        let summary = derive(exchange, connection);
        self.journal.record(TapeEvent::Done { exchange: id, summary });
        self.next += 1;
    }
}

fn check(cassette: &Cassette) -> Result<(), EncodeError> {
    let header = &cassette.header;
    check_texts("header", &[&header.writer, &header.rewrite.host, &header.rewrite.origin])?;
    for connection in cassette.connections() {
        check_texts("connection", &[&connection.client, &connection.server, &connection.upstream])?;
        for tls in [&connection.tls, &connection.upstream_tls].into_iter().flatten() {
            check_tls(tls)?;
        }
        if connection.closes.len() > MAX_CLOSES {
            return Err(EncodeError::TooManyCloses { closes: connection.closes.len() });
        }
        if connection.gaps.len() > MAX_GAPS {
            return Err(EncodeError::TooManyGaps { gaps: connection.gaps.len() });
        }
        check_faults("connection", connection.faults.iter().map(|fault| &fault.id))?;
        let reception = connection.reception.iter().flat_map(|it| &it.faults);
        check_faults("connection", reception)?;
    }
    let stagings = (0..cassette.exchanges().len()).filter_map(|index| cassette.staging(index));
    stagings.into_iter().try_for_each(|staging| check_faults("exchange", staging.faults.iter()))
}

fn check_faults<'a>(
    of: &'static str,
    ids: impl Iterator<Item = &'a String>,
) -> Result<(), EncodeError> {
    let (faults, len) = ids.fold((0, 0), |(count, len), id| (count + 1, len + id.len()));
    if faults > MAX_FAULTS || len > MAX_TEXT_BYTES {
        return Err(EncodeError::TooManyFaults { of, faults, len });
    }
    Ok(())
}

fn check_tls(tls: &Tls) -> Result<(), EncodeError> {
    check_texts("connection", &[&tls.sni, &tls.alpn])?;
    let (protocols, len) = (tls.offered.len(), tls.offered.iter().map(String::len).sum());
    if protocols > MAX_OFFERED || len > MAX_TEXT_BYTES {
        return Err(EncodeError::TooManyOffered { protocols, len });
    }
    Ok(())
}

fn check_texts(of: &'static str, texts: &[&String]) -> Result<(), EncodeError> {
    match texts.iter().map(|text| text.len()).max() {
        Some(len) if len > MAX_TEXT_BYTES => Err(EncodeError::TextTooLong { of, len }),
        _ => Ok(()),
    }
}

/// Why a recording does not fit into a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A text is over [`MAX_TEXT_BYTES`].
    #[error("a text of the {of} is {len} bytes long: shorten it to {MAX_TEXT_BYTES} bytes")]
    TextTooLong {
        /// Whose.
        of: &'static str,
        /// How long it is.
        len: usize,
    },
    /// A TLS client offers more than [`MAX_OFFERED`] protocols, or their names are over [`MAX_TEXT_BYTES`] together.
    #[error(
        "a connection offers {protocols} protocols (ALPN) of {len} bytes: leave at most \
         {MAX_OFFERED}, of {MAX_TEXT_BYTES} bytes"
    )]
    TooManyOffered {
        /// How many.
        protocols: usize,
        /// Of all their names.
        len: usize,
    },
    /// A connection has more than [`MAX_CLOSES`] ends.
    #[error("a connection closes {closes} times: leave at most {MAX_CLOSES}, two are usual")]
    TooManyCloses {
        /// How many it has.
        closes: usize,
    },
    /// More than [`MAX_FAULTS`] faults are named, or their ids are over [`MAX_TEXT_BYTES`] together.
    #[error(
        "of one {of}, {faults} faults with ids of {len} bytes are named: leave at most {MAX_FAULTS}, of {MAX_TEXT_BYTES} bytes"
    )]
    TooManyFaults {
        /// Whose.
        of: &'static str,
        /// How many.
        faults: usize,
        /// Of all their ids.
        len: usize,
    },
    /// A connection has more than [`MAX_GAPS`] gaps.
    #[error("a connection has {gaps} gaps: leave at most {MAX_GAPS}")]
    TooManyGaps {
        /// How many it has.
        gaps: usize,
    },
}
