//! Handles one record after the other.

use std::collections::VecDeque;

use bytes::Bytes;
use cassettes::model::{Direction, How};

use super::super::event::{Decrypted, Undecryptable};
use super::super::handshake::Course;
use super::super::keys::Stage;
use super::super::lane::Protected;
use super::super::record::{ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, Record};
use super::super::secrets::Secrets;
use super::{Decryptor, Early};
use crate::capture::UnixNanos;

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Done,
    /// It cannot be opened, and may be of the handshake.
    Skip,
    /// It depends on what the other side has yet to say, or on a secret that may come.
    Wait,
}

impl Decryptor {
    /// Handles what came, until both directions wait for more. Where both have something, the earlier first: one of them
    /// may have waited for the other.
    pub(super) fn pump(&mut self, secrets: &mut Secrets) {
        loop {
            let is_answer = self.to_client.next_at() < self.to_server.next_at();
            let first = if is_answer { Direction::ToClient } else { Direction::ToServer };
            if !self.step(first, secrets) && !self.step(first.reverse(), secrets) {
                return;
            }
        }
    }

    /// Handles one record. Whether anything came of it.
    fn step(&mut self, direction: Direction, secrets: &mut Secrets) -> bool {
        let record = match self.lane(direction).next_record() {
            Ok(Some(record)) => record,
            Ok(None) => return false,
            Err(why) => {
                self.fail(direction, why);
                return true;
            }
        };
        let step = self.handle(direction, &record, secrets);
        let lane = self.lane(direction);
        match step {
            Ok(Step::Wait) => {
                lane.wait(record);
                return false;
            }
            Ok(Step::Done | Step::Skip) => {
                lane.go_on();
                if lane.is_skipping() || step == Ok(Step::Skip) {
                    lane.skip(record);
                }
            }
            Err(why) => {
                lane.wait(record);
                self.fail(direction, why);
            }
        }
        true
    }

    fn handle(
        &mut self,
        direction: Direction,
        record: &Record,
        secrets: &mut Secrets,
    ) -> Result<Step, Undecryptable> {
        match (self.lane(direction).stage(), record.kind) {
            (Some(Stage::Session), _) | (Some(_), APPLICATION_DATA) => {
                return self.open(direction, record, secrets);
            }
            (_, APPLICATION_DATA) => return self.early_data(direction, record),
            (_, CHANGE_CIPHER_SPEC) => return self.change_cipher(direction, secrets),
            (None, HANDSHAKE) => self.messages(direction, record.fragment(), secrets)?,
            (Some(_), HANDSHAKE) => return Err(self.lane(direction).unopened()),
            (_, ALERT) => self.alert(direction, record.at, record.fragment()),
            // Heartbeats.
            _ => {}
        }
        Ok(Step::Done)
    }

    /// A record that is protected.
    fn open(
        &mut self,
        direction: Direction,
        record: &Record,
        secrets: &mut Secrets,
    ) -> Result<Step, Undecryptable> {
        let at = record.at;
        let lane = self.lane(direction);
        let stage = lane.stage();
        if stage == Some(Stage::Early) && self.early == Early::Open {
            return Ok(Step::Wait);
        }
        let (stage, opened) = match self.lane(direction).open(record)? {
            Protected::Opened(stage, opened) => (stage, opened),
            Protected::Skipped => return Ok(Step::Skip),
            Protected::Early if self.early == Early::Refused => {
                self.tell(Decrypted::Refused { at, bytes: Bytes::new() });
                return Ok(Step::Done);
            }
            Protected::Early => return Err(self.lane(direction).unopened()),
        };
        let bytes = Bytes::from(opened.content);
        match opened.kind {
            APPLICATION_DATA if bytes.is_empty() => {}
            APPLICATION_DATA if stage == Stage::Early && self.early == Early::Refused => {
                self.tell(Decrypted::Refused { at, bytes });
            }
            APPLICATION_DATA => self.tell(Decrypted::Data { direction, at, bytes }),
            HANDSHAKE => self.messages(direction, &bytes, secrets)?,
            ALERT => self.alert(direction, at, &bytes),
            CHANGE_CIPHER_SPEC => self.change_cipher_again(direction)?,
            _ => {}
        }
        Ok(Step::Done)
    }

    /// Application data, which is never plain, before there are keys.
    fn early_data(&mut self, direction: Direction, record: &Record) -> Result<Step, Undecryptable> {
        if !self.has_begun(direction) {
            return Err(Undecryptable::NoHandshake);
        }
        if self.handshake.is_1_3() == Some(false) && self.handshake.is_keyed {
            return Err(Undecryptable::Malformed);
        }
        if direction == Direction::ToServer && self.early == Early::Refused {
            self.tell(Decrypted::Refused { at: record.at, bytes: Bytes::new() });
            return Ok(Step::Done);
        }
        Ok(Step::Wait)
    }

    /// `ChangeCipherSpec`, in the clear. In TLS 1.3 it means nothing (RFC 8446 §D.4).
    fn change_cipher(
        &mut self,
        direction: Direction,
        secrets: &mut Secrets,
    ) -> Result<Step, Undecryptable> {
        match self.handshake.is_1_3() {
            None => return Ok(Step::Wait),
            Some(true) => return Ok(Step::Done),
            Some(false) => {}
        }
        if direction == Direction::ToClient && self.handshake.course == Course::Unknown {
            self.handshake.course = Course::Resumed;
            self.settle(secrets, false)?;
        }
        match self.lane(direction).pending.take() {
            None => Ok(Step::Wait),
            Some(epoch) => {
                self.lane(direction).protect(VecDeque::from([*epoch?]));
                Ok(Step::Done)
            }
        }
    }

    /// The one of a renegotiation.
    fn change_cipher_again(&mut self, direction: Direction) -> Result<(), Undecryptable> {
        let pending = self.lane(direction).pending.take();
        let epoch = pending.unwrap_or(Err(Undecryptable::OneSided))?;
        self.lane(direction).protect(VecDeque::from([*epoch]));
        Ok(())
    }

    pub(super) fn alert(&mut self, direction: Direction, at: UnixNanos, content: &[u8]) {
        const WARNING: u8 = 1;
        const CLOSE_NOTIFY: u8 = 0;
        const USER_CANCELED: u8 = 90;
        let by = direction.sender();
        let is_1_3 = self.handshake.is_1_3() == Some(true);
        let how = match *content {
            [_, CLOSE_NOTIFY] => How::CloseNotify,
            // "the alert level […] in TLS 1.3 the severity is implicit in the type of alert" (RFC 8446 §6).
            [_, USER_CANCELED] => return,
            [WARNING, _] if !is_1_3 => return,
            [_, number] => How::Alert(number),
            _ => return,
        };
        self.tell(Decrypted::Close { by, at, how });
    }
}
