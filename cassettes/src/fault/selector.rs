//! Which answers a fault hits, and at which asking.

use std::fmt;
use std::num::NonZeroU32;

use super::FaultError;
use super::glob;
use super::words::{Word, quote};

/// Which exchanges, or connections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Selector {
    /// Every one.
    #[default]
    All,
    /// The one of this number, counted from 1 as a cassette's exchanges are listed.
    Exchange(u64),
    /// Those on the connection of this number, counted from 1 in the order of opening.
    Connection(u32),
    /// Requests of this method (`*`: any) whose path fits the pattern; with its query if the pattern has a `?`.
    Request {
        /// As written; `*`: any.
        method: String,
        /// `*`: any run without a slash, `**`: any run.
        path: String,
    },
}

/// At which asking of an exchange, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attempts {
    /// At each.
    #[default]
    Sticky,
    /// At the first only.
    Once,
    /// At this one only.
    Only(NonZeroU32),
    /// At so many first ones.
    First(NonZeroU32),
    /// At each so-manieth.
    Every(NonZeroU32),
}

/// An exchange that may be hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// Its number, from 1.
    pub exchange: u64,
    /// Its connection's number, from 1.
    pub connection: u32,
    /// The request's method; empty where there is none.
    pub method: &'a [u8],
    /// The request's path and query; empty where there is none.
    pub path: &'a [u8],
}

impl Selector {
    /// Whether it selects this exchange.
    pub fn selects(&self, target: &Target<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Exchange(number) => target.exchange == *number,
            Self::Connection(number) => target.connection == *number,
            Self::Request { method, path } => {
                let method_fits = method == "*" || method.as_bytes() == target.method;
                method_fits && !target.method.is_empty() && fits(path, target.path)
            }
        }
    }

    /// Whether it selects the connection of this number.
    pub const fn selects_connection(&self, number: u32) -> bool {
        match self {
            Self::All => true,
            Self::Connection(own) => *own == number,
            Self::Exchange(_) | Self::Request { .. } => false,
        }
    }

    /// Whether it can select whole connections.
    pub const fn can_select_connections(&self) -> bool {
        matches!(self, Self::All | Self::Connection(_))
    }

    /// Reads the words after `on`. How many there were.
    pub(super) fn read(words: &[Word], at: usize) -> Result<(Self, usize), FaultError> {
        let expected = "after `on`: an exchange's number, `connection N`, or a method and a path \
                        such as `GET /users/*`";
        let first = words.first().ok_or_else(|| FaultError::new(at, expected))?;
        if let Ok(number) = first.text.parse::<u64>() {
            return match number {
                0 => Err(FaultError::new(first.at, "exchanges are counted from 1")),
                _ => Ok((Self::Exchange(number), 1)),
            };
        }
        let second = words.get(1).ok_or_else(|| FaultError::new(first.at, expected))?;
        if first.text == "connection" {
            let number = second.text.parse().ok().filter(|number| *number > 0);
            let number = number
                .ok_or_else(|| FaultError::new(second.at, "a connection's number, from 1"))?;
            return Ok((Self::Connection(number), 2));
        }
        let (method, path) = (first.text.clone(), second.text.clone());
        if !path.starts_with(['/', '*']) {
            return Err(FaultError::new(second.at, expected));
        }
        Ok((Self::Request { method, path }, 2))
    }
}

fn fits(pattern: &str, path: &[u8]) -> bool {
    let with_query = pattern.contains('?');
    let path =
        if with_query { path } else { path.split(|byte| *byte == b'?').next().unwrap_or(path) };
    glob::matches(pattern.as_bytes(), path)
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Exchange(number) => write!(f, "{number}"),
            Self::Connection(number) => write!(f, "connection {number}"),
            Self::Request { method, path } => {
                let numeric = |word: &str| word.parse::<u64>().is_ok() || word == "connection";
                write!(f, "{} {}", quote(method, numeric), quote(path, |_| false))
            }
        }
    }
}

impl Attempts {
    /// Whether this attempt, counted from 1, is among them.
    pub const fn includes(self, attempt: u32) -> bool {
        match self {
            Self::Sticky => true,
            Self::Once => attempt == 1,
            Self::Only(number) => attempt == number.get(),
            Self::First(number) => attempt <= number.get(),
            Self::Every(number) => attempt.is_multiple_of(number.get()),
        }
    }

    /// Whether it waits for an attempt after this one that is none of those before. A sticky one waits for none: it was there
    /// from the first.
    pub const fn is_among_later(self, attempt: u32) -> bool {
        match self {
            Self::Sticky => false,
            Self::Every(_) => true,
            Self::Once | Self::Only(_) | Self::First(_) => match self.last() {
                Some(last) => last > attempt,
                None => false,
            },
        }
    }

    /// The last attempt that is among them; none: they go on for ever.
    pub const fn last(self) -> Option<u32> {
        match self {
            Self::Once => Some(1),
            Self::Only(number) | Self::First(number) => Some(number.get()),
            Self::Sticky | Self::Every(_) => None,
        }
    }

    /// Reads a word such as `once`, or two such as `first 2`. How many; none: it is no such word.
    pub(super) fn read(words: &[Word]) -> Result<Option<(Self, usize)>, FaultError> {
        let Some(first) = words.first().filter(|word| !word.quoted) else { return Ok(None) };
        let make = match first.text.as_str() {
            "sticky" => return Ok(Some((Self::Sticky, 1))),
            "once" => return Ok(Some((Self::Once, 1))),
            "attempt" => Self::Only,
            "first" => Self::First,
            "every" => Self::Every,
            _ => return Ok(None),
        };
        let number = words.get(1).and_then(|word| word.text.parse().ok());
        let missing =
            || FaultError::new(first.at, format!("a number from 1 after `{}`", first.text));
        number.map(|number| Some((make(number), 2))).ok_or_else(missing)
    }
}

impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sticky => f.write_str("sticky"),
            Self::Once => f.write_str("once"),
            Self::Only(number) => write!(f, "attempt {number}"),
            Self::First(number) => write!(f, "first {number}"),
            Self::Every(number) => write!(f, "every {number}"),
        }
    }
}
