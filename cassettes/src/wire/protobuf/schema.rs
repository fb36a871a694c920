//! What a descriptor set says of one message.

use std::collections::HashMap;

use super::Descriptors;

/// A message's type, in a set of descriptors.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'d> {
    pub(super) descriptors: &'d Descriptors,
    pub(super) message: &'d MessageType,
}

/// A message's fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct MessageType {
    pub(super) fields: HashMap<u32, FieldType>,
    /// The entry of a map: key and value.
    pub(super) is_map_entry: bool,
}

/// A field's name and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldType {
    pub(super) name: String,
    pub(super) repeated: bool,
    pub(super) kind: Kind,
}

/// A field's type (`FieldDescriptorProto.Type`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Double,
    Float,
    /// `int32`, `int64`.
    Int,
    /// `uint32`, `uint64`.
    Uint,
    /// `sint32`, `sint64`.
    Sint,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
    /// Of this full name.
    Enum(String),
    /// Of this full name; a group too.
    Message(String),
}

impl<'d> Schema<'d> {
    pub(super) fn field(self, number: u32) -> Option<&'d FieldType> {
        self.message.fields.get(&number)
    }
}
