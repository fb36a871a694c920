//! Protocol Buffers as they are on the wire, and as JSON that people can read, with or without a schema.
//!
//! - [`fields`]: a message's bytes into [`Field`]s, whatever they mean
//! - [`to_json`]: a message as JSON
//! - [`Descriptors`]: a compiled `FileDescriptorSet`, which names fields and tells their types
//!
//! # As JSON, without a schema
//! A message is an object; its members are its field numbers in ascending order, as in `{"1":"Ada","2":36}`. A number that
//! comes once has its value, one that comes several times an array of them. A varint is an unsigned number;
//! a fixed-width value is `{"fixed32":N}` or `{"fixed64":N}`, its bits as an unsigned number; a group is `{"group":{…}}`.
//! Length-delimited bytes are, the first that fits: a string, if they are UTF-8 without control characters; a message, if they parse as
//! one, at most [`MAX_DEPTH`] deep; a string, if they are UTF-8 with no control characters but tab, LF and CR; `{"bytes":"…"}`, in base64.
//! An array in which every element is an object with a member `1` and perhaps a member `2` is taken for a map, whose order
//! means nothing: its elements are sorted by their text.
//!
//! # With a schema
//! As protobuf's own JSON mapping, but that names are those of the `.proto` file, 64-bit integers are numbers, and fields that the schema does not
//! know, or that are of another wire type, keep their numbers, in the form above.

mod descriptors;
mod json;
mod reader;
mod schema;

pub use descriptors::{DescriptorError, Descriptors};
pub use json::to_json;
pub use reader::{Field, ProtobufError, ProtobufProblem, Value, fields};
pub use schema::Schema;

/// Deepest nesting followed. protobuf's own parsers stop at 100; real messages are less than 20 deep.
pub const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests;
