//! What came of a connection.

use bytes::Bytes;
use cassettes::model::{Direction, How, Side, Tls};

use crate::capture::UnixNanos;
use crate::decrypt::{Decrypted, Decryptor, Secrets, Undecryptable};

/// One flight: who sent it, and its bytes.
pub(super) type Flight = (Direction, Vec<u8>);

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) facts: Option<Box<Tls>>,
    /// Of the client, of the server.
    pub(super) data: [Vec<u8>; 2],
    pub(super) raw: [Vec<u8>; 2],
    pub(super) reasons: Vec<(Direction, Undecryptable)>,
    pub(super) closes: Vec<(Side, How)>,
    pub(super) refused: Vec<u8>,
    pub(super) lost: u64,
    /// When what was said was said.
    pub(super) times: Vec<UnixNanos>,
}

impl Outcome {
    pub(super) fn take(&mut self, decryptor: &mut Decryptor) {
        while let Some(event) = decryptor.poll() {
            match event {
                Decrypted::Facts(facts) => assert!(self.facts.replace(facts).is_none()),
                Decrypted::Data { direction, at, bytes } => {
                    assert!(!bytes.is_empty());
                    self.times.push(at);
                    self.data[place(direction)].extend(bytes);
                }
                Decrypted::Undecrypted { direction, bytes, .. } => {
                    assert!(self.reasons.iter().any(|(of, _)| *of == direction));
                    self.raw[place(direction)].extend(bytes);
                }
                Decrypted::Reason { direction, why } => self.reasons.push((direction, why)),
                Decrypted::Close { by, how, .. } => self.closes.push((by, how)),
                Decrypted::Refused { bytes, .. } => self.refused.extend(bytes),
                Decrypted::Lost { length, .. } => self.lost += length,
            }
        }
    }

    /// Whether all of it was decrypted.
    pub(super) fn is_whole(&self) -> bool {
        self.raw.iter().all(Vec::is_empty) && self.reasons.is_empty() && self.lost == 0
    }
}

pub(super) const fn place(direction: Direction) -> usize {
    match direction {
        Direction::ToServer => 0,
        Direction::ToClient => 1,
    }
}

/// Hands in flights in pieces of at most so many bytes; each has its number for a time.
pub(super) fn decrypt(secrets: &mut Secrets, flights: &[Flight], size: usize) -> Outcome {
    let mut decryptor = Decryptor::new();
    let mut outcome = Outcome::default();
    for (at, (direction, flight)) in flights.iter().enumerate() {
        for piece in flight.chunks(size) {
            let bytes = Bytes::copy_from_slice(piece);
            decryptor.receive(secrets, *direction, UnixNanos(at as u64), bytes);
            outcome.take(&mut decryptor);
        }
    }
    decryptor.finish(secrets);
    outcome.take(&mut decryptor);
    outcome
}
