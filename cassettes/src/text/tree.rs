//! YAML as a tree of places and values: bounded, without aliases, without duplicate keys.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::error::{Place, Problem, TextError};
use super::{MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_NODES};

/// One YAML value and where it stands.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) place: Place,
    pub(super) value: Value<'a>,
}

/// What a [`Node`] is.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Scalar(Scalar<'a>),
    List(Vec<Node<'a>>),
    Map(Vec<(Key<'a>, Node<'a>)>),
}

/// Text, and how it was written.
#[derive(Debug)]
pub(super) struct Scalar<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) style: Style,
    pub(super) tag: Tag,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Nothing at all, as after `key:`.
    Absent,
    Plain,
    Quoted,
    /// A `|` or `>` block; its place begins with its first line of text.
    Block,
}

/// What a scalar's text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// Itself, in UTF-8.
    None,
    /// Itself, each line end being CR LF.
    Crlf,
    /// One byte a character.
    Latin1,
    /// Base64.
    Binary,
}

/// A mapping's key.
#[derive(Debug)]
pub(super) struct Key<'a> {
    pub(super) place: Place,
    pub(super) text: Cow<'a, str>,
}

/// Reads the one document in `yaml`.
pub(super) fn parse(yaml: &str) -> Result<Node<'_>, TextError> {
    if yaml.len() > MAX_DOCUMENT_BYTES {
        return Err(Place::default().error(Problem::TooLong { bytes: yaml.len() }));
    }
    let mut builder = Builder { parser: parser(yaml), nodes: 0 };
    let root = builder.document()?;
    builder.nothing_more()?;
    Ok(root)
}

fn parser(yaml: &str) -> Parser<'_, StrInput<'_>> {
    let mut options = granit_parser::Options::default();
    options.emit_unresolved_aliases = true; // they get our own message
    options.set_emit_comments(false);
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    Parser::new_from_str_with_options(yaml, options)
}

struct Builder<'a> {
    parser: Parser<'a, StrInput<'a>>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn document(&mut self) -> Result<Node<'a>, TextError> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(..), _) => {}
                (Event::StreamEnd | Event::DocumentEnd, span) => {
                    return Err(place(span).error(Problem::Nothing));
                }
                (event, span) => return self.node(event, span),
            }
        }
    }

    fn nothing_more(&mut self) -> Result<(), TextError> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentStart(..), span) => {
                    return Err(place(span).error(Problem::SecondDocument));
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), TextError> {
        match self.parser.next_event() {
            Some(next) => next.map_err(|error| syntax(&error)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// Depth is bounded by the parser's nesting limits, hence this recursion too.
    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node<'a>, TextError> {
        let place = place(span);
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(place.error(Problem::TooManyNodes));
        }
        if event.is_alias() || event.anchor_id().is_some() {
            return Err(place.error(Problem::Alias));
        }
        let tag = tag(&event, place)?;
        let value = match event {
            Event::Scalar(text, style, ..) => {
                Value::Scalar(Scalar { text, style: self::style(style, place), tag })
            }
            Event::SequenceStart(..) => Value::List(self.list()?),
            Event::MappingStart(..) => Value::Map(self.map()?),
            _ => return Err(place.error(Problem::Nothing)),
        };
        Ok(Node { place, value })
    }

    fn list(&mut self) -> Result<Vec<Node<'a>>, TextError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn map(&mut self) -> Result<Vec<(Key<'a>, Node<'a>)>, TextError> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => break,
                (event, span) => key(self.node(event, span)?)?,
            };
            let (event, span) = self.next()?;
            entries.push((key, self.node(event, span)?));
        }
        refuse_duplicates(&entries)?;
        Ok(entries)
    }
}

fn key(node: Node<'_>) -> Result<Key<'_>, TextError> {
    let found = node.kind();
    match node.value {
        Value::Scalar(scalar) if scalar.tag == Tag::None => {
            Ok(Key { place: node.place, text: scalar.text })
        }
        _ => Err(node.place.error(Problem::WrongType { what: "a key", expected: "a word", found })),
    }
}

fn refuse_duplicates(entries: &[(Key<'_>, Node<'_>)]) -> Result<(), TextError> {
    let mut seen = HashMap::with_capacity(entries.len());
    for (key, _) in entries {
        if let Some(first_line) = seen.insert(&*key.text, key.place.line as usize) {
            let problem = Problem::DuplicateKey { key: key.text.to_string(), first_line };
            return Err(key.place.error(problem));
        }
    }
    Ok(())
}

fn tag(event: &Event<'_>, place: Place) -> Result<Tag, TextError> {
    let Some(tag) = event.tag() else { return Ok(Tag::None) };
    if event.scalar().is_some() {
        match tag.original().as_str() {
            "!!binary" => return Ok(Tag::Binary),
            "!!str" => return Ok(Tag::None),
            "!crlf" => return Ok(Tag::Crlf),
            "!latin1" => return Ok(Tag::Latin1),
            _ => {}
        }
    }
    Err(place.error(Problem::UnknownTag { tag: tag.original() }))
}

fn style(style: ScalarStyle, place: Place) -> Style {
    match style {
        ScalarStyle::Plain if place.start == place.end => Style::Absent,
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
    }
}

fn syntax(error: &ScanError) -> TextError {
    let at = error.marker();
    let start = narrow(at.byte_offset().unwrap_or(0));
    let place = Place { line: narrow(at.line()), column: narrow(at.col()) + 1, start, end: start };
    place.error(Problem::Syntax { detail: error.info() })
}

fn place(span: Span) -> Place {
    let range = span.byte_range().unwrap_or(0..0);
    Place {
        line: narrow(span.start.line()),
        column: narrow(span.start.col()) + 1,
        start: narrow(range.start),
        end: narrow(range.end.max(range.start)),
    }
}

/// Offsets fit: [`MAX_DOCUMENT_BYTES`] is under 4 GiB.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX - 1)
}

impl<'a> Node<'a> {
    /// What it is, for an error.
    pub(super) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(Scalar { style: Style::Absent, .. }) => "nothing",
            Value::Scalar(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The error that something else was expected here.
    pub(super) fn wrong_type(&self, what: &'static str, expected: &'static str) -> TextError {
        self.place.error(Problem::WrongType { what, expected, found: self.kind() })
    }

    /// The scalar that must stand here, if only an empty one.
    pub(super) fn scalar(
        &self,
        what: &'static str,
        expected: &'static str,
    ) -> Result<&Scalar<'a>, TextError> {
        match &self.value {
            Value::Scalar(scalar) if scalar.style != Style::Absent => Ok(scalar),
            _ => Err(self.wrong_type(what, expected)),
        }
    }

    /// The untagged text that must stand here.
    pub(super) fn text(
        &self,
        what: &'static str,
        expected: &'static str,
    ) -> Result<&str, TextError> {
        let scalar = self.scalar(what, expected)?;
        if scalar.tag == Tag::None {
            Ok(&scalar.text)
        } else {
            Err(self.wrong_type(what, expected))
        }
    }

    /// The list that must stand here.
    pub(super) fn list(
        &self,
        what: &'static str,
        expected: &'static str,
    ) -> Result<&[Node<'a>], TextError> {
        match &self.value {
            Value::List(items) => Ok(items),
            _ => Err(self.wrong_type(what, expected)),
        }
    }
}
