//! Lines and blocks of lines that may come in pieces. A block that comes whole is not copied.

use std::mem;

use bytes::{Bytes, BytesMut};
use memchr::{memchr, memchr_iter};

use super::{HeadError, MAX_HEAD_BYTES, MAX_HEADERS};

/// An input, and how much of it was taken.
pub(super) struct Rest<'a> {
    pub(super) input: &'a Bytes,
    pub(super) at: usize,
}

impl<'a> Rest<'a> {
    /// What was not yet taken.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// Takes at most `limit` bytes, without copying them.
    pub(super) fn take_up_to(&mut self, limit: u64) -> Bytes {
        let end = usize::try_from(limit)
            .map_or(self.input.len(), |limit| self.input.len().min(self.at.saturating_add(limit)));
        let taken = self.input.slice(self.at..end);
        self.at = end;
        taken
    }
}

/// Collects lines through the first empty one.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    /// What came before the current input.
    held: BytesMut,
    /// What the unfinished last line of `held` consists of.
    line: Line,
    /// Finished lines that are not empty.
    lines: usize,
    /// Whether an empty line ends the block although nothing stands before it.
    may_be_empty: bool,
}

/// What a line consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Line {
    #[default]
    Nothing,
    OneCr,
    Text,
}

impl Block {
    /// A head: empty lines in front belong to it.
    pub(super) fn head() -> Self {
        Self::default()
    }

    /// A trailer section: an empty line in front is its end.
    pub(super) fn trailers() -> Self {
        Self { may_be_empty: true, ..Self::default() }
    }

    /// Takes through the block's end, or all there is.
    pub(super) fn take(&mut self, rest: &mut Rest<'_>) -> Result<Option<Bytes>, HeadError> {
        let room = MAX_HEAD_BYTES - self.held.len();
        let fresh = rest.bytes();
        let near = fresh.get(..room).unwrap_or(fresh);
        match self.scan(near)? {
            None if near.len() < fresh.len() => Err(HeadError::TooLong),
            None => {
                self.held.extend_from_slice(near);
                rest.at += near.len();
                Ok(None)
            }
            Some(end) => {
                let last = rest.take_up_to(end as u64);
                let held = mem::take(self).held;
                Ok(Some(if held.is_empty() { last } else { join(held, &last) }))
            }
        }
    }

    /// What has come of a block that is not yet whole.
    pub(super) fn held(&self) -> &[u8] {
        &self.held
    }

    /// How many finished lines that holds, empty ones aside.
    pub(super) const fn lines(&self) -> usize {
        self.lines
    }

    /// Finds the end of the block.
    fn scan(&mut self, input: &[u8]) -> Result<Option<usize>, HeadError> {
        let mut start = 0;
        for end in memchr_iter(b'\n', input) {
            let line = self.line.then(input.get(start..end).unwrap_or_default());
            self.line = Line::Nothing;
            start = end + 1;
            if line == Line::Text {
                self.lines += 1;
                if self.lines > MAX_HEADERS {
                    return Err(HeadError::TooManyLines);
                }
            } else if self.lines > 0 || self.may_be_empty {
                return Ok(Some(start));
            }
        }
        self.line = self.line.then(input.get(start..).unwrap_or_default());
        Ok(None)
    }
}

impl Line {
    /// The same line, gone on with.
    const fn then(self, more: &[u8]) -> Self {
        match (self, more) {
            (line, []) => line,
            (Self::Nothing, [b'\r']) => Self::OneCr,
            _ => Self::Text,
        }
    }
}

/// Collects one line.
#[derive(Debug, Clone, Default)]
pub(super) struct LineBuffer {
    /// What came before the current input.
    held: Vec<u8>,
}

impl LineBuffer {
    /// Takes through the line's end, or all there is; gives the line to `read` once it is whole.
    pub(super) fn take<T>(
        &mut self,
        rest: &mut Rest<'_>,
        limit: usize,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<Option<T>, TooLong> {
        let fresh = rest.bytes();
        let near = fresh.get(..limit - self.held.len()).unwrap_or(fresh);
        let Some(end) = memchr(b'\n', near) else {
            self.held.extend_from_slice(near);
            rest.at += near.len();
            return if near.len() < fresh.len() { Err(TooLong) } else { Ok(None) };
        };
        let (line, _) = near.split_at(end + 1);
        rest.at += line.len();
        if self.held.is_empty() {
            return Ok(Some(read(line)));
        }
        self.held.extend_from_slice(line);
        let value = read(&self.held);
        self.held.clear();
        Ok(Some(value))
    }

    /// How much of an unfinished line has come.
    pub(super) fn held_len(&self) -> usize {
        self.held.len()
    }
}

fn join(mut held: BytesMut, last: &[u8]) -> Bytes {
    held.extend_from_slice(last);
    held.freeze()
}

/// A line is longer than its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;
