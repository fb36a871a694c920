//! A HAR file into a cassette.

use cassettes::format::Journal;
use cassettes::model::Timestamp;
use serde_json::value::RawValue;

use super::date;
use super::entry::{address, tell};
use super::lanes::Lanes;
use super::shape::{Entry, File, Start};

/// Records what a HAR file holds. Times count from its first entry.
pub fn import(har: &[u8], journal: &Journal) -> Result<Imported, HarError> {
    Ok(Har::parse(har)?.import(journal))
}

/// A HAR file: its entries, in the order of their times.
pub struct Har<'a> {
    /// When each was, in Unix nanoseconds; 0 if that is not told.
    entries: Vec<(u64, &'a RawValue)>,
}

/// What came of a HAR file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Entries in the file.
    pub entries: u64,
    /// Exchanges recorded.
    pub exchanges: u64,
    /// On so many connections: the file's own, unless several exchanges were under way at once.
    pub connections: u64,
    /// Entries that are not of HTTP: `data:`, `blob:`, a browser's own.
    pub other_schemes: u64,
    /// Entries that lack what every entry has.
    pub unreadable: u64,
    /// Requests without an answer.
    pub unanswered: u64,
    /// Answers whose body the file does not hold: recorded as gaps.
    pub without_body: u64,
    /// Answers without the content coding that they had.
    pub decoded: u64,
    /// Exchanges that were in another version than HTTP/1.1, in which they are spelled now.
    pub respelled: u64,
    /// WebSocket messages, of which there is nothing but the handshake.
    pub messages: u64,
    /// Header fields that no head can hold.
    pub dropped_fields: u64,
}

impl<'a> Har<'a> {
    /// Reads the outline of a file. A byte order mark before it is passed over.
    pub fn parse(har: &'a [u8]) -> Result<Self, HarError> {
        let har = har.strip_prefix(b"\xef\xbb\xbf").unwrap_or(har);
        let file: File<'a> = serde_json::from_slice(har).map_err(HarError::of)?;
        let start = |entry: &RawValue| {
            let start: Option<Start<'_>> = serde_json::from_str(entry.get()).ok();
            start.and_then(|start| date::read(&start.started_date_time)).unwrap_or(0)
        };
        let entries = file.log.entries.into_iter();
        let mut entries: Vec<_> = entries.map(|entry| (start(entry), entry)).collect();
        entries.sort_by_key(|(start, _)| *start);
        Ok(Self { entries })
    }

    /// When the first entry was, in Unix nanoseconds; 0 if none tells.
    pub fn started(&self) -> u64 {
        self.entries.iter().map(|(start, _)| *start).find(|start| *start > 0).unwrap_or(0)
    }

    /// Records all of it. Times count from [`Self::started`].
    pub fn import(&self, journal: &Journal) -> Imported {
        let mut done = Imported { entries: self.entries.len() as u64, ..Imported::default() };
        let mut lanes = Lanes::new(journal);
        let started = self.started();
        for (start, entry) in &self.entries {
            let at = Timestamp::from_nanos(start.saturating_sub(started));
            match serde_json::from_str::<Entry<'_>>(entry.get()) {
                Ok(entry) => put(&entry, at, &mut lanes, &mut done),
                Err(_) => done.unreadable += 1,
            }
        }
        lanes.finish();
        done.connections = lanes.opened;
        done
    }
}

fn put(entry: &Entry<'_>, at: Timestamp, lanes: &mut Lanes<'_>, done: &mut Imported) {
    let Some(told) = tell(entry) else {
        done.other_schemes += 1;
        return;
    };
    done.exchanges += 1;
    done.dropped_fields += told.dropped;
    done.respelled += u64::from(told.respelled);
    done.messages += entry.web_socket.as_ref().map_or(0, Vec::len) as u64;
    match &told.answer {
        None => done.unanswered += 1,
        Some(answer) => {
            done.without_body += u64::from(answer.missing > 0);
            done.decoded += u64::from(answer.decoded);
        }
    }
    let server = address(entry, &told.server);
    lanes.put(at, told, entry.connection.clone(), server);
}

/// Why a file is no HAR file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HarError {
    /// It is not even JSON.
    #[error("line {line}, column {column}: this is no JSON ({problem}): save the file again")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong.
        problem: String,
    },
    /// JSON of another form.
    #[error("this is JSON, but no HAR: expected an object with a list `log.entries` ({problem})")]
    Form {
        /// What is missing.
        problem: String,
    },
}

impl HarError {
    #[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it away")]
    fn of(error: serde_json::Error) -> Self {
        let (line, column, problem) = (error.line(), error.column(), error.to_string());
        if error.is_data() { Self::Form { problem } } else { Self::Json { line, column, problem } }
    }
}
