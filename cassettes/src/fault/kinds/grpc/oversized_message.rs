//! A message that is larger than a client takes.

use super::{encode, message};
use crate::fault::{
    Action, Args, Family, Item, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "oversized-message",
    family: Family::Grpc,
    meaning: "Sends a message of so many bytes in the place of one: a field that nobody knows, of zeros.",
    standard: false,
    params: &[Param::place(
        "size",
        ParamType::Bytes,
        "default: 4194305, one more than most clients take",
    )
    .optional()],
    point: PointUse::Default(Point::Message(1)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(enlarge),
};

/// gRPC's usual limit for a message that is received.
const USUAL_LIMIT: u64 = 4 << 20;

/// Largest message that is made. It is held in memory for each client.
const MAX_MESSAGE_BYTES: u64 = 64 << 20;

/// Field 15, of the type that says its length (protobuf, "Encoding").
const TAG: u8 = 15 << 3 | 2;

fn enlarge(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (range, _) = message(scene, at)?;
    let size = args.bytes("size").unwrap_or(USUAL_LIMIT + 1);
    if !(6..=MAX_MESSAGE_BYTES).contains(&size) {
        return Err(Misfit::new(format!("a message is made of 6 to {MAX_MESSAGE_BYTES} bytes")));
    }
    // A length of five bytes, whatever its value.
    let len = size - 6;
    let seven = |shift: u32| u8::try_from(len >> shift & 0x7f).unwrap_or(0);
    let mut payload =
        vec![TAG, seven(0) | 0x80, seven(7) | 0x80, seven(14) | 0x80, seven(21) | 0x80, seven(28)];
    payload.resize(usize::try_from(size).unwrap_or(0), 0);
    let message = encode(0, u32::try_from(size).unwrap_or(u32::MAX), &payload);
    scene.replace(Item::Content(range), message)
}
