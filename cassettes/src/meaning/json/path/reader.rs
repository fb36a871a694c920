//! Reads paths, and patterns of them, step by step.

use super::Segment;

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no JSON path such as $.items[0].id: at byte {offset}, {expected} is expected")]
pub struct PathError {
    text: String,
    offset: usize,
    expected: &'static str,
}

/// A text, and what of it is not read yet.
pub(super) struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl PathError {
    /// Where in the text, in bytes.
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl<'a> Reader<'a> {
    /// After the `$` that every path begins with.
    pub(super) fn after_root(text: &'a str) -> Result<Self, PathError> {
        let mut reader = Self { text, rest: text };
        reader.take("$", "`$`")?;
        Ok(reader)
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// `.name`, `[0]`, or `['odd name']`.
    pub(super) fn segment(&mut self) -> Result<Segment, PathError> {
        if self.took(".") {
            return self.name();
        }
        self.take("[", "`.` or `[`")?;
        self.in_brackets()
    }

    /// A name, up to the next step.
    pub(super) fn name(&mut self) -> Result<Segment, PathError> {
        self.until(|c| matches!(c, '.' | '['), "a name").map(Segment::Name)
    }

    /// After the `[`, through the `]`.
    pub(super) fn in_brackets(&mut self) -> Result<Segment, PathError> {
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

    pub(super) fn took(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(super) fn take(&mut self, prefix: &str, expected: &'static str) -> Result<(), PathError> {
        if self.took(prefix) { Ok(()) } else { Err(self.error(expected)) }
    }

    pub(super) fn error(&self, expected: &'static str) -> PathError {
        let offset = self.text.len() - self.rest.len();
        PathError { text: self.text.to_owned(), offset, expected }
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
}
