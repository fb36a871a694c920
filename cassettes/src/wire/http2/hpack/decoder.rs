//! Blocks into fields.

use bytes::Bytes;

use super::dynamic::{Entry, Table};
use super::{
    Field, HpackError, MAX_FIELDS, MAX_LIST_BYTES, MAX_TABLE_BYTES, fixed, integer, string,
};
use crate::wire::http2::setting::DEFAULT_HEADER_TABLE_SIZE;

/// Reads the header blocks of one direction of a connection. Give it every block, in order: each may refer to
/// those before it.
#[derive(Debug, Clone)]
pub struct Decoder {
    table: Table,
    /// What the table's size may be set to.
    max_table: usize,
    max_list: usize,
}

impl Decoder {
    /// For a peer that was told of these limits: its [`HEADER_TABLE_SIZE`](super::super::setting::HEADER_TABLE_SIZE)
    /// and the longest header list (which no peer may exceed by more than [`MAX_LIST_BYTES`] allows).
    pub fn new(max_table: usize, max_list: usize) -> Self {
        let table = Table::new(DEFAULT_HEADER_TABLE_SIZE as usize);
        Self { table, max_table, max_list: max_list.min(MAX_LIST_BYTES) }
    }

    /// For one who listens to others: what they allowed each other is not asked, up to [`MAX_TABLE_BYTES`].
    pub fn passive() -> Self {
        Self::new(MAX_TABLE_BYTES, MAX_LIST_BYTES)
    }

    /// The peer has acknowledged another table size.
    pub fn set_max_table(&mut self, max_table: usize) {
        self.max_table = max_table;
    }

    /// The fields of a whole block. After an error no further block means anything.
    pub fn decode(&mut self, block: &Bytes) -> Result<Vec<Field>, HpackError> {
        let mut input = &block[..];
        self.table_sizes(&mut input)?;
        let mut list = List { fields: Vec::new(), left: self.max_list };
        while let Some(first) = input.first() {
            let field = match first {
                0x80.. => self.indexed(&mut input)?,
                0x40.. => self.literal(block, &mut input, 6, true)?,
                0x20.. => return Err(HpackError::LateTableSize),
                0x10.. => Field { sensitive: true, ..self.literal(block, &mut input, 4, false)? },
                _ => self.literal(block, &mut input, 4, false)?,
            };
            list.push(field)?;
        }
        Ok(list.fields)
    }

    #[cfg(test)]
    pub(super) fn table_size(&self) -> usize {
        self.table.size()
    }

    /// "This dynamic table size update MUST occur at the beginning of the first header block" (§4.2).
    fn table_sizes(&mut self, input: &mut &[u8]) -> Result<(), HpackError> {
        while let Some(0x20..=0x3f) = input.first() {
            let size = integer::read(input, 5)?;
            if size > self.max_table {
                return Err(HpackError::TableSize);
            }
            self.table.set_max(size, |_, _| {});
        }
        Ok(())
    }

    fn indexed(&self, input: &mut &[u8]) -> Result<Field, HpackError> {
        let (name, value) = self.entry(integer::read(input, 7)?)?;
        Ok(Field { name, value, sensitive: false })
    }

    fn literal(
        &mut self,
        block: &Bytes,
        input: &mut &[u8],
        bits: u8,
        inserts: bool,
    ) -> Result<Field, HpackError> {
        let index = integer::read(input, bits)?;
        let name = match index {
            0 => string::read(block, input)?,
            _ => self.entry(index)?.0,
        };
        let value = string::read(block, input)?;
        let field = Field { name, value, sensitive: false };
        if inserts {
            self.table.insert(Entry::copy(&field.name, &field.value), |_, _| {});
        }
        Ok(field)
    }

    fn entry(&self, index: usize) -> Result<(Bytes, Bytes), HpackError> {
        if let Some((name, value)) = fixed::entry(index) {
            return Ok((Bytes::from_static(name), Bytes::from_static(value)));
        }
        let at = index.checked_sub(fixed::LEN + 1).ok_or(HpackError::Index)?;
        let entry = self.table.get(at).ok_or(HpackError::Index)?;
        Ok((entry.name.clone(), entry.value.clone()))
    }
}

/// What a block has given so far.
struct List {
    fields: Vec<Field>,
    /// How many bytes more it may have.
    left: usize,
}

impl List {
    fn push(&mut self, field: Field) -> Result<(), HpackError> {
        self.left = self.left.checked_sub(field.size()).ok_or(HpackError::ListTooLong)?;
        if self.fields.len() == MAX_FIELDS {
            return Err(HpackError::TooManyFields);
        }
        self.fields.push(field);
        Ok(())
    }
}
