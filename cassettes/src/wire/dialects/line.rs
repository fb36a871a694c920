//! Lines of text, each ended by LF, or CR LF.

use super::{Cutter, Foreign, MAX_LINE_BYTES};

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Of the line that goes on.
    len: u64,
}

impl Cutter for Line {
    fn advance(&mut self, bytes: &[u8]) -> Result<Option<usize>, Foreign> {
        let end = memchr::memchr(b'\n', bytes).map(|at| at + 1);
        let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        if let Some(&control) = part.iter().find(|byte| is_foreign(**byte)) {
            return Err(Foreign::Control(control));
        }
        self.len += part.len() as u64;
        if self.len > MAX_LINE_BYTES {
            return Err(Foreign::LongLine);
        }
        if end.is_some() {
            self.len = 0;
        }
        Ok(end)
    }
}

/// Whichever encoding a text has, it has none of these.
const fn is_foreign(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r' | b'\n')
}
