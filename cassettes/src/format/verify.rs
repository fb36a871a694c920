//! Proving a file sound.

use super::damage::Damage;
use super::frame::Frame;
use super::number::wide;
use super::reader::Reader;
use super::version::PREAMBLE_BYTES;

/// Something wrong with a cassette.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: {what}; {remedy}")]
pub struct Problem {
    /// In bytes from the file's start.
    pub offset: u64,
    /// What is there, and what was expected.
    pub what: String,
    /// What to do about it.
    pub remedy: &'static str,
}

const RESTORE: &str = "restore the file from a copy or record again";

impl Reader {
    /// Checks every checksum, every invariant, the index against what it leads to, summaries and
    /// keys against the bytes that they are derived from, and that no byte is left over.
    pub fn verify(&self, problem: &mut dyn FnMut(Problem)) {
        let mut offset = wide(PREAMBLE_BYTES);
        while offset < wide(self.file().len()) {
            match Frame::whole(self.file(), offset) {
                Ok(frame) => offset = frame.end(),
                Err(damage) => {
                    let Damage { offset, what } = damage;
                    problem(Problem { offset, what: what.to_string(), remedy: RESTORE });
                    break;
                }
            }
        }
        for n in 0..self.len() {
            if let Err(error) = self.exchange(n) {
                let offset = self.entry(n).offset;
                problem(Problem { offset, what: error.to_string(), remedy: RESTORE });
            }
        }
    }
}
