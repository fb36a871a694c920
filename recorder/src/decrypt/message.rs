//! Handshake messages (RFC 8446 §4): several may be in a record, and one over several records.

use bytes::{Buf as _, Bytes, BytesMut};

pub(super) const HELLO_REQUEST: u8 = 0;
pub(super) const CLIENT_HELLO: u8 = 1;
pub(super) const SERVER_HELLO: u8 = 2;
pub(super) const NEW_SESSION_TICKET: u8 = 4;
pub(super) const END_OF_EARLY_DATA: u8 = 5;
pub(super) const ENCRYPTED_EXTENSIONS: u8 = 8;
pub(super) const SERVER_HELLO_DONE: u8 = 14;
pub(super) const CLIENT_KEY_EXCHANGE: u8 = 16;
pub(super) const FINISHED: u8 = 20;
pub(super) const KEY_UPDATE: u8 = 24;

/// Longest message read; longer ones, long certificate chains, are passed over. A `ClientHello` with post-quantum keys
/// is some 2 KiB, a ticket at most 64 KiB.
pub(super) const MAX_MESSAGE_BYTES: usize = 64 * 1024 + 64;

const HEADER_BYTES: usize = 4;

/// A message, with its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message(Bytes);

impl Message {
    pub(super) fn kind(&self) -> u8 {
        self.0.first().copied().unwrap_or_default()
    }

    pub(super) fn body(&self) -> &[u8] {
        self.0.get(HEADER_BYTES..).unwrap_or_default()
    }

    pub(super) fn raw(&self) -> &[u8] {
        &self.0
    }
}

/// Takes the content of handshake records, gives messages.
#[derive(Debug, Default)]
pub(super) struct MessageReader {
    /// Less than [`MAX_MESSAGE_BYTES`] and a record.
    buffer: BytesMut,
    /// Of a message too long to be read, what is still to come.
    skip: usize,
}

impl MessageReader {
    /// Takes a record's content. Ask for all messages before the next one.
    pub(super) fn push(&mut self, content: &[u8]) {
        let (skipped, rest) = content.split_at(self.skip.min(content.len()));
        self.skip -= skipped.len();
        self.buffer.extend_from_slice(rest);
    }

    /// Whether no part of a message is here.
    pub(super) fn is_empty(&self) -> bool {
        self.buffer.is_empty() && self.skip == 0
    }

    /// The next message; `None`: there is no whole one.
    pub(super) fn next(&mut self) -> Option<Message> {
        let [_, high, middle, low] = *self.buffer.first_chunk::<HEADER_BYTES>()?;
        let length = HEADER_BYTES + u32::from_be_bytes([0, high, middle, low]) as usize;
        if length > MAX_MESSAGE_BYTES {
            // The buffer is no longer than a message that is read, and a record.
            self.skip = length.saturating_sub(self.buffer.len());
            self.buffer.advance(length.min(self.buffer.len()));
            return if self.buffer.is_empty() { None } else { self.next() };
        }
        (self.buffer.len() >= length).then(|| Message(self.buffer.split_to(length).freeze()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(records: &[&[u8]]) -> Vec<(u8, Vec<u8>)> {
        let mut reader = MessageReader::default();
        let mut messages = Vec::new();
        for record in records {
            reader.push(record);
            while let Some(message) = reader.next() {
                messages.push((message.kind(), message.body().to_vec()));
            }
        }
        messages
    }

    #[test]
    fn messages_are_the_same_however_records_cut_them() {
        let bytes = b"\x01\0\0\x03abc\x0e\0\0\0\x14\0\0\x01x";
        let expected = [(1, b"abc".to_vec()), (14, vec![]), (20, b"x".to_vec())];
        for cut in 0..=bytes.len() {
            let (first, second) = bytes.split_at(cut);
            assert_eq!(read(&[first, second]), expected, "cut at byte {cut}");
        }
    }

    #[test]
    fn a_message_too_long_to_be_read_is_passed_over() {
        let length = MAX_MESSAGE_BYTES;
        let mut bytes = vec![11, 0, 0, 0];
        bytes[1..].copy_from_slice(&u32::try_from(length).unwrap().to_be_bytes()[1..]);
        bytes.resize(length + 4, 0);
        bytes.extend(b"\x14\0\0\x01x");
        for size in [1000, 16_384, bytes.len()] {
            let records: Vec<_> = bytes.chunks(size).collect();
            assert_eq!(read(&records), [(20, b"x".to_vec())]);
        }
    }
}
