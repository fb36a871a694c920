//! Any bytes as packets of any link type: each is accounted for, and no segment has more data than its packets.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use recorder::capture::{LinkType, Packet, UnixNanos};
use recorder::packet::{Options, Unwrapper};

fuzz_target!(|input: (u16, bool, &[u8])| {
    let (link, outer, mut rest) = input;
    let mut unwrapper = Unwrapper::new(Options { outer });
    let mut received = 0;
    while let [second, missing, low, high, following @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let (data, following) = following.split_at(following.len().min(length));
        rest = following;
        received += data.len();
        let packet = Packet {
            at: UnixNanos::new(u32::from(*second), 0),
            link: LinkType(link % 300),
            data: Bytes::copy_from_slice(data),
            original_len: data.len() as u32 + u32::from(*missing),
            interface: 0,
        };
        if let Some(segment) = unwrapper.receive(packet) {
            assert!(segment.payload.len() <= received);
            assert!(segment.cut <= u32::from(*missing));
        }
    }
    unwrapper.finish();
    let tally = unwrapper.tally();
    let skipped: u64 = tally.skipped.values().sum();
    assert_eq!(tally.packets, tally.segments + tally.joined + skipped);
    assert!(tally.skipped.keys().all(|it| !it.to_string().is_empty()));
});
