//! A message as JSON; the [module](super) says how.

use std::collections::BTreeMap;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::reader::{Field, Value, fields, varint};
use super::schema::{FieldType, Kind};
use super::{MAX_DEPTH, Schema};

/// A message as JSON, without white space. None if the bytes are no protobuf, or are nested too deep.
pub fn to_json(message: &[u8], schema: Option<Schema<'_>>) -> Option<String> {
    Some(object(&fields(message).ok()?, schema, 0))
}

fn object(fields: &[Field<'_>], schema: Option<Schema<'_>>, depth: usize) -> String {
    let mut members: BTreeMap<u32, Vec<&Value<'_>>> = BTreeMap::new();
    for field in fields {
        members.entry(field.number).or_default().push(&field.value);
    }
    let mut text = Object::new();
    for (number, values) in members {
        let typed = schema.and_then(|schema| Some((schema, schema.field(number)?)));
        let written = typed.and_then(|(schema, field)| {
            Some((field.name.clone(), typed_member(&values, field, schema, depth)?))
        });
        let (name, value) =
            written.unwrap_or_else(|| (number.to_string(), untyped_member(&values, depth)));
        text.member(&name, &value);
    }
    text.finish()
}

fn untyped_member(values: &[&Value<'_>], depth: usize) -> String {
    if let [only] = values {
        return untyped(only, depth);
    }
    let mut elements: Vec<String> = values.iter().map(|value| untyped(value, depth)).collect();
    if values.iter().all(|value| is_entry(value)) {
        elements.sort_unstable();
    }
    array(&elements)
}

fn untyped(value: &Value<'_>, depth: usize) -> String {
    match value {
        Value::Varint(number) => number.to_string(),
        Value::Fixed32(number) => format!("{{\"fixed32\":{number}}}"),
        Value::Fixed64(number) => format!("{{\"fixed64\":{number}}}"),
        Value::Group(fields) => format!("{{\"group\":{}}}", object(fields, None, depth + 1)),
        Value::Bytes(bytes) => guessed(bytes, depth),
    }
}

fn guessed(bytes: &[u8], depth: usize) -> String {
    let text = std::str::from_utf8(bytes).ok();
    if let Some(text) = text.filter(|text| !text.chars().any(char::is_control)) {
        return string(text);
    }
    let nested = (depth < MAX_DEPTH).then(|| fields(bytes).ok()).flatten();
    if let Some(fields) = nested {
        return object(&fields, None, depth + 1);
    }
    let is_odd = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    match text.filter(|text| !text.chars().any(is_odd)) {
        Some(text) => string(text),
        None => format!("{{\"bytes\":\"{}\"}}", STANDARD.encode(bytes)),
    }
}

/// It may be the entry of a map.
fn is_entry(value: &Value<'_>) -> bool {
    let Value::Bytes(bytes) = value else { return false };
    let Ok(fields) = fields(bytes) else { return false };
    matches!(
        &*fields,
        [Field { number: 1, .. }] | [Field { number: 1, .. }, Field { number: 2, .. }]
    )
}

/// None: the values are not what the schema says.
fn typed_member(
    values: &[&Value<'_>],
    field: &FieldType,
    schema: Schema<'_>,
    depth: usize,
) -> Option<String> {
    if let Kind::Message(name) = &field.kind
        && let Some(entry) = schema.descriptors.schema(name).filter(|it| it.message.is_map_entry)
    {
        return map(values, entry, depth);
    }
    let mut elements = Vec::new();
    for value in values {
        match value {
            Value::Bytes(packed) if field.repeated && is_packable(&field.kind) => {
                elements.extend(unpacked(packed, &field.kind, schema)?);
            }
            value => elements.push(typed(value, &field.kind, schema, depth)?),
        }
    }
    match &*elements {
        [only] if !field.repeated => Some(only.clone()),
        _ => Some(array(&elements)),
    }
}

fn typed(value: &Value<'_>, kind: &Kind, schema: Schema<'_>, depth: usize) -> Option<String> {
    match (kind, value) {
        (Kind::Int, Value::Varint(number)) | (Kind::Sfixed64, Value::Fixed64(number)) => {
            Some(number.cast_signed().to_string())
        }
        (Kind::Uint, Value::Varint(number)) | (Kind::Fixed64, Value::Fixed64(number)) => {
            Some(number.to_string())
        }
        (Kind::Sint, Value::Varint(number)) => Some(zigzag(*number).to_string()),
        (Kind::Bool, Value::Varint(number)) => Some((*number != 0).to_string()),
        (Kind::Enum(name), Value::Varint(number)) => {
            let number = number.cast_signed();
            let named = schema.descriptors.enum_value(name, number).map(string);
            Some(named.unwrap_or_else(|| number.to_string()))
        }
        (Kind::Fixed32, Value::Fixed32(number)) => Some(number.to_string()),
        (Kind::Sfixed32, Value::Fixed32(number)) => Some(number.cast_signed().to_string()),
        (Kind::Float, Value::Fixed32(number)) => Some(float(f32::from_bits(*number))),
        (Kind::Double, Value::Fixed64(number)) => Some(float(f64::from_bits(*number))),
        (Kind::String, Value::Bytes(bytes)) => std::str::from_utf8(bytes).ok().map(string),
        (Kind::Bytes, Value::Bytes(bytes)) => Some(format!("\"{}\"", STANDARD.encode(bytes))),
        (Kind::Message(name), Value::Bytes(bytes)) if depth < MAX_DEPTH => {
            Some(object(&fields(bytes).ok()?, schema.descriptors.schema(name), depth + 1))
        }
        (Kind::Message(name), Value::Group(fields)) => {
            Some(object(fields, schema.descriptors.schema(name), depth + 1))
        }
        _ => None,
    }
}

/// A map's entries by key, sorted.
fn map(values: &[&Value<'_>], entry: Schema<'_>, depth: usize) -> Option<String> {
    let mut members = BTreeMap::new();
    for value in values {
        let Value::Bytes(bytes) = value else { return None };
        let fields = fields(bytes).ok()?;
        // A key or a value that is left out is the default of its type, as `""` and `0` are.
        let part = |number| {
            let field = fields.iter().rfind(|field| field.number == number)?;
            typed(&field.value, &entry.field(number)?.kind, entry, depth + 1)
        };
        let key = part(1).unwrap_or_default();
        let key = if key.starts_with('"') { key } else { string(&key) };
        members.insert(key, part(2).unwrap_or_else(|| "null".to_owned()));
    }
    let members: Vec<_> = members.iter().map(|(key, value)| format!("{key}:{value}")).collect();
    Some(format!("{{{}}}", members.join(",")))
}

const fn is_packable(kind: &Kind) -> bool {
    !matches!(kind, Kind::String | Kind::Bytes | Kind::Message(_))
}

/// The elements of a packed field.
fn unpacked(mut packed: &[u8], kind: &Kind, schema: Schema<'_>) -> Option<Vec<String>> {
    let mut elements = Vec::new();
    while !packed.is_empty() {
        let (value, len) = match kind {
            Kind::Fixed32 | Kind::Sfixed32 | Kind::Float => {
                (Value::Fixed32(u32::from_le_bytes(*packed.first_chunk()?)), 4)
            }
            Kind::Fixed64 | Kind::Sfixed64 | Kind::Double => {
                (Value::Fixed64(u64::from_le_bytes(*packed.first_chunk()?)), 8)
            }
            _ => {
                let (value, len) = varint(packed).ok()?;
                (Value::Varint(value), len)
            }
        };
        elements.push(typed(&value, kind, schema, 0)?);
        packed = packed.get(len..)?;
    }
    Some(elements)
}

const fn zigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// JSON has no infinities.
fn float(number: impl Into<f64> + std::fmt::Display + Copy) -> String {
    let finite = number.into().is_finite();
    if finite { number.to_string() } else { format!("\"{number}\"") }
}

fn array(elements: &[String]) -> String {
    format!("[{}]", elements.join(","))
}

fn string(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            '\n' => written.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(written, "\\u{:04x}", u32::from(c));
            }
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// An object in the making.
struct Object(String);

impl Object {
    fn new() -> Self {
        Self("{".to_owned())
    }

    fn member(&mut self, name: &str, value: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.extend([&string(name), ":", value]);
    }

    fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}
