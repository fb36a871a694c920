//! Patterns of paths: what rules name places in JSON by.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::reader::Reader;
use super::{PathError, Segment};

/// Most steps of a pattern: the set of steps matched so far is a 64-bit word.
const MAX_STEPS: usize = 63;

/// A pattern for places in JSON: `$.a.b`, `$.items[*].id`, `$.list[0]`, `$..nonce` (at any depth),
/// `$['odd name']`, `$.*`. What it matches is meant with all that is inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    text: String,
    /// At most [`MAX_STEPS`].
    steps: Vec<Step>,
}

/// How far a pattern has matched on the way down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress(u64);

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

impl Pattern {
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

impl From<Pattern> for String {
    fn from(path: Pattern) -> Self {
        path.text
    }
}

impl TryFrom<String> for Pattern {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        text.parse()
    }
}

impl FromStr for Pattern {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut reader = Reader::after_root(text)?;
        let mut steps = Vec::new();
        while !reader.is_at_end() {
            steps.push(step(&mut reader)?);
            if steps.len() > MAX_STEPS {
                return Err(reader.error("at most 63 steps"));
            }
        }
        Ok(Self { text: text.to_owned(), steps })
    }
}

fn step(reader: &mut Reader<'_>) -> Result<Step, PathError> {
    let deep = reader.took("..");
    let what = if reader.took("[*]") {
        What::Any
    } else if reader.took("[") {
        What::One(reader.in_brackets()?)
    } else {
        if !deep {
            reader.take(".", "`.` or `[`")?;
        }
        if reader.took("*") { What::Any } else { What::One(reader.name()?) }
    };
    Ok(Step { deep, what })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks down `path`, as names and numbers separated by `/`.
    fn matches(pattern: &str, path: &str) -> bool {
        let pattern: Pattern = pattern.parse().unwrap();
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
            let error = pattern.parse::<Pattern>().unwrap_err();
            assert_eq!(error.offset(), offset, "{error}");
        }
        assert!(format!("${}", ".a".repeat(63)).parse::<Pattern>().is_ok());
        assert!(format!("${}", ".a".repeat(64)).parse::<Pattern>().is_err());
    }

    #[test]
    fn segments_print_as_patterns_read_them() {
        let path: Pattern = r"$.a['b.c\'\\d'][3]".parse().unwrap();
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
