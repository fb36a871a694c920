//! Paths to values: `$.items[0]['odd name']`.
//!
//! - [`Path`]: to one value; [`Segment`]: one step of it
//! - [`Pattern`]: of many paths: `$.items[*].id`
//! - `reader`: how both are read

mod pattern;
mod reader;

use std::fmt;
use std::str::FromStr;

use super::Value;
pub use pattern::{Pattern, Progress};
pub use reader::PathError;
use reader::Reader;

/// A path from the outermost value to one inside it. Reading and writing it are inverse.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Path {
    /// In order; none: the outermost value.
    pub segments: Vec<Segment>,
}

/// One step down from a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// To a member of an object.
    Name(String),
    /// To an element of an array, from 0.
    Index(usize),
}

impl Path {
    /// The value that it leads to; of members of one name, the last, as most readers have it.
    pub fn find<'d>(&self, root: Value<'d>) -> Option<Value<'d>> {
        self.segments.iter().try_fold(root, |value, segment| match segment {
            Segment::Name(name) => {
                value.members().filter(|(own, _)| own[..] == *name.as_bytes()).last().map(|it| it.1)
            }
            Segment::Index(index) => value.elements().nth(*index),
        })
    }

    /// One step further down.
    #[must_use]
    pub fn with(&self, segment: Segment) -> Self {
        let mut segments = self.segments.clone();
        segments.push(segment);
        Self { segments }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        self.segments.iter().try_for_each(|segment| write!(f, "{segment}"))
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

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.chars().any(|c| matches!(c, '.' | '[' | ']' | '\'' | '*' | ' ') || c.is_control())
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut reader = Reader::after_root(text)?;
        let mut segments = Vec::new();
        while !reader.is_at_end() {
            segments.push(reader.segment()?);
        }
        Ok(Self { segments })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::*;

    #[test]
    fn a_path_leads_to_a_value_and_is_written_as_it_is_read() {
        let document = Document::parse(br#"{"a":[{"b.c":1,"b.c":2},[true]],"d'\\":{}}"#).unwrap();
        for (text, found) in [
            ("$.a[0]['b.c']", Some("2")),
            ("$.a[1][0]", Some("true")),
            ("$.a[2]", None),
            ("$['d\\'\\\\']", Some("{}")),
            ("$.a.b", None),
        ] {
            let path: Path = text.parse().unwrap();
            assert_eq!(path.to_string(), text);
            let value = path.find(document.root()).map(|value| value.text());
            assert_eq!(value, found.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn a_bad_path_says_where_and_what_is_expected() {
        for (text, offset) in
            [("a", 0), ("$a", 1), ("$.", 2), ("$[x]", 2), ("$['a", 3), ("$[1", 3), ("$..a", 2)]
        {
            let error = text.parse::<Path>().unwrap_err();
            assert_eq!(error.offset(), offset, "{error}");
        }
    }
}
