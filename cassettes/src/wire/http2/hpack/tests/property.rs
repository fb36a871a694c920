//! Whatever is written is read.

use bytes::BytesMut;
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::huffman;
use super::*;

fn name() -> impl Strategy<Value = Vec<u8>> {
    let known = proptest::sample::select(vec![
        ":method",
        ":path",
        ":status",
        "accept",
        "cookie",
        "set-cookie",
        "date",
        "via",
        "x-own",
    ]);
    prop_oneof![4 => known.prop_map(|name| name.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..40)]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let known = proptest::sample::select(vec!["", "GET", "/", "200", "a=b", "gzip, deflate"]);
    prop_oneof![
        3 => known.prop_map(|value| value.as_bytes().to_vec()),
        2 => "[ -~]{0,60}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..1500),
    ]
}

fn field() -> impl Strategy<Value = Field> {
    (name(), value(), prop::bool::weighted(0.1)).prop_map(|(name, value, sensitive)| Field {
        name: name.into(),
        value: value.into(),
        sensitive,
    })
}

proptest! {
    #[test]
    fn a_standalone_block_gives_back_its_fields(fields in vec(field(), 0..30)) {
        let block = encode_standalone(&fields);
        prop_assert_eq!(decode_standalone(&block), Ok(fields.clone()));
        prop_assert_eq!(encode_standalone(&decode_standalone(&block).unwrap()), block);
    }

    #[test]
    fn huffman_text_gives_back_its_bytes(text in vec(any::<u8>(), 0..300)) {
        let (mut coded, mut decoded) = (BytesMut::new(), BytesMut::new());
        huffman::encode(&text, &mut coded);
        prop_assert_eq!(coded.len(), huffman::encoded_len(&text));
        huffman::decode(&coded, &mut decoded).unwrap();
        prop_assert_eq!(decoded, text);
    }

    /// Table sizes may change between blocks, more than once.
    #[test]
    fn a_connections_blocks_give_back_their_fields(
        blocks in vec((vec(0_u32..5000, 0..3), vec(field(), 0..12)), 1..30),
    ) {
        let (mut encoder, mut decoder) = (Encoder::new(), Decoder::new(4096, MAX_LIST_BYTES));
        for (sizes, fields) in blocks {
            for size in sizes {
                encoder.set_max_table(size);
                decoder.set_max_table(size.max(4096) as usize);
            }
            prop_assert_eq!(decoder.decode(&encoder.encode(&fields)), Ok(fields));
        }
    }

    #[test]
    fn no_block_is_too_odd(blocks in vec(vec(any::<u8>(), 0..200), 0..10)) {
        let mut decoder = Decoder::passive();
        for block in blocks {
            if let Ok(fields) = decoder.decode(&block.into()) {
                prop_assert_eq!(decode_standalone(&encode_standalone(&fields)), Ok(fields));
            }
        }
    }
}
