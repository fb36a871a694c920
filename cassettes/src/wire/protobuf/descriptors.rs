//! A compiled `FileDescriptorSet`: what `protoc --include_imports --descriptor_set_out=FILE` and `buf build -o FILE` write.

use std::collections::HashMap;

use super::reader::{Field, ProtobufError, Value, fields};
use super::schema::{FieldType, Kind, MessageType, Schema};

/// Deepest nesting of message types followed.
const MAX_NESTED_TYPES: usize = 32;

/// Names and types of messages, and of what a service's methods take and give.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Descriptors {
    messages: HashMap<String, MessageType>,
    /// Names of values, by number.
    enums: HashMap<String, HashMap<i64, String>>,
    /// Full names of request and answer, by path: `/package.Service/Method`.
    methods: HashMap<String, (String, String)>,
}

/// Why bytes are no descriptor set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    /// They are no protobuf.
    #[error(
        "it is not a compiled descriptor set: {0}; make one with protoc --include_imports --descriptor_set_out=FILE"
    )]
    NotProtobuf(#[from] ProtobufError),
    /// They are protobuf, and hold no message type.
    #[error(
        "it describes no message; make one with protoc --include_imports --descriptor_set_out=FILE"
    )]
    Empty,
}

impl Descriptors {
    /// Reads a `FileDescriptorSet`.
    pub fn read(set: &[u8]) -> Result<Self, DescriptorError> {
        let mut descriptors = Self::default();
        for file in messages(&fields(set)?, 1) {
            descriptors.add_file(&fields(file)?)?;
        }
        if descriptors.messages.is_empty() { Err(DescriptorError::Empty) } else { Ok(descriptors) }
    }

    /// What a request to this path (`/package.Service/Method`) holds.
    pub fn request(&self, path: &[u8]) -> Option<Schema<'_>> {
        self.schema(&self.method(path)?.0)
    }

    /// What an answer from this path holds.
    pub fn response(&self, path: &[u8]) -> Option<Schema<'_>> {
        self.schema(&self.method(path)?.1)
    }

    pub(super) fn schema(&self, name: &str) -> Option<Schema<'_>> {
        self.messages.get(name).map(|message| Schema { descriptors: self, message })
    }

    pub(super) fn enum_value(&self, name: &str, number: i64) -> Option<&str> {
        self.enums.get(name)?.get(&number).map(String::as_str)
    }

    /// A proxy may have put something in front of the path.
    fn method(&self, path: &[u8]) -> Option<&(String, String)> {
        let path = path.split(|&byte| byte == b'?').next().unwrap_or_default();
        let path = std::str::from_utf8(path).ok()?;
        let last_two = path.rmatch_indices('/').nth(1).and_then(|(at, _)| path.get(at..))?;
        self.methods.get(last_two)
    }

    fn add_file(&mut self, file: &[Field<'_>]) -> Result<(), ProtobufError> {
        let package = text(file, 2);
        for message in messages(file, 4) {
            self.add_message(&package, &fields(message)?, 0)?;
        }
        for one in messages(file, 5) {
            self.add_enum(&package, &fields(one)?)?;
        }
        for service in messages(file, 6) {
            self.add_service(&package, &fields(service)?)?;
        }
        Ok(())
    }

    fn add_message(
        &mut self,
        scope: &str,
        message: &[Field<'_>],
        depth: usize,
    ) -> Result<(), ProtobufError> {
        let name = joined(scope, &text(message, 1));
        let mut read = MessageType::default();
        for field in messages(message, 2) {
            let field = fields(field)?;
            let number = u32::try_from(number(&field, 3)).unwrap_or(0);
            read.fields.extend(field_type(&field).map(|read| (number, read)));
        }
        for options in messages(message, 7) {
            read.is_map_entry = number(&fields(options)?, 7) == 1;
        }
        for nested in messages(message, 3).filter(|_| depth < MAX_NESTED_TYPES) {
            self.add_message(&name, &fields(nested)?, depth + 1)?;
        }
        for one in messages(message, 4) {
            self.add_enum(&name, &fields(one)?)?;
        }
        self.messages.insert(name, read);
        Ok(())
    }

    fn add_enum(&mut self, scope: &str, one: &[Field<'_>]) -> Result<(), ProtobufError> {
        let mut values = HashMap::new();
        for value in messages(one, 2) {
            let value = fields(value)?;
            values.entry(number(&value, 2).cast_signed()).or_insert_with(|| text(&value, 1));
        }
        self.enums.insert(joined(scope, &text(one, 1)), values);
        Ok(())
    }

    fn add_service(&mut self, package: &str, service: &[Field<'_>]) -> Result<(), ProtobufError> {
        let name = joined(package, &text(service, 1));
        for method in messages(service, 2) {
            let method = fields(method)?;
            let types = (type_name(&method, 2), type_name(&method, 3));
            self.methods.insert(format!("/{name}/{}", text(&method, 1)), types);
        }
        Ok(())
    }
}

/// `FieldDescriptorProto.Label`.
const REPEATED: u64 = 3;

/// None: of a type that is not known here.
fn field_type(field: &[Field<'_>]) -> Option<FieldType> {
    let kind = match number(field, 5) {
        1 => Kind::Double,
        2 => Kind::Float,
        3 | 5 => Kind::Int,
        4 | 13 => Kind::Uint,
        6 => Kind::Fixed64,
        7 => Kind::Fixed32,
        8 => Kind::Bool,
        9 => Kind::String,
        10 | 11 => Kind::Message(type_name(field, 6)),
        12 => Kind::Bytes,
        14 => Kind::Enum(type_name(field, 6)),
        15 => Kind::Sfixed32,
        16 => Kind::Sfixed64,
        17 | 18 => Kind::Sint,
        _ => return None,
    };
    Some(FieldType { name: text(field, 1), repeated: number(field, 4) == REPEATED, kind })
}

/// Every length-delimited field of this number.
fn messages<'a>(fields: &[Field<'a>], number: u32) -> impl Iterator<Item = &'a [u8]> {
    fields.iter().filter(move |field| field.number == number).filter_map(|field| {
        match field.value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    })
}

fn text(fields: &[Field<'_>], number: u32) -> String {
    messages(fields, number).last().map(String::from_utf8_lossy).unwrap_or_default().into_owned()
}

/// Of a message, which is always written from the root: `.package.Name`.
fn type_name(fields: &[Field<'_>], number: u32) -> String {
    let name = text(fields, number);
    name.strip_prefix('.').map(str::to_owned).unwrap_or(name)
}

fn number(fields: &[Field<'_>], number: u32) -> u64 {
    let values = fields.iter().filter(|field| field.number == number);
    values
        .filter_map(|field| match field.value {
            Value::Varint(value) => Some(value),
            _ => None,
        })
        .next_back()
        .unwrap_or(0)
}

fn joined(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}
