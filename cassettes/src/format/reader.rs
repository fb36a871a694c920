//! Reading a cassette by slicing its bytes.

use std::sync::Arc;

use bytes::Bytes;

use super::codec::decode;
use super::connection::Described;
use super::damage::{Damage, What};
use super::entry::Entry;
use super::exchange::{Assembled, assemble};
use super::frame::{Frame, Kind};
use super::index::Index;
use super::number::{narrow, wide};
use super::record::HeaderRecord;
use super::scan::{Recovery, scan};
use super::version::{FORMAT, PREAMBLE_BYTES, PreambleError, VersionError, read_preamble};
use super::zstd::MAX_CASSETTE_BYTES;
use crate::model::{
    Cassette, CassetteError, Connection, ConnectionId, Exchange, Header, Reception, Staging,
    Timestamp,
};

/// A cassette's content, read on demand from the file's bytes (a memory map, or a buffer). Clones
/// share everything. What it hands out are slices of these bytes, unless they were compressed.
#[derive(Debug, Clone)]
pub struct Reader {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: Bytes,
    header: Header,
    index: Index,
    recovery: Option<Recovery>,
}

impl Reader {
    /// Reads preamble, header and index; bodies are not touched. A file without a sound index is
    /// scanned instead, up to its first damaged record: see [`Reader::recovery`].
    pub fn open(file: Bytes) -> Result<Self, OpenError> {
        let version = read_preamble(&file)?;
        version.check_readable_by(FORMAT)?;
        let record = Frame::expect(&file, wide(PREAMBLE_BYTES), Kind::Header)?;
        let header = decode::<HeaderRecord>(record.meta).map_err(|what| record.damage(what))?;
        let (index, recovery) = match Index::load(&file) {
            Ok(index) => (index, None),
            Err(cause) => {
                let (index, recovery) = scan(&file, record.end(), cause)?;
                version.check_understood(FORMAT, recovery.cause.as_ref())?;
                (index, Some(recovery))
            }
        };
        let inner = Inner { file, header: header.into(), index, recovery };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What was done to open a file that its recorder did not finish, or that was damaged since.
    pub fn recovery(&self) -> Option<&Recovery> {
        self.inner.recovery.as_ref()
    }

    /// Where the recording came from.
    pub fn header(&self) -> &Header {
        &self.inner.header
    }

    /// How many exchanges there are.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a cassette is not a collection; no caller asks"
    )]
    pub fn len(&self) -> usize {
        self.inner.index.len()
    }

    /// What is known of exchange `n` without reading it. Exchanges count from 0, in the order of
    /// their first bytes, then of their connections.
    ///
    /// # Panics
    /// If there is no exchange `n`, as indexing a slice does.
    #[expect(clippy::expect_used, reason = "the caller's mistake, as with a slice's index")]
    pub fn entry(&self, n: usize) -> Entry {
        self.inner.index.entry(n).expect("no such exchange")
    }

    /// What is known of all exchanges, in order.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        self.inner.index.entries()
    }

    /// Reads exchange `n`, counted from 0. Checks the checksums of all it reads.
    pub fn exchange(&self, n: usize) -> Result<Exchange, ReadError> {
        self.assemble(n).map(|assembled| assembled.exchange)
    }

    /// Reads how exchange `n` is played, if its bytes and times do not say it; see [`Entry::staged`].
    pub fn staging(&self, n: usize) -> Result<Option<Staging>, ReadError> {
        match self.inner.index.entry(n) {
            Some(entry) if !entry.staged() => Ok(None),
            _ => self.assemble(n).map(|assembled| assembled.staging),
        }
    }

    /// How many connections there are.
    pub fn connections(&self) -> usize {
        self.inner.index.connections().len()
    }

    /// Reads a connection.
    pub fn connection(&self, id: ConnectionId) -> Result<Connection, ReadError> {
        let no_such = ReadError::NoSuchConnection { id, connections: self.connections() };
        let entry = self.inner.index.connection(id).ok_or(no_such)?;
        let frame = Frame::whole(&self.inner.file, entry.offset)?;
        Ok(read_connection(&frame, id).map_err(|what| frame.damage(what))?)
    }

    /// Reads how the client of a connection is met, if it is said; costs nothing where it is not.
    pub fn reception(&self, id: ConnectionId) -> Result<Option<Box<Reception>>, ReadError> {
        let entry = self.inner.index.connection(id);
        let kind = entry.and_then(|it| self.inner.file.get(narrow(it.offset))).copied();
        if kind.and_then(Kind::from_number) != Some(Kind::StagedConnectionDone) {
            return Ok(None);
        }
        self.connection(id).map(|connection| connection.reception)
    }

    /// Reads everything.
    pub fn to_cassette(&self) -> Result<Cassette, ReadError> {
        let ids = (0..).map(ConnectionId).take(self.connections());
        let connections = ids.map(|id| self.connection(id)).collect::<Result<_, _>>()?;
        let mut exchanges = Vec::with_capacity(self.len());
        let mut budget = Budget::of(self.file());
        for n in 0..self.len() {
            let assembled = self.assemble(n)?;
            budget.spend(&assembled, n + 1)?;
            exchanges.push((assembled.exchange, assembled.staging));
        }
        Ok(Cassette::staged(self.header().clone(), connections, exchanges)?)
    }

    /// How many bytes of the file are sound, from its start: all, unless it was recovered. A
    /// recording can be continued from there.
    pub fn sound_len(&self) -> u64 {
        self.recovery().map_or(wide(self.inner.file.len()), |recovery| recovery.torn_at)
    }

    /// The whole file.
    pub(super) fn file(&self) -> &Bytes {
        &self.inner.file
    }

    /// Where everything is.
    pub(super) fn index(&self) -> &Index {
        &self.inner.index
    }

    /// A time after all that is recorded.
    pub(super) fn last_moment(&self) -> Result<Timestamp, ReadError> {
        let mut last = 0;
        for entry in self.entries() {
            last = last.max(entry.last_at.as_nanos());
        }
        for id in (0..).map(ConnectionId).take(self.connections()) {
            let connection = self.connection(id)?;
            let closes = connection.closes.iter().map(|close| close.at.as_nanos());
            last = closes.fold(last.max(connection.opened.as_nanos()), u64::max);
        }
        Ok(Timestamp::from_nanos(last.saturating_add(1)))
    }

    /// Exchange `n`, with what is stored of it.
    pub(super) fn assemble(&self, n: usize) -> Result<Assembled, ReadError> {
        let no_such = ReadError::NoSuchExchange { number: n.saturating_add(1), len: self.len() };
        let entry = self.inner.index.entry(n).ok_or(no_such)?;
        Ok(assemble(&self.inner.file, &entry)?)
    }
}

