//! Places in JSON: the paths that reports show, and the patterns that rules name them by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Most steps of a pattern: the set of steps matched so far is a 64-bit word.
const MAX_STEPS: usize = 63;

/// A pattern for places in JSON: `$.a.b`, `$.items[*].id`, `$.list[0]`, `$..nonce` (at any depth),
/// `$['odd name']`, `$.*`. What it matches is meant with all that is inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JsonPath {
    text: String,
    /// At most [`MAX_STEPS`].
    steps: Vec<Step>,
}

/// One step down from a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// To a member of an object.
    Name(String),
    /// To an element of an array, from 0.
    Index(usize),
}

/// How far a pattern has matched on the way down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress(u64);

/// Why a text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a JSON path at byte {offset}: expected {expected}, as in $.items[*].id")]
pub struct JsonPathError {
    text: String,
    offset: usize,
    expected: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    /// Any number of levels may come before it.
    deep: bool,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Any,
    One(Segment),
}

impl JsonPath {
    /// At the outermost value.
    pub const fn start(&self) -> Progress {
        Progress(1)
    }

    /// One level further down.
    #[must_use]
    pub fn step(&self, from: Progress, to: &Segment) -> Progress {
        let states = self.steps.iter().enumerate().filter(|(bit, _)| from.0 >> bit & 1 == 1);
        Progress(states.fold(0, |next, (bit, step)| {
            let stays = if step.deep { 1 << bit } else { 0 };
            let goes = if step.what.fits(to) { 2 << bit } else { 0 };
            next | stays | goes
        }))
    }

    /// The value is one that the pattern names.
    pub fn matched(&self, progress: Progress) -> bool {
        progress.0 >> self.steps.len() & 1 == 1
    }
}

impl What {
    fn fits(&self, segment: &Segment) -> bool {
        match self {
            Self::Any => true,
            Self::One(one) => one == segment,
        }
    }
}

/// As in a path: `.name`, `['odd name']`, `[2]`.
impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Name(name) if is_plain(name) => write!(f, ".{name}"),
            Self::Name(name) => {
                write!(f, "['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
            }
        }
    }
}

impl From<JsonPath> for String {
    fn from(path: JsonPath) -> Self {
        path.text
    }
}

impl TryFrom<String> for JsonPath {
    type Error = JsonPathError;

    fn try_from(text: String) -> Result<Self, JsonPathError> {
        text.parse()
    }
}

impl FromStr for JsonPath {
    type Err = JsonPathError;

    fn from_str(text: &str) -> Result<Self, JsonPathError> {
        let mut reader = Reader { text, rest: text };
        if !reader.took("$") {
            return Err(reader.error("$"));
        }
        let mut steps = Vec::new();
        while !reader.rest.is_empty() {
            steps.push(reader.step()?);
            if steps.len() > MAX_STEPS {
                return Err(reader.error("at most 63 steps"));
            }
        }
        Ok(Self { text: text.to_owned(), steps })
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.chars().any(|c| matches!(c, '.' | '[' | ']' | '\'' | '*' | ' ') || c.is_control())
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl Reader<'_> {
    fn step(&mut self) -> Result<Step, JsonPathError> {
        let deep = self.took("..");
        if self.took("[") {
            return Ok(Step { deep, what: self.bracket()? });
        }
        if !deep && !self.took(".") {
            return Err(self.error(". or ["));
        }
        let what = if self.took("*") { What::Any } else { self.name()? };
        Ok(Step { deep, what })
    }

    fn name(&mut self) -> Result<What, JsonPathError> {
        let end = self.rest.find(['.', '[']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        if name.is_empty() {
            return Err(self.error("a name"));
        }
        self.rest = rest;
        Ok(What::One(Segment::Name(name.to_owned())))
    }

    /// After the `[`.
    fn bracket(&mut self) -> Result<What, JsonPathError> {
        let what = if self.took("*") {
            What::Any
        } else if self.took("'") {
            What::One(Segment::Name(self.quoted('\'')?))
        } else if self.took("\"") {
            What::One(Segment::Name(self.quoted('"')?))
        } else {
            What::One(Segment::Index(self.index()?))
        };
        if self.took("]") { Ok(what) } else { Err(self.error("]")) }
    }

    fn index(&mut self) -> Result<usize, JsonPathError> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        let index = digits.parse().map_err(|_| self.error("an index, * or a quoted name"))?;
        self.rest = rest;
        Ok(index)
    }

    fn quoted(&mut self, quote: char) -> Result<String, JsonPathError> {
        let mut name = String::new();
        let mut chars = self.rest.chars();
        loop {
            match chars.next() {
                None => return Err(self.error("a closing quote")),
                Some('\\') => name.extend(chars.next()),
                Some(c) if c == quote => break,
                Some(c) => name.push(c),
            }
        }
        self.rest = chars.as_str();
        Ok(name)
    }

    fn took(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn error(&self, expected: &'static str) -> JsonPathError {
        let offset = self.text.len() - self.rest.len();
        JsonPathError { text: self.text.to_owned(), offset, expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks down `path`, as names and numbers separated by `/`.
    fn matches(pattern: &str, path: &str) -> bool {
        let pattern: JsonPath = pattern.parse().unwrap();
        let segments = path.split('/').filter(|part| !part.is_empty()).map(|part| {
            part.parse().map_or_else(|_| Segment::Name(part.to_owned()), Segment::Index)
        });
        let end = segments.fold(pattern.start(), |at, segment| pattern.step(at, &segment));
        pattern.matched(end)
    }

    #[test]
    fn a_pattern_matches_the_places_it_names_and_no_other() {
        assert!(matches("$", ""));
        assert!(matches("$.a.b", "a/b"));
        assert!(!matches("$.a.b", "a"));
        assert!(!matches("$.a.b", "b/a"));
        assert!(matches("$.items[*].id", "items/7/id"));
        assert!(matches("$['odd name'][2]", "odd name/2"));
        assert!(!matches("$[2]", "3"));
        assert!(matches("$.*.x", "anything/x"));
    }

    #[test]
    fn two_dots_match_at_any_depth() {
        for path in ["nonce", "a/nonce", "a/0/b/nonce"] {
            assert!(matches("$..nonce", path), "{path}");
        }
        assert!(!matches("$..nonce", "a/nonce/b"));
        assert!(matches("$.a..b[0]", "a/x/b/b/0"));
    }

    #[test]
    fn a_bad_pattern_says_where_and_what_was_expected() {
        for (pattern, offset) in
            [("a", 0), ("$a", 1), ("$.", 2), ("$[x]", 2), ("$['a", 3), ("$[1", 3)]
        {
            let error = pattern.parse::<JsonPath>().unwrap_err();
            assert_eq!(error.offset, offset, "{error}");
        }
        assert!(format!("${}", ".a".repeat(63)).parse::<JsonPath>().is_ok());
        assert!(format!("${}", ".a".repeat(64)).parse::<JsonPath>().is_err());
    }

    #[test]
    fn segments_print_as_patterns_read_them() {
        let path: JsonPath = r"$.a['b.c\'\\d'][3]".parse().unwrap();
        let printed: String = path
            .steps
            .iter()
            .map(|step| match &step.what {
                What::One(segment) => segment.to_string(),
                What::Any => "*".to_owned(),
            })
            .collect();
        assert_eq!(format!("${printed}"), path.text);
    }
}
