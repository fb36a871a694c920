//! Blocks that no honest peer sends.

use bytes::BytesMut;

use super::super::huffman;
use super::*;

fn decode(block: &str) -> Result<Vec<Field>, HpackError> {
    decode_standalone(&hex(block))
}

#[test]
fn a_block_cut_anywhere_inside_a_field_is_an_error() {
    let block = encode_standalone(&fields(&[(":path", "/index.html"), ("cookie", "a=b")]));
    let whole = decode_standalone(&block).unwrap();
    for end in 0..block.len() {
        match decode_standalone(&block[..end]) {
            Ok(fields) => assert_eq!(fields, whole[..fields.len()]),
            Err(error) => assert_eq!(error, HpackError::CutShort),
        }
    }
}

#[test]
fn entries_that_there_are_not_are_errors() {
    for block in ["80", "be", "ffffff7f", "7f9f9f9f00"] {
        assert_eq!(decode(block), Err(HpackError::Index), "{block}");
    }
    assert_eq!(decode("ffffffffff7f"), Err(HpackError::Integer));
}

#[test]
fn a_table_size_may_only_be_set_first_and_only_so_high() {
    assert_eq!(decode("2020203fe10182"), Ok(fields(&[(":method", "GET")])));
    assert_eq!(decode("8220"), Err(HpackError::LateTableSize));
    assert_eq!(decode("3fe2ff3f"), Err(HpackError::TableSize));
    assert_eq!(Decoder::new(0, 1000).decode(&hex("21")), Err(HpackError::TableSize));
}

#[test]
fn a_small_block_cannot_claim_a_huge_list() {
    let long = "v".repeat(3000);
    let mut block = hex("4001787fb916").to_vec();
    block.extend_from_slice(long.as_bytes());
    let fields = decode_standalone(&block).unwrap();
    assert_eq!(fields, [Field::new("x", long)]);
    block.extend([0xbe; 1000]);
    assert_eq!(decode_standalone(&block), Err(HpackError::ListTooLong));
    assert_eq!(decode_standalone(&[0x82; MAX_FIELDS + 1]), Err(HpackError::TooManyFields));
    assert_eq!(Decoder::new(0, 100).decode(&hex("828282")), Err(HpackError::ListTooLong));
}

#[test]
fn an_entry_larger_than_the_table_empties_it() {
    let mut decoder = Decoder::passive();
    decoder.decode(&hex("4001610162")).unwrap();
    assert_eq!(decoder.table_size(), 34);
    let mut block = hex("3f094001617f").to_vec();
    block.extend([0x00]);
    block.extend([b'v'; 127]);
    decoder.decode(&block.into()).unwrap();
    assert_eq!(decoder.table_size(), 0);
}

#[test]
fn huffman_padding_is_short_and_all_ones() {
    let decode = |text: &str| {
        let mut out = BytesMut::new();
        huffman::decode(&hex(text), &mut out).map(|()| out.freeze())
    };
    assert_eq!(decode("1f"), Ok("a".into()));
    assert_eq!(decode(""), Ok("".into()));
    // Zeros after the `a`; a whole byte of padding; the end of a string, spelled out.
    for wrong in ["18", "1fff", "ff", "ffffffff", "ffffffffff", "1ffffffffc"] {
        assert_eq!(decode(wrong), Err(HpackError::Huffman), "{wrong}");
    }
}
