//! Writing a cassette as the traffic flows: connections hand in events, a writer takes bytes out.

mod buffer;
mod connection;
mod facts;
mod queue;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::connection::meta_record;
use super::frame::Kind;
use super::reader::{ReadError, Reader};
use super::record::HeaderRecord;
use super::version::preamble;
use crate::model::{Connection, Header, Timestamp};
pub use connection::ConnectionJournal;
use state::State;

/// A cassette being written. Clones write to the same one. No I/O: [`Journal::take_pending`] hands
/// out the bytes to write, in order.
#[derive(Debug, Clone)]
pub struct Journal {
    shared: Arc<Shared>,
}

/// How to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Compress bodies of a kilobyte and more with zstd, where that makes them smaller. They are
    /// then no longer sent from the mapped file as they are.
    pub compress: bool,
}

/// What has been recorded through a journal; what it resumed is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Connections opened.
    pub connections: u64,
    /// Exchanges finished. What belongs to an HTTP/2 connection as a whole is none.
    pub exchanges: u64,
    /// Of these, those that did not come to the end that their framing announced, or to any.
    pub incomplete: u64,
    /// Of these, those that a parser gave up on.
    pub degraded: u64,
    /// Bytes that clients sent.
    pub to_server: u64,
    /// Bytes that servers sent.
    pub to_client: u64,
}

impl Journal {
    /// A new cassette; its first bytes are pending at once.
    pub fn create(header: &Header) -> Self {
        Self::create_with(header, Options::default())
    }

    /// A new cassette, written in this way.
    pub fn create_with(header: &Header, options: Options) -> Self {
        let mut state = State::at(0);
        state.append(&preamble());
        state.append(&meta_record(Kind::Header, &HeaderRecord::from(header)));
        Self::of(state, options, Timestamp::ZERO)
    }

    /// Goes on after what an existing cassette holds, without changing any of it: the new bytes
    /// belong at byte `len_of_file`. Times handed in count from the end of what is there.
    ///
    /// What a killed recorder left may end in the middle of a record: cut the file to
    /// [`Reader::sound_len`] first.
    pub fn resume(reader: &Reader, len_of_file: u64) -> Result<Self, ResumeError> {
        Self::resume_with(reader, len_of_file, Options::default())
    }

    /// [`Journal::resume`], written in this way from here on.
    pub fn resume_with(
        reader: &Reader,
        len_of_file: u64,
        options: Options,
    ) -> Result<Self, ResumeError> {
        let sound = reader.sound_len();
        if len_of_file != sound {
            return Err(ResumeError::Length { len: len_of_file, sound });
        }
        let shift = reader.last_moment().map_err(ResumeError::Connection)?;
        Ok(Self::of(State::resume(reader), options, shift))
    }

    /// A connection was opened. Its id counts from 0 in the order of these calls. The record of it
    /// is pending at once; `facts.closes`, `facts.gaps` and `facts.faults` are ignored, [`ConnectionJournal::end`],
    /// [`ConnectionJournal::lose`] and [`ConnectionJournal::hit`] say them. What is not known
    /// yet can be told later: [`ConnectionJournal::describe`].
    pub fn connection(&self, facts: Connection) -> ConnectionJournal {
        ConnectionJournal::open(Arc::clone(&self.shared), facts)
    }

    /// Takes all bytes that are to be written next; returns how many.
    pub fn take_pending(&self, into: &mut Vec<Bytes>) -> u64 {
        self.shared.lock().take_pending(into)
    }

    /// How many bytes wait to be taken.
    pub fn pending_bytes(&self) -> u64 {
        self.shared.lock().pending_bytes()
    }

    /// Appends index and footer. Connections should have ended; what they record later is not
    /// lost, but the file then needs another `finish`, or a scan when it is opened.
    pub fn finish(&self) {
        self.shared.lock().finish();
    }

    /// What has been recorded so far.
    pub fn counts(&self) -> Counts {
        self.shared.lock().counts()
    }

    fn of(state: State, options: Options, shift: Timestamp) -> Self {
        Self { shared: Arc::new(Shared { state: Mutex::new(state), options, shift }) }
    }
}

/// Why a cassette cannot be written on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    /// The file is not of the length that can be written on.
    #[error(
        "the file is {len} bytes long, and sound up to byte {sound}: cut it to {sound} bytes \
         before appending, or record to a new file"
    )]
    Length {
        /// How long it is.
        len: u64,
        /// How long it must be.
        sound: u64,
    },
    /// A connection's record cannot be read.
    #[error("a connection cannot be read, so the time to go on from is not known")]
    Connection(#[source] ReadError),
}

/// What all clones and connections of a journal share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    options: Options,
    /// Added to every time handed in.
    shift: Timestamp,
}

impl Shared {
    /// A panic elsewhere cannot leave the state half-changed in a way that matters more than the rest of the recording.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A time handed in, as it is written.
    fn shifted(&self, at: Timestamp) -> Timestamp {
        Timestamp::from_nanos(at.as_nanos().saturating_add(self.shift.as_nanos()))
    }
}
