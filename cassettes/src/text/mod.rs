//! The text form of a cassette: for git, for review, and for writing by hand. `TEXT.md` describes
//! it for people.
//!
//! [`script_lines`] and [`reception_lines`] show what is staged.
//!
//! [`write()`] and [`read()`] are inverse for every cassette: whatever the readable notation cannot
//! say exactly is written raw. What a person leaves out is derived in one place, `message`; the
//! writer asks it what would be derived before it leaves anything out.
//!
//! Inside, from the bottom: `tree` (bounded YAML with places), `fields` (known keys), `spelling`,
//! `json`, `quantity`, `notation`, `steps` (the small languages), `head`, `message` and `reads` (what they add up
//! to), `http2` (frames), and on these `read` and `write`. `faults` reads files of faults.

mod error;
mod faults;
mod fields;
mod head;
mod http2;
mod json;
mod message;
mod notation;
mod quantity;
mod read;
mod reads;
mod spelling;
pub(crate) mod status;
mod steps;
mod tls;
mod tree;
mod write;

pub use error::{Problem, TextError};
pub use steps::{reception_lines, script_lines};

use crate::model::Cassette;

/// The version of the text form, as in `retape: 1`.
///
/// - 1: the first
pub const VERSION: u64 = 1;

/// Largest text that is read. It is held in memory several times over, and no person reviews it:
/// larger recordings belong into the binary form.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024 * 1024;

/// Most YAML values in a text: some thirty for each of 100,000 exchanges. Each costs memory far
/// over the one byte that it may take in the text.
pub const MAX_NODES: usize = 4_000_000;

/// Deepest nesting: reading is recursive. The form itself needs 6 levels, a JSON body written as
/// YAML may use the rest; written as JSON text it counts as one.
pub const MAX_DEPTH: usize = 64;

/// `cassette` as text, which [`read`] gives back exactly. No bytes are left out, however many; a
/// text over [`MAX_DOCUMENT_BYTES`] will not be read again.
pub fn write(cassette: &Cassette) -> String {
    write::write(cassette)
}

/// The cassette that `yaml` describes.
pub fn read(yaml: &str) -> Result<Cassette, TextError> {
    read::read(yaml).map_err(|error| error.locate(yaml))
}

/// The faults that a file in `yaml` lists.
pub(crate) fn read_faults(yaml: &str) -> Result<crate::fault::Overlay, TextError> {
    faults::read(yaml).map_err(|error| error.locate(yaml))
}

#[cfg(test)]
mod errors;
#[cfg(test)]
mod library;
#[cfg(test)]
mod tests;
