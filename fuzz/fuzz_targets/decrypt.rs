//! Any bytes as a key log and as what both sides of a TLS connection sent, cut at any place: nothing is lost.

#![no_main]

use bytes::Bytes;
use cassettes::model::Direction;
use libfuzzer_sys::fuzz_target;
use recorder::capture::UnixNanos;
use recorder::decrypt::{Decrypted, Decryptor, Secrets};

// Input: the key log with its length before it, in two bytes; then flights: a byte that says who sends, when the key log
// comes, what is lost and how the flight is cut, its length in two bytes, and the flight.
fuzz_target!(|input: &[u8]| {
    let mut input = input;
    let key_log = counted(&mut input);
    let mut secrets = Secrets::new();
    let mut decryptor = Decryptor::new();
    let mut told = Told::default();
    let mut sent = [Vec::new(), Vec::new()];
    while let Some((flags, rest)) = input.split_first() {
        input = rest;
        let flight = counted(&mut input);
        let direction = if flags & 1 == 0 { Direction::ToServer } else { Direction::ToClient };
        if flags & 2 != 0 {
            secrets.add_key_log(key_log);
        }
        if flags & 4 != 0 {
            decryptor.lose(direction, UnixNanos(1), 1);
        }
        if flags & 8 != 0 {
            secrets.complete();
        }
        sent[place(direction)].extend_from_slice(flight);
        for piece in flight.chunks(1 << (flags >> 4)) {
            let bytes = Bytes::copy_from_slice(piece);
            decryptor.receive(&mut secrets, direction, UnixNanos(1), bytes);
            told.take(&mut decryptor);
        }
    }
    decryptor.finish(&mut secrets);
    told.take(&mut decryptor);
    for (sent, raw) in sent.iter().zip(&told.raw) {
        // Whatever is not decrypted is the end of what was sent.
        assert!(sent.ends_with(raw));
    }
});

fn counted<'a>(input: &mut &'a [u8]) -> &'a [u8] {
    let (length, rest) = input.split_at(input.len().min(2));
    let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let (counted, rest) = rest.split_at(rest.len().min(length));
    *input = rest;
    counted
}

#[derive(Default)]
struct Told {
    facts: usize,
    reasons: [usize; 2],
    raw: [Vec<u8>; 2],
}

impl Told {
    fn take(&mut self, decryptor: &mut Decryptor) {
        while let Some(event) = decryptor.poll() {
            match event {
                Decrypted::Facts(_) => self.facts += 1,
                Decrypted::Reason { direction, .. } => self.reasons[place(direction)] += 1,
                Decrypted::Undecrypted { direction, bytes, .. } => {
                    assert_eq!(self.reasons[place(direction)], 1);
                    self.raw[place(direction)].extend_from_slice(&bytes);
                }
                Decrypted::Data { direction, bytes, .. } => {
                    assert!(!bytes.is_empty() && self.raw[place(direction)].is_empty());
                }
                _ => {}
            }
            assert!(self.facts <= 1);
        }
    }
}

const fn place(direction: Direction) -> usize {
    match direction {
        Direction::ToServer => 0,
        Direction::ToClient => 1,
    }
}
