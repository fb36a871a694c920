//! Paths to values: `$.items[0]['odd name']`.

use std::fmt;
use std::str::FromStr;

use super::Value;

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

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no path to a value, such as $.items[0].id: at byte {offset}, {expected} is expected"
)]
pub struct PathError {
    text: String,
    offset: usize,
    expected: &'static str,
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
        let mut reader = Reader { text, rest: text };
        reader.take("$", "`$`")?;
        let mut segments = Vec::new();
        while !reader.rest.is_empty() {
            segments.push(reader.segment()?);
        }
        Ok(Self { segments })
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl Reader<'_> {
    fn segment(&mut self) -> Result<Segment, PathError> {
        if self.took(".") {
            return self.until(|c| matches!(c, '.' | '['), "a name").map(Segment::Name);
        }
        self.take("[", "`.` or `[`")?;
        let segment = if self.took("'") {
            Segment::Name(self.quoted('\'')?)
        } else if self.took("\"") {
            Segment::Name(self.quoted('"')?)
        } else {
            let digits = self.until(|c| !c.is_ascii_digit(), "an index or a quoted name")?;
            Segment::Index(digits.parse().map_err(|_| self.error("a smaller index"))?)
        };
        self.take("]", "`]`")?;
        Ok(segment)
    }

    /// What comes before such a character: not nothing.
    fn until(
        &mut self,
        ends: impl Fn(char) -> bool,
        expected: &'static str,
    ) -> Result<String, PathError> {
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (found, rest) = self.rest.split_at_checked(end).unwrap_or_default();
        if found.is_empty() {
            return Err(self.error(expected));
        }
        self.rest = rest;
        Ok(found.to_owned())
    }

    fn quoted(&mut self, quote: char) -> Result<String, PathError> {
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

    fn take(&mut self, prefix: &str, expected: &'static str) -> Result<(), PathError> {
        if self.took(prefix) { Ok(()) } else { Err(self.error(expected)) }
    }

    fn error(&self, expected: &'static str) -> PathError {
        let offset = self.text.len() - self.rest.len();
        PathError { text: self.text.to_owned(), offset, expected }
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
            assert_eq!(error.offset, offset, "{error}");
        }
    }
}
