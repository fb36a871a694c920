//! JSON bodies laid out for people, wherever that can be undone to the same bytes.
//!
//! Only white space between tokens is ever changed: numbers, escapes, key order and duplicate
//! keys stay as they were sent.

use serde::de::IgnoredAny;

use super::error::{Place, Problem, TextError};
use super::tree::{Node, Scalar, Style, Tag, Value};

/// White space as it was on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Spacing {
    /// A space after each `:` and `,` (Python's `json.dumps`), or none.
    pub(super) spaced: bool,
    /// A line feed at the end (Go's `json.Encoder`).
    pub(super) newline: bool,
}

impl Spacing {
    const ALL: [(Self, &'static str); 4] = [
        (Self { spaced: false, newline: false }, "compact"),
        (Self { spaced: true, newline: false }, "spaced"),
        (Self { spaced: false, newline: true }, "compact, newline"),
        (Self { spaced: true, newline: true }, "spaced, newline"),
    ];

    /// As written under `json_spacing`.
    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(spacing, _)| *spacing == self).map_or("compact", |(_, name)| name)
    }

    /// The spacing that stands in `node`.
    pub(super) fn read(node: &Node<'_>) -> Result<Self, TextError> {
        const EXPECTED: &str = "`compact` or `spaced`, or either with `, newline`";
        let text = node.text("json_spacing", EXPECTED)?;
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        let invalid = || node.place.invalid("json_spacing", text, EXPECTED);
        found.map(|(spacing, _)| *spacing).ok_or_else(invalid)
    }
}

/// The bytes of the JSON that stands in `node`: JSON text, or YAML mappings and lists.
pub(super) fn read(node: &Node<'_>, spacing: Spacing) -> Result<Vec<u8>, TextError> {
    let compact = match &node.value {
        Value::Scalar(scalar) => from_text(scalar, node.place)?,
        _ => from_yaml(node)?,
    };
    Ok(render(&compact, spacing).into_bytes())
}

/// How `body` can be laid out: its spacing and readable lines. `None` unless it is a JSON object
/// or array that [`read`] gives back to the byte.
pub(super) fn lay_out(body: &[u8]) -> Option<(Spacing, String)> {
    let text = std::str::from_utf8(body).ok()?;
    let is_container = text.starts_with(['{', '[']);
    if !is_container || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return None;
    }
    let compact = compact(text);
    let mut spacings = Spacing::ALL.iter().map(|(spacing, _)| *spacing);
    let spacing = spacings.find(|spacing| render(&compact, *spacing) == text)?;
    Some((spacing, pretty(&compact)))
}

fn from_text(scalar: &Scalar<'_>, place: Place) -> Result<String, TextError> {
    match serde_json::from_str::<IgnoredAny>(&scalar.text) {
        Ok(_) if scalar.tag == Tag::None => Ok(compact(&scalar.text)),
        Ok(_) => Err(place.error(Problem::WrongType {
            what: "json",
            expected: "JSON without a tag",
            found: "tagged text",
        })),
        Err(error) => {
            let shown = error.to_string();
            let detail = shown.split(" at line ").next().unwrap_or_default().to_owned();
            Err(json_place(scalar, place, &error).error(Problem::Json { detail }))
        }
    }
}

/// In a block, line and column are those of the text below the block's own indent.
fn json_place(scalar: &Scalar<'_>, place: Place, error: &serde_json::Error) -> Place {
    let (line, column) = (u32::try_from(error.line()), u32::try_from(error.column()));
    match (line, column) {
        (Ok(line), Ok(column)) if scalar.style == Style::Block => {
            Place::at(place.line + line.saturating_sub(1), place.column + column.saturating_sub(1))
        }
        _ => place,
    }
}

/// JSON from YAML's own mappings and lists, for those who write by hand. Depth is bounded by the tree's.
fn from_yaml(node: &Node<'_>) -> Result<String, TextError> {
    match &node.value {
        Value::Scalar(scalar) => from_scalar(scalar, node),
        Value::List(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(from_yaml).collect();
            Ok(format!("[{}]", items?.join(",")))
        }
        Value::Map(entries) => {
            let member = |(key, value): &(super::tree::Key<'_>, Node<'_>)| {
                Ok(format!("{}:{}", quoted(&key.text), from_yaml(value)?))
            };
            let members: Result<Vec<_>, TextError> = entries.iter().map(member).collect();
            Ok(format!("{{{}}}", members?.join(",")))
        }
    }
}

