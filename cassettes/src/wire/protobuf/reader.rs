//! A message's bytes into fields.

use super::MAX_DEPTH;

/// One field, in the order of the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a> {
    /// From 1.
    pub number: u32,
    /// As its wire type says.
    pub value: Value<'a>,
}

/// A field's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Of an integer, a bool, an enum.
    Varint(u64),
    /// Of a `fixed64`, a `sfixed64`, a `double`.
    Fixed64(u64),
    /// Of a string, bytes, a message, packed numbers.
    Bytes(&'a [u8]),
    /// Of a group, which proto2 knows.
    Group(Vec<Field<'a>>),
    /// Of a `fixed32`, a `sfixed32`, a `float`.
    Fixed32(u32),
}

/// These bytes are not a protobuf message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{problem}, in the protobuf field at byte {offset}")]
pub struct ProtobufError {
    /// Where the field begins.
    pub offset: usize,
    /// What is wrong with it.
    pub problem: ProtobufProblem,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProtobufProblem {
    /// The message ends inside it.
    #[error("the message ends too early")]
    Truncated,
    /// Longer than ten bytes, or above 2^64.
    #[error("a varint is too long")]
    Varint,
    /// Zero, or above 2^29.
    #[error("no field has this number")]
    Number,
    /// 6 or 7.
    #[error("no field has this wire type")]
    WireType,
    /// A group's end without its start, or of another one.
    #[error("a group ends that did not begin")]
    GroupEnd,
    /// See [`MAX_DEPTH`].
    #[error("groups are nested too deep")]
    Depth,
}

/// Every field of a message, in order.
pub fn fields(message: &[u8]) -> Result<Vec<Field<'_>>, ProtobufError> {
    let mut reader = Reader { message, at: 0 };
    reader.fields(None, 0)
}

/// The largest field number: 29 bits.
const MAX_NUMBER: u64 = (1 << 29) - 1;

struct Reader<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Up to the end of the message, or of the group of this number.
    fn fields(
        &mut self,
        group: Option<u32>,
        depth: usize,
    ) -> Result<Vec<Field<'a>>, ProtobufError> {
        let mut fields = Vec::new();
        loop {
            let start = self.at;
            let refuse = |problem| ProtobufError { offset: start, problem };
            if start == self.message.len() && group.is_none() {
                return Ok(fields);
            }
            let tag = self.varint().map_err(refuse)?;
            let number =
                u32::try_from(tag >> 3).ok().filter(|n| (1..=MAX_NUMBER).contains(&u64::from(*n)));
            let number = number.ok_or_else(|| refuse(ProtobufProblem::Number))?;
            if tag & 7 == 4 {
                let ends = group == Some(number);
                return if ends { Ok(fields) } else { Err(refuse(ProtobufProblem::GroupEnd)) };
            }
            let value = match tag & 7 {
                3 if depth >= MAX_DEPTH => Err(refuse(ProtobufProblem::Depth)),
                3 => self.fields(Some(number), depth + 1).map(Value::Group),
                wire_type => self.value(wire_type).map_err(refuse),
            }?;
            fields.push(Field { number, value });
        }
    }

    fn value(&mut self, wire_type: u64) -> Result<Value<'a>, ProtobufProblem> {
        match wire_type {
            0 => self.varint().map(Value::Varint),
            1 => self.array().map(u64::from_le_bytes).map(Value::Fixed64),
            2 => {
                let len =
                    usize::try_from(self.varint()?).map_err(|_| ProtobufProblem::Truncated)?;
                self.bytes(len).map(Value::Bytes)
            }
            5 => self.array().map(u32::from_le_bytes).map(Value::Fixed32),
            _ => Err(ProtobufProblem::WireType),
        }
    }

    fn varint(&mut self) -> Result<u64, ProtobufProblem> {
        let rest = self.message.get(self.at..).unwrap_or_default();
        let (value, len) = varint(rest)?;
        self.at += len;
        Ok(value)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ProtobufProblem> {
        let bytes = self.bytes(N)?;
        bytes.try_into().map_err(|_| ProtobufProblem::Truncated)
    }

    fn bytes(&mut self, len: usize) -> Result<&'a [u8], ProtobufProblem> {
        let end = self.at.checked_add(len).ok_or(ProtobufProblem::Truncated)?;
        let bytes = self.message.get(self.at..end).ok_or(ProtobufProblem::Truncated)?;
        self.at = end;
        Ok(bytes)
    }
}

/// The varint at the start of these bytes, and its length.
pub(super) fn varint(bytes: &[u8]) -> Result<(u64, usize), ProtobufProblem> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        // The tenth byte has room for the 64th bit only.
        if index == 9 && *byte > 1 {
            return Err(ProtobufProblem::Varint);
        }
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value, index + 1));
        }
    }
    Err(if bytes.len() < 10 { ProtobufProblem::Truncated } else { ProtobufProblem::Varint })
}
