//! Any header blocks of one connection: what is read can be written again, both ways of writing, and means the same.
//!
//! Each block is a byte that may set the writer's table, a length, and as many bytes.

#![no_main]

use bytes::Bytes;
use cassettes::wire::http2::hpack::{
    Decoder, Encoder, MAX_FIELDS, MAX_LIST_BYTES, decode_standalone, encode_standalone,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let (mut decoder, mut encoder) = (Decoder::passive(), Encoder::new());
    let mut peer = Decoder::new(4096, MAX_LIST_BYTES);
    let mut rest = input;
    while let Some((&[table, len], after)) = rest.split_first_chunk() {
        let (block, after) = after.split_at(after.len().min(len.into()));
        rest = after;
        let Ok(fields) = decoder.decode(&Bytes::copy_from_slice(block)) else { return };
        let size: usize = fields.iter().map(|field| field.size()).sum();
        assert!(size <= MAX_LIST_BYTES && fields.len() <= MAX_FIELDS);

        let standalone = encode_standalone(&fields);
        assert_eq!(decode_standalone(&standalone).as_ref(), Ok(&fields));

        if table % 4 == 0 {
            encoder.set_max_table(u32::from(table) * 16);
        }
        assert_eq!(peer.decode(&encoder.encode(&fields)), Ok(fields));
    }
});