/// Plain `true`, `false`, `null` and JSON numbers are themselves; all else is a string.
fn from_scalar(scalar: &Scalar<'_>, node: &Node<'_>) -> Result<String, TextError> {
    if scalar.tag != Tag::None {
        return Err(node.wrong_type("json", "JSON values without tags"));
    }
    let is_token = scalar.style == Style::Plain
        && !scalar.text.starts_with('"')
        && serde_json::from_str::<IgnoredAny>(&scalar.text).is_ok();
    Ok(match scalar.style {
        Style::Absent => "null".to_owned(),
        _ if is_token => scalar.text.to_string(),
        _ => quoted(&scalar.text),
    })
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Valid JSON's tokens: a string with its quotes, a structural character, or a run of any others.
fn tokens(json: &str) -> impl Iterator<Item = &str> {
    let mut rest = json;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let (token, after) = rest.split_at(token_length(rest));
        rest = after;
        (!token.is_empty()).then_some(token)
    })
}

fn token_length(json: &str) -> usize {
    let ends_word = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r') || b"{}[],:\"".contains(b);
    let bytes = json.as_bytes();
    match bytes.first() {
        Some(b'"') => string_length(bytes),
        Some(b'{' | b'}' | b'[' | b']' | b',' | b':') => 1,
        Some(_) => bytes.iter().position(ends_word).unwrap_or(bytes.len()),
        None => 0,
    }
}

fn string_length(bytes: &[u8]) -> usize {
    let mut escaped = false;
    for (index, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    bytes.len()
}

fn compact(json: &str) -> String {
    tokens(json).collect()
}

fn render(compact: &str, spacing: Spacing) -> String {
    let mut out = String::with_capacity(compact.len() + 1);
    for token in tokens(compact) {
        out.push_str(token);
        if spacing.spaced && matches!(token, ":" | ",") {
            out.push(' ');
        }
    }
    if spacing.newline {
        out.push('\n');
    }
    out
}

/// One member or element a line, so that an edit of one is a diff of one line.
fn pretty(compact: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut tokens = tokens(compact).peekable();
    while let Some(token) = tokens.next() {
        out.push_str(token);
        let next = tokens.peek().copied().unwrap_or_default();
        match token {
            "{" | "[" => depth += 1,
            ":" => out.push(' '),
            _ => {}
        }
        let closes = matches!(next, "}" | "]");
        let opens = matches!(token, "{" | "[");
        if closes {
            depth = depth.saturating_sub(1);
        }
        if (opens != closes) && (opens || closes) || token == "," {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tree;

    fn from(yaml: &str) -> String {
        let node = tree::parse(yaml).unwrap();
        String::from_utf8(read(&node, Spacing::default()).unwrap()).unwrap()
    }

    #[test]
    fn only_white_space_changes() {
        let body = br#"{"b":1.0,"a":[1e5,{}],"a":"\u00e9 , : \" {","n":[]}"#;
        let (spacing, pretty) = lay_out(body).unwrap();
        assert_eq!(spacing.name(), "compact");
        let expected = "{\n  \"b\": 1.0,\n  \"a\": [\n    1e5,\n    {}\n  ],\n  \"a\": \"\\u00e9 , : \\\" {\",\n  \"n\": []\n}";
        assert_eq!(pretty, expected);
        assert_eq!(compact(&pretty).as_bytes(), body);
    }

    #[test]
    fn the_spacing_of_python_and_go_is_known() {
        assert_eq!(lay_out(br#"{"a": 1, "b": [1, 2]}"#).unwrap().0.name(), "spaced");
        assert_eq!(lay_out(b"{\"a\":1}\n").unwrap().0.name(), "compact, newline");
        assert_eq!(lay_out(b"{\"a\": 1}\n").unwrap().0.name(), "spaced, newline");
    }

    #[test]
    fn odd_spacing_and_what_is_no_object_is_left_as_text() {
        for body in ["{ \"a\":1}", "{\"a\": 1,\"b\":2}", "12", "\"x\"", "{", "[1]]", " {}"] {
            assert_eq!(lay_out(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn yaml_values_become_json() {
        let yaml = "id: 1\nname: Ada\nok: true\nno: no\nnone:\nwords: [\"1\", ~, 1.50, 'a\"b']\nnested: {a: {}}\n";
        let json = r#"{"id":1,"name":"Ada","ok":true,"no":"no","none":null,"words":["1","~",1.50,"a\"b"],"nested":{"a":{}}}"#;
        assert_eq!(from(yaml), json);
    }

    #[test]
    fn json_text_becomes_compact() {
        assert_eq!(from("|\n  {\n    \"a\": [ 1, 2 ]\n  }\n"), r#"{"a":[1,2]}"#);
    }
}