/// What reading everything may take.
struct Budget {
    /// Records of different exchanges do not overlap in a sound file. In a hostile one they could,
    /// so that reading it all would take the square of its size.
    unread: u64,
    decompressed: u64,
}

impl Budget {
    fn of(file: &Bytes) -> Self {
        Self { unread: wide(file.len()), decompressed: 0 }
    }

    fn spend(&mut self, assembled: &Assembled, number: usize) -> Result<(), ReadError> {
        let unread = self.unread.checked_sub(assembled.span);
        self.unread = unread.ok_or(ReadError::Overlapping { number })?;
        self.decompressed += assembled.decompressed;
        if self.decompressed <= MAX_CASSETTE_BYTES {
            return Ok(());
        }
        Err(ReadError::TooLarge { number, limit: MAX_CASSETTE_BYTES })
    }
}

/// The connection that a record describes, which must be this one.
pub(super) fn read_connection(frame: &Frame<'_>, id: ConnectionId) -> Result<Connection, What> {
    let found = Described::read(frame)?;
    if found.id == id.0 {
        return Ok(found.facts);
    }
    let (expected, found) = (id.0.into(), found.id.into());
    Err(What::Disagrees { what: "the connection's id", expected, found })
}

/// Why a file cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not a cassette, or not even its preamble is sound.
    #[error(transparent)]
    Preamble(#[from] PreambleError),
    /// Another version.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// Nothing of it can be read.
    #[error("{0}: nothing after it can be read; restore the file from a copy or record again")]
    Damaged(#[from] Damage),
}

/// Why a part of an open cassette cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is none of this number.
    #[error("there is no exchange {number}: the cassette has {len}")]
    NoSuchExchange {
        /// Counted from 1.
        number: usize,
        /// How many there are.
        len: usize,
    },
    /// There is none of this id.
    #[error("there is no connection {}: the cassette has {connections}, counted from 0", id.0)]
    NoSuchConnection {
        /// What was asked for.
        id: ConnectionId,
        /// How many there are.
        connections: usize,
    },
    /// The file is damaged there.
    #[error("{0}: restore the file from a copy or record again; `retape verify` lists all damage")]
    Damaged(#[from] Damage),
    /// Records of several exchanges share bytes, which no recorder writes.
    #[error(
        "exchange {number} shares bytes of the file with another: the index is forged or damaged; do not use the file"
    )]
    Overlapping {
        /// Counted from 1.
        number: usize,
    },
    /// Decompressed, the recording takes too much memory.
    #[error(
        "up to exchange {number} the cassette decompresses to over {limit} bytes: read it \
         exchange by exchange, or keep it in the binary format"
    )]
    TooLarge {
        /// Counted from 1.
        number: usize,
        /// The most accepted.
        limit: u64,
    },
    /// What the records hold is not a recording.
    #[error("the records do not make a recording")]
    Invalid(#[from] CassetteError),
}
