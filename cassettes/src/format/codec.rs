//! The one place that touches bincode: flat records to metadata bytes and back.
//!
//! bincode's varint layout, little-endian, as its `docs/spec.md` (2.0.1) says; `FORMAT.md` repeats what is used of it.

use bincode::config::{Configuration, Limit, LittleEndian, Varint, standard};
use bincode::{Decode, Encode};

use super::damage::What;
use super::frame::MAX_META_BYTES;

/// Bounds what a length inside the metadata can make the decoder allocate. A full chunk table claims a fifth of it.
const LIMIT: usize = MAX_META_BYTES;

const CONFIG: Configuration<LittleEndian, Varint, Limit<LIMIT>> = standard().with_limit::<LIMIT>();

/// Appends a record's metadata.
#[expect(
    clippy::expect_used,
    reason = "flat records have no value that bincode refuses, and a Vec takes all"
)]
pub(super) fn encode_into(record: &impl Encode, out: &mut Vec<u8>) {
    bincode::encode_into_std_write(record, out, CONFIG).expect("encoding into memory");
}

/// A record from its metadata, all of it.
pub(super) fn decode<R: Decode<()>>(meta: &[u8]) -> Result<R, What> {
    let (record, consumed) = bincode::decode_from_slice(meta, CONFIG)
        .map_err(|error| What::BadMeta(error.to_string()))?;
    if consumed == meta.len() {
        return Ok(record);
    }
    Err(What::Disagrees {
        what: "the length of its metadata",
        expected: consumed as u64,
        found: meta.len() as u64,
    })
}
