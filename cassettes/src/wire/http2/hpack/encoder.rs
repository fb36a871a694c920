//! Fields into blocks, for a live peer.

use bytes::{Bytes, BytesMut};

use super::dynamic::{Entry, Table};
use super::hash::{ByHash, Hashes};
use super::{Field, fixed, integer, string};
use crate::wire::http2::setting::DEFAULT_HEADER_TABLE_SIZE;

/// Largest table that is kept for a peer, whatever it allows. What repeats in one connection's heads is a few
/// kilobytes.
const MAX_TABLE_BYTES: usize = 16 * 1024;

/// Names of fields whose values hardly ever come twice: they would only push others out.
const UNIQUE: [&[u8]; 12] = [
    b":path",
    b"age",
    b"content-length",
    b"content-range",
    b"date",
    b"etag",
    b"if-modified-since",
    b"if-none-match",
    b"last-modified",
    b"location",
    b"range",
    b"set-cookie",
];

/// Writes the header blocks of one direction of a connection. The blocks must reach the peer in the order in which
/// they were made, each of them.
#[derive(Debug, Clone)]
pub struct Encoder {
    table: Table,
    /// Numbers of entries, by the hash of a name, and of a name and value. A hash that two share leads to one of them:
    /// what it leads to is compared.
    names: Ids,
    fields: Ids,
    sizes: Sizes,
}

type Ids = ByHash<u64>;

/// Table sizes that the peer is yet to be told of.
#[derive(Debug, Clone, Copy, Default)]
struct Sizes {
    /// The smallest since the last block, if that is not `last`.
    least: Option<usize>,
    last: Option<usize>,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// For a peer that has said nothing about its table.
    pub fn new() -> Self {
        Self {
            table: Table::new(DEFAULT_HEADER_TABLE_SIZE as usize),
            names: Ids::default(),
            fields: Ids::default(),
            sizes: Sizes::default(),
        }
    }

    /// The peer's [`HEADER_TABLE_SIZE`](super::super::setting::HEADER_TABLE_SIZE), from when it is acknowledged.
    pub fn set_max_table(&mut self, max: u32) {
        let max = usize::try_from(max).unwrap_or(usize::MAX).min(MAX_TABLE_BYTES);
        let now = self.sizes.last.unwrap_or(self.table.max());
        if max == now {
            return;
        }
        let least = self.sizes.least.unwrap_or(self.table.max()).min(now).min(max);
        self.sizes = Sizes { least: Some(least), last: Some(max) };
    }

    /// A block with these fields.
    pub fn encode(&mut self, fields: &[Field]) -> Bytes {
        let text: usize = fields.iter().map(|field| field.name.len() + field.value.len()).sum();
        let mut block = BytesMut::with_capacity(text + 8);
        self.encode_into(fields, &mut block);
        block.freeze()
    }

    /// A block with these fields, after what is there.
    pub fn encode_into(&mut self, fields: &[Field], block: &mut BytesMut) {
        self.write_sizes(block);
        for field in fields {
            self.write_field(field, block);
        }
    }

    /// "In the case that this size is changed more than once in the interval between the transmission of two
    /// header blocks, the smallest maximum table size MUST be signaled", then the last one (§4.2).
    fn write_sizes(&mut self, block: &mut BytesMut) {
        let Sizes { least, last } = std::mem::take(&mut self.sizes);
        let least = least.filter(|least| Some(*least) != last && *least < self.table.max());
        for size in least.into_iter().chain(last) {
            integer::write(block, 0x20, 5, size);
            let (names, fields) = (&mut self.names, &mut self.fields);
            self.table.set_max(size, |entry, id| forget(names, fields, entry, id));
        }
    }

    fn write_field(&mut self, field: &Field, block: &mut BytesMut) {
        let hashes = Hashes::of(&field.name, &field.value);
        let fixed = fixed::name(&field.name, hashes.name);
        let name = || fixed.or_else(|| self.find_name(&field.name, hashes.name)).unwrap_or(0);
        if field.sensitive {
            return write_literal(0x10, 4, name(), field, block);
        }
        if let Some(index) = fixed.and_then(|at| fixed::field(at, &field.name, &field.value)) {
            return integer::write(block, 0x80, 7, index);
        }
        if self.leaves_out(field) {
            return write_literal(0x00, 4, name(), field, block);
        }
        if let Some(index) = self.find_field(field, hashes.field) {
            return integer::write(block, 0x80, 7, index);
        }
        write_literal(0x40, 6, name(), field, block);
        self.insert(field, hashes);
    }

    /// Whether a field is not to be put into the table: its value will not come again, or takes too much room there.
    fn leaves_out(&self, field: &Field) -> bool {
        field.size() > self.table.max() / 2 || UNIQUE.contains(&&field.name[..])
    }

    fn find_field(&self, field: &Field, hash: u64) -> Option<usize> {
        let id = *self.fields.get(&hash)?;
        let at = self.table.place(id)?;
        let same = |entry: &Entry| entry.name == field.name && entry.value == field.value;
        self.table.get(at).is_some_and(same).then_some(fixed::LEN + 1 + at)
    }

    fn find_name(&self, name: &[u8], hash: u64) -> Option<usize> {
        let at = self.table.place(*self.names.get(&hash)?)?;
        self.table.get(at).is_some_and(|entry| entry.name == name).then_some(fixed::LEN + 1 + at)
    }

    fn insert(&mut self, field: &Field, hashes: Hashes) {
        let (names, fields) = (&mut self.names, &mut self.fields);
        let entry = Entry::copy(&field.name, &field.value);
        let id = self.table.next_id();
        self.table.insert(entry, |entry, id| forget(names, fields, entry, id));
        names.insert(hashes.name, id);
        fields.insert(hashes.field, id);
    }
}

/// Writes a field in full, with the name at this index; 0: in full, too.
fn write_literal(first: u8, bits: u8, name: usize, field: &Field, block: &mut BytesMut) {
    integer::write(block, first, bits, name);
    if name == 0 {
        string::write_shortest(&field.name, block);
    }
    string::write_shortest(&field.value, block);
}

fn forget(names: &mut Ids, fields: &mut Ids, entry: &Entry, id: u64) {
    let hashes = Hashes::of(&entry.name, &entry.value);
    for (ids, hash) in [(names, hashes.name), (fields, hashes.field)] {
        if ids.get(&hash) == Some(&id) {
            ids.remove(&hash);
        }
    }
}
