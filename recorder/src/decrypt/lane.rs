//! One direction of a connection: its records, and the keys that open them.

use std::collections::VecDeque;

use super::cipher::{Opened, Opener};
use super::event::Undecryptable;
use super::keys::{Epoch, Stage};
use super::message::MessageReader;
use super::record::{NotRecord, Piece, Record, RecordReader};
use crate::capture::UnixNanos;

/// What one side said.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) reader: RecordReader,
    pub(super) messages: MessageReader,
    /// The keys of what comes, the present ones first. Empty: it is not encrypted yet.
    epochs: VecDeque<Epoch>,
    /// Those that a `ChangeCipherSpec` puts into use, or why there are none (TLS 1.2 and before).
    pub(super) pending: Option<Result<Box<Epoch>, Undecryptable>>,
    /// A record that came before what it depends on.
    waiting: Option<Record>,
    /// Records whose secret is not known, of a handshake as long as later ones can be opened.
    skipped: Vec<Record>,
    skipped_bytes: usize,
    /// Why nothing more can be decrypted; and whether that was told.
    pub(super) failed: Option<(Undecryptable, bool)>,
}

/// What a protected record is.
#[derive(Debug)]
pub(super) enum Protected {
    /// Opened.
    Opened(Stage, Opened),
    /// Early data that no key opens.
    Early,
    /// Of the handshake, and its secret is not known: passed over for now.
    Skipped,
}

impl Lane {
    /// The next record; one that waits is that one again.
    pub(super) fn next_record(&mut self) -> Result<Option<Record>, Undecryptable> {
        match &self.waiting {
            Some(record) => Ok(Some(record.clone())),
            None => self.reader.next().map_err(|NotRecord| self.not_record()),
        }
    }

    /// It has to wait.
    pub(super) fn wait(&mut self, record: Record) {
        if self.waiting.is_none() {
            self.waiting = Some(record.detached());
        }
    }

    /// What came next was handled.
    pub(super) fn go_on(&mut self) {
        self.waiting = None;
    }

    /// When the next record, or a part of it, came; the end of time: there is nothing.
    pub(super) fn next_at(&self) -> UnixNanos {
        let waiting = self.waiting.as_ref().map(|record| record.at);
        waiting.or_else(|| self.reader.next_at()).unwrap_or(UnixNanos(u64::MAX))
    }

    pub(super) const fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// How many bytes are held that came to nothing yet.
    pub(super) fn held(&self) -> usize {
        let waiting = self.waiting.as_ref().map_or(0, |record| record.raw.len());
        self.reader.held() + waiting + self.skipped_bytes
    }

    /// All that is held, in order: nothing is kept.
    pub(super) fn rest(&mut self) -> Vec<Piece> {
        self.skipped_bytes = 0;
        let records = self.skipped.drain(..).chain(self.waiting.take());
        let mut rest: Vec<_> = records.map(|record| (record.at, record.raw)).collect();
        rest.extend(self.reader.rest());
        rest
    }

    /// What is said now; `None`: it is not encrypted.
    pub(super) fn stage(&self) -> Option<Stage> {
        self.epochs.front().map(|epoch| epoch.stage)
    }

    /// Whether the present keys are known, if there are any.
    pub(super) fn is_legible(&self) -> bool {
        self.epochs.front().is_some_and(|epoch| epoch.opener.is_some())
    }

    /// From now on, these keys.
    pub(super) fn protect(&mut self, epochs: VecDeque<Epoch>) {
        self.epochs = epochs;
    }

    /// The keys after these.
    pub(super) fn next_epoch(&mut self) {
        self.epochs.pop_front();
    }

    /// The next generation of these keys (RFC 8446 §7.2).
    pub(super) fn update_keys(&mut self) {
        if let Some(epoch) = self.epochs.front_mut() {
            epoch.opener = epoch.opener.as_ref().and_then(Opener::updated);
        }
    }

    /// Opens a record with the present keys; with the next ones where the present ones are for early data, which may
    /// have ended, or where they are not known.
    pub(super) fn open(&mut self, record: &Record) -> Result<Protected, Undecryptable> {
        for (index, epoch) in self.epochs.iter_mut().enumerate() {
            if let Some(opened) = epoch.opener.as_mut().and_then(|opener| opener.open(record)) {
                let stage = epoch.stage;
                self.epochs.drain(..index);
                self.skipped.clear();
                self.skipped_bytes = 0;
                return Ok(Protected::Opened(stage, opened));
            }
            if epoch.opener.is_some() && epoch.stage != Stage::Early {
                break;
            }
        }
        let mut stages = self.epochs.iter().map(|epoch| (epoch.stage, epoch.opener.is_some()));
        match (stages.next(), stages.next()) {
            (Some((Stage::Early, _)), _) => Ok(Protected::Early),
            (Some((Stage::Handshake, false)), Some((_, true))) => Ok(Protected::Skipped),
            _ => Err(self.unopened()),
        }
    }

    /// Keeps a record until a later one is opened: then it was of the handshake.
    pub(super) fn skip(&mut self, record: Record) {
        self.skipped_bytes += record.raw.len();
        self.skipped.push(record.detached());
    }

    /// Whether records are kept that could not be opened yet.
    pub(super) const fn is_skipping(&self) -> bool {
        !self.skipped.is_empty()
    }

    /// Why a record cannot be opened.
    pub(super) fn unopened(&self) -> Undecryptable {
        match self.epochs.iter().find(|epoch| epoch.opener.is_none()) {
            Some(epoch) => Undecryptable::MissingLine { label: epoch.label.name() },
            None => Undecryptable::BadRecord(self.reader.count()),
        }
    }

    fn not_record(&self) -> Undecryptable {
        match self.reader.count() {
            0 => Undecryptable::NotTls,
            count => Undecryptable::NotRecord(count),
        }
    }
}
