//! RESP2 and RESP3, the Redis serialization protocol.
//!
//! A message is a value with all values in it. Clients send arrays; "inline commands", which are lines without any
//! prefix, are left to the dialect of lines.

use super::{Cutter, Foreign, MAX_LINE_BYTES};
use crate::model::Direction;

/// Deepest nesting of values. Redis' own answers have four levels; each costs a few bytes here.
pub(super) const MAX_DEPTH: usize = 32;

/// One direction.
#[derive(Debug)]
pub(super) struct Resp {
    /// Only arrays are whole messages: what a client sends.
    only_arrays: bool,
    at: At,
    /// The values that the next one is in, the innermost last; at most [`MAX_DEPTH`].
    around: Vec<Around>,
}

/// Where in a value.
#[derive(Debug, Clone, Copy)]
enum At {
    /// Its first byte tells which.
    Kind,
    /// Text up to CR LF, so long yet.
    Text(u64),
    /// The length of this kind of value, up to CR LF.
    Length(u8, Length),
    /// So many bytes of content are yet to come.
    Content(u64),
    /// CR, and then LF, after content or a length.
    Cr(After),
    Lf(After),
}

/// What a line ends.
#[derive(Debug, Clone, Copy)]
enum After {
    /// A length, of this kind of value.
    Length(u8, Length),
    /// The value.
    Value,
    /// No command: servers pass over empty lines, and `redis-cli --pipe` sends one. It is taken for a part of what follows.
    Nothing,
}

/// How much a value holds, as far as it was read.
#[derive(Debug, Clone, Copy)]
enum Length {
    Unread,
    Minus,
    /// `-1`: there is no value.
    Null,
    /// `?`: an end will be told.
    Open,
    Count(u64),
}

/// A value that holds others.
#[derive(Debug, Clone, Copy)]
struct Around {
    /// How many are yet to come; none: until an end is told.
    left: Option<u64>,
    /// It is about the value after it, and none itself.
    attribute: bool,
}

impl Resp {
    pub(super) const fn new(direction: Direction) -> Self {
        let only_arrays = matches!(direction, Direction::ToServer);
        Self { only_arrays, at: At::Kind, around: Vec::new() }
    }

    /// Takes what can be taken at once: how many bytes, and whether a message ends with them.
    fn step(&mut self, bytes: &[u8], first: u8) -> Result<(usize, bool), Foreign> {
        match self.at {
            At::Content(left) => {
                let taken = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                let left = left - taken as u64;
                self.at = if left == 0 { At::Cr(After::Value) } else { At::Content(left) };
                Ok((taken, false))
            }
            At::Text(len) => self.text(len, bytes),
            _ => Ok((1, self.byte(first)?)),
        }
    }

    fn text(&mut self, len: u64, bytes: &[u8]) -> Result<(usize, bool), Foreign> {
        let end = memchr::memchr2(b'\r', b'\n', bytes);
        let taken = end.unwrap_or(bytes.len());
        let len = len + taken as u64;
        if len > MAX_LINE_BYTES {
            return Err(Foreign::LongLine);
        }
        // An LF alone is refused there.
        self.at = if end.is_some() { At::Cr(After::Value) } else { At::Text(len) };
        Ok((taken, false))
    }

    fn byte(&mut self, byte: u8) -> Result<bool, Foreign> {
        match (self.at, byte) {
            (At::Kind, kind) => return self.kind(kind),
            (At::Length(kind, length), b'\r') => self.at = At::Lf(After::Length(kind, length)),
            (At::Length(kind, length), next) => self.at = At::Length(kind, length.with(next)?),
            (At::Cr(after), b'\r') => self.at = At::Lf(after),
            (At::Lf(After::Value), b'\n') => return Ok(self.value_ends()),
            (At::Lf(After::Nothing), b'\n') => return Ok(self.goes_on()),
            (At::Lf(After::Length(kind, length)), b'\n') => return self.length_ends(kind, length),
            (_, other) => return Err(Foreign::End(other)),
        }
        Ok(false)
    }

    fn kind(&mut self, kind: u8) -> Result<bool, Foreign> {
        let told_to_end = matches!(self.around.last(), Some(Around { left: None, .. }));
        self.at = match kind {
            b'*' => At::Length(kind, Length::Unread),
            b'\r' if self.only_arrays && self.around.is_empty() => At::Lf(After::Nothing),
            _ if self.only_arrays && self.around.is_empty() => return Err(Foreign::Kind(kind)),
            b'+' | b'-' | b':' | b'_' | b'#' | b',' | b'(' => At::Text(0),
            b'$' | b'!' | b'=' | b'%' | b'~' | b'>' | b'|' => At::Length(kind, Length::Unread),
            b';' if told_to_end => At::Length(kind, Length::Unread),
            b'.' if told_to_end => {
                // The end is followed by CR LF, as a value is; then what it ends is one.
                self.around.pop();
                At::Cr(After::Value)
            }
            other => return Err(Foreign::Kind(other)),
        };
        Ok(false)
    }

