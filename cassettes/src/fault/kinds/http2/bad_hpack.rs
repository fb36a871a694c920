//! A header block that cannot be read.

use super::{headers, with_head};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;
use crate::wire::http2::flag;

pub(super) const KIND: Kind = Kind {
    name: "bad-hpack",
    family: Family::Http2,
    meaning: "Sends a header block that no decoder can read in the place of the head's: it refers to an entry that no table has, holds Huffman \
              code that ends amid a character, or a length beyond its end. An error of the whole connection, of the kind COMPRESSION_ERROR.",
    standard: false,
    params: &[Param::place("what", ParamType::Word(WHAT), "what is wrong with it")],
    point: PointUse::None,
    breaks: true,
    samples: WHAT,
    action: Action::Edit(spoil),
};

const WHAT: &[&str] = &["index", "huffman", "length"];

fn spoil(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let block: &[u8] = match args.text("what") {
        // Indexed field (RFC 7541 §6.1), index 127 + 2^21 - 1.
        Some("index") => &[0xff, 0xff, 0xff, 0x7f],
        // A literal whose name is one byte of Huffman code: `0`, and padding that is not the start of EOS (§5.2).
        Some("huffman") => &[0x00, 0x81, 0x00, 0x01, b'x'],
        _ => &[0x00, 0x7e, b'x'],
    };
    with_head(scene, |head| headers(head, block.to_vec(), flag::END_HEADERS))
}
