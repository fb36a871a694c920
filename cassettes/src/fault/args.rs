//! A kind's parameters, and the values that a fault gives them.

use std::fmt;
use std::time::Duration;

use super::value::{read_bytes, read_rate, read_time, write_bytes, write_time};

/// A parameter of a kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Param {
    /// Its name. Written before its value if it is `keyed`; a flag is its name alone.
    pub name: &'static str,
    /// What it takes.
    pub takes: ParamType,
    /// Written as `name value`, and in any order; else by its place.
    pub keyed: bool,
    /// It must be given.
    pub required: bool,
    /// What it does, with its default.
    pub meaning: &'static str,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ParamType {
    /// Bytes: `812`, `4KiB`.
    Bytes,
    /// At most so many bytes: what is made of it lies in memory.
    Size(u64),
    /// A time: `250ms`, `2s`.
    Time,
    /// A time, or `forever`.
    TimeOrForever,
    /// Bytes per second: `10KiB/s`.
    Rate,
    /// A whole number in this range.
    Number(i64, i64),
    /// A factor above 0: `x2`, `x0.5`.
    Factor,
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Nothing: it is there, or not.
    Flag,
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Bytes.
    Bytes(u64),
    /// A time; none: for ever.
    Time(Option<Duration>),
    /// Bytes per second.
    Rate(u64),
    /// A whole number.
    Number(i64),
    /// A factor.
    Factor(f64),
    /// Text, or one of a parameter's words.
    Text(String),
    /// It is there.
    Flag,
}

/// The values that were given, each with its parameter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Args {
    given: Vec<(&'static str, Value)>,
}

impl Param {
    /// By its place, required.
    pub const fn place(name: &'static str, takes: ParamType, meaning: &'static str) -> Self {
        Self { name, takes, keyed: false, required: true, meaning }
    }

    /// By its name, and may be left out.
    pub const fn keyed(name: &'static str, takes: ParamType, meaning: &'static str) -> Self {
        Self { name, takes, keyed: true, required: false, meaning }
    }

    /// There, or not.
    pub const fn flag(name: &'static str, meaning: &'static str) -> Self {
        Self { name, takes: ParamType::Flag, keyed: true, required: false, meaning }
    }

    /// The same, and may be left out.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    /// The same, and must be given.
    #[must_use]
    pub const fn needed(self) -> Self {
        Self { required: true, ..self }
    }
}

impl ParamType {
    /// Reads a value; none: it is not of this type.
    pub(super) fn read(self, text: &str) -> Option<Value> {
        Some(match self {
            Self::Bytes => Value::Bytes(read_bytes(text)?),
            Self::Size(most) => Value::Bytes(read_bytes(text).filter(|bytes| *bytes <= most)?),
            Self::TimeOrForever if text == "forever" => Value::Time(None),
            Self::Time | Self::TimeOrForever => Value::Time(Some(read_time(text)?)),
            Self::Rate => Value::Rate(read_rate(text)?),
            Self::Number(least, most) => {
                Value::Number(text.parse().ok().filter(|number| (least..=most).contains(number))?)
            }
            Self::Factor => {
                let factor = text.strip_prefix('x')?.parse::<f64>().ok()?;
                Value::Factor((factor.is_finite() && factor > 0.0).then_some(factor)?)
            }
            Self::Text => Value::Text(text.to_owned()),
            Self::Word(words) => Value::Text((*words.iter().find(|word| **word == text)?).into()),
            Self::Flag => return None,
        })
    }
}

/// As a user is to write it.
impl fmt::Display for ParamType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes => f.write_str("bytes (`812`, `4KiB`)"),
            Self::Size(most) => {
                write!(f, "bytes (`812`, `4KiB`), at most {}", write_bytes(*most))
            }
            Self::Time => f.write_str("a time (`250ms`, `2s`)"),
            Self::TimeOrForever => f.write_str("a time (`250ms`, `2s`) or `forever`"),
            Self::Rate => f.write_str("bytes per second (`10KiB/s`)"),
            Self::Number(least, most) => write!(f, "a whole number from {least} to {most}"),
            Self::Factor => f.write_str("a factor (`x2`, `x0.5`)"),
            Self::Text => f.write_str("text, in double quotes if it has blanks"),
            Self::Word(words) => write!(f, "one of {}", words.join(", ")),
            Self::Flag => f.write_str("nothing"),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => f.write_str(&write_bytes(*bytes)),
            Self::Time(Some(time)) => f.write_str(&write_time(*time)),
            Self::Time(None) => f.write_str("forever"),
            Self::Rate(rate) => write!(f, "{}/s", write_bytes(*rate)),
            Self::Number(number) => write!(f, "{number}"),
            Self::Factor(factor) => write!(f, "x{factor}"),
            Self::Text(text) => f.write_str(text),
            Self::Flag => Ok(()),
        }
    }
}

impl Args {
    pub(super) fn set(&mut self, name: &'static str, value: Value) {
        self.given.push((name, value));
    }

    /// Whether the parameter was given.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// What it was given.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.given.iter().find(|(given, _)| *given == name).map(|(_, value)| value)
    }

    /// Bytes.
    pub fn bytes(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Value::Bytes(bytes) => Some(*bytes),
            _ => None,
        }
    }

    /// A time; `Some(None)`: for ever.
    pub fn time_or_forever(&self, name: &str) -> Option<Option<Duration>> {
        match self.get(name)? {
            Value::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// A time.
    pub fn time(&self, name: &str) -> Option<Duration> {
        self.time_or_forever(name).flatten()
    }

    /// Bytes per second.
    pub fn rate(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Value::Rate(rate) => Some(*rate),
            _ => None,
        }
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A factor.
    pub fn factor(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::Factor(factor) => Some(*factor),
            _ => None,
        }
    }

    /// Text, or one of the parameter's words.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}