    /// Whether the message ends with it.
    fn length_ends(&mut self, kind: u8, length: Length) -> Result<bool, Foreign> {
        match (kind, length) {
            // A part of a string of unknown length; an empty one is its end.
            (b';', Length::Count(0)) => {
                self.around.pop();
                Ok(self.value_ends())
            }
            (b'$' | b'!' | b'=' | b';', Length::Count(len)) => {
                self.at = if len == 0 { At::Cr(After::Value) } else { At::Content(len) };
                Ok(false)
            }
            (b'%' | b'|', Length::Count(pairs)) => {
                self.enter(kind, Some(pairs.checked_mul(2).ok_or(Foreign::Length)?))
            }
            (_, Length::Count(count)) => self.enter(kind, Some(count)),
            (b'$' | b'*' | b'~' | b'%' | b'>', Length::Open) => self.enter(kind, None),
            (b'$' | b'*', Length::Null) => Ok(self.value_ends()),
            _ => Err(Foreign::Length),
        }
    }

    fn enter(&mut self, kind: u8, left: Option<u64>) -> Result<bool, Foreign> {
        let attribute = kind == b'|';
        if left == Some(0) {
            return Ok(if attribute { self.goes_on() } else { self.value_ends() });
        }
        if self.around.len() >= MAX_DEPTH {
            return Err(Foreign::Depth);
        }
        self.around.push(Around { left, attribute });
        self.at = At::Kind;
        Ok(false)
    }

    /// Whether the message ends with this value.
    fn value_ends(&mut self) -> bool {
        self.at = At::Kind;
        while let Some(Around { left, attribute }) = self.around.last_mut() {
            match left {
                Some(left) if *left <= 1 => {}
                Some(left) => {
                    *left -= 1;
                    return false;
                }
                None => return false,
            }
            let attribute = *attribute;
            self.around.pop();
            if attribute {
                return self.goes_on();
            }
        }
        true
    }

    /// What came was about the value that follows.
    fn goes_on(&mut self) -> bool {
        self.at = At::Kind;
        false
    }
}

impl Length {
    fn with(self, byte: u8) -> Result<Self, Foreign> {
        let digit = u64::from(byte.wrapping_sub(b'0'));
        let more = |count: u64| count.checked_mul(10)?.checked_add(digit);
        Ok(match (self, byte) {
            (Self::Unread, b'?') => Self::Open,
            (Self::Unread, b'-') => Self::Minus,
            (Self::Minus, b'1') => Self::Null,
            (Self::Unread, b'0'..=b'9') => Self::Count(digit),
            (Self::Count(count), b'0'..=b'9') => Self::Count(more(count).ok_or(Foreign::Length)?),
            _ => return Err(Foreign::Length),
        })
    }
}

/// The values in a message one after the other, as a person types them: strings bare, others with what tells their
/// kind, and nothing about how many there are.
pub(super) fn readable(message: &[u8]) -> Vec<u8> {
    let (mut values, mut rest) = (Vec::new(), message);
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let (line, after) = rest.split_at_checked(end + 1).unwrap_or((rest, &[]));
        let line = line.trim_ascii_end();
        rest = after;
        let length =
            line.get(1..).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        match (line.first(), length) {
            (Some(b'$' | b'!' | b'=' | b';'), Some(length)) => {
                let (content, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
                values.push(content);
                rest = after.strip_prefix(b"\r\n").unwrap_or(after);
            }
            (Some(b'*' | b'%' | b'~' | b'>' | b'|'), Some(1_usize..)) => {}
            _ => values.push(line),
        }
    }
    values.join(&b' ')
}

impl Cutter for Resp {
    fn advance(&mut self, bytes: &[u8]) -> Result<Option<usize>, Foreign> {
        let mut taken = 0;
        while let Some((&first, _)) = bytes.get(taken..).and_then(<[u8]>::split_first) {
            let (count, ends) = self.step(bytes.get(taken..).unwrap_or_default(), first)?;
            taken += count;
            if ends {
                return Ok(Some(taken));
            }
        }
        Ok(None)
    }
}
