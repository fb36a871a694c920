//! JSON as it was written: duplicate names, every digit, order. A flat list of nodes, so that
//! neither reading nor dropping a document recurses by its depth.

mod canonical;
mod number;
mod parse;
mod path;
mod string;

pub use canonical::write_canonical;
pub use number::{same_number, write_number};
pub use parse::MAX_JSON_DEPTH;
pub use path::{Path, PathError, Pattern, Progress, Segment};

use std::borrow::Cow;
use std::ops::Range;

/// A whole JSON text (RFC 8259).
#[derive(Debug, Clone)]
pub struct Document<'a> {
    text: &'a [u8],
    /// In the order of the text: a container is followed by all that it holds. Never empty.
    nodes: Vec<Node>,
}

/// A value inside a [`Document`].
#[derive(Debug, Clone, Copy)]
pub struct Value<'d> {
    document: &'d Document<'d>,
    index: usize,
}

/// What kind of value it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number of any length.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl<'a> Document<'a> {
    /// Reads a text that is JSON from end to end; none if it is not, or deeper than [`MAX_JSON_DEPTH`].
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        Some(Self { text, nodes: parse::nodes(text)? })
    }

    /// The outermost value.
    pub fn root(&self) -> Value<'_> {
        Value { document: self, index: 0 }
    }
}

impl<'d> Value<'d> {
    /// What kind of value it is.
    pub fn kind(&self) -> Kind {
        self.node().kind
    }

    /// As written, white space inside it included.
    pub fn text(&self) -> &'d [u8] {
        self.document.text.get(self.range()).unwrap_or_default()
    }

    /// Where in the document's text that is.
    pub fn range(&self) -> Range<usize> {
        let node = self.node();
        node.start as usize..node.end as usize
    }

    /// Of a string, what it says, unescaped; of any other value, its text.
    pub fn string(&self) -> Cow<'d, [u8]> {
        match self.kind() {
            Kind::String => string::unescaped(self.text()),
            _ => Cow::Borrowed(self.text()),
        }
    }

    /// The elements of an array, in order; none of anything else.
    pub fn elements(&self) -> impl Iterator<Item = Self> + use<'d> {
        self.children(Kind::Array)
    }

    /// The members of an object, in the order written, duplicates included; none of anything else.
    pub fn members(&self) -> impl Iterator<Item = (Cow<'d, [u8]>, Self)> + use<'d> {
        self.entries().map(|(name, value)| (name.string(), value))
    }

    /// The same, each name as the string that stands there.
    pub fn entries(&self) -> impl Iterator<Item = (Self, Self)> + use<'d> {
        let mut children = self.children(Kind::Object);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// The same by value: objects unordered, numbers exact, strings unescaped.
    pub fn same(&self, other: &Value<'_>) -> bool {
        if self.text() == other.text() {
            return true;
        }
        match (self.kind(), other.kind()) {
            (Kind::String, Kind::String) => self.string() == other.string(),
            (Kind::Number, Kind::Number) => same_number(self.text(), other.text()),
            (Kind::Array, Kind::Array) | (Kind::Object, Kind::Object) => {
                canonical::of(*self) == canonical::of(*other)
            }
            _ => false,
        }
    }

    fn children(&self, kind: Kind) -> impl Iterator<Item = Self> + use<'d> {
        let document = self.document;
        let node = self.node();
        let end = if node.kind == kind { node.next as usize } else { 0 };
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            let child = (index < end).then_some(Self { document, index })?;
            index = child.node().next as usize;
            Some(child)
        })
    }

    #[expect(clippy::indexing_slicing, reason = "values are made with the index of a node only")]
    fn node(&self) -> Node {
        self.document.nodes[self.index]
    }
}

/// 32 bits each: only bodies of up to [`MAX_MEANING_BYTES`](super::MAX_MEANING_BYTES) are parsed,
/// and every value is at least one byte long.
#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    /// Where its text begins and ends; quotes included.
    start: u32,
    end: u32,
    /// The index of the first node that is not inside it.
    next: u32,
}

#[cfg(test)]
mod tests;
