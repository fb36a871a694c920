//! Frames and header blocks, cut and broken, and against what the `h2` crate makes of them.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

mod against_h2;
mod conversation;
mod frames;
mod standalone;

/// Any frame that a peer may send.
fn frame() -> impl Strategy<Value = Frame> {
    let stream = 1_u32..1 << 31;
    let payload = || vec(any::<u8>(), 0..200).prop_map(Bytes::from);
    let padded = (stream.clone(), any::<u8>(), payload(), 0_u8..20).prop_map(padded_frame);
    let fixed = (stream.clone(), any::<u32>()).prop_flat_map(|(stream, number)| {
        proptest::sample::select(vec![
            compose::rst_stream(stream, ErrorCode(number)),
            compose::window_update(stream, number),
            compose::window_update(0, number),
            compose::settings(&[(setting::INITIAL_WINDOW_SIZE, number), (0xfff0, number)]),
            compose::settings_ack(),
            compose::ping([7; 8]),
            compose::goaway(stream, ErrorCode(number), b"so long"),
            Frame::new(Kind::Priority, 0, stream, Bytes::from_static(&[1, 2, 3, 4, 5])),
        ])
    });
    let unknown = (10_u8.., any::<u8>(), 0_u32..1 << 31, payload())
        .prop_map(|(kind, flags, stream, payload)| Frame::new(kind.into(), flags, stream, payload));
    prop_oneof![2 => padded, 2 => fixed, 1 => unknown]
}

/// DATA, padded if the flags say so.
fn padded_frame((stream, flags, data, pad): (u32, u8, Bytes, u8)) -> Frame {
    if flags & flag::PADDED == 0 {
        return Frame::new(Kind::Data, flags, stream, data);
    }
    let payload = [&[pad], &data[..], &vec![0; pad.into()]].concat();
    Frame::new(Kind::Data, flags, stream, payload.into())
}
