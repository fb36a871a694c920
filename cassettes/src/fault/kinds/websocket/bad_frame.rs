//! A frame that breaks the protocol.

use super::{between_frames, cut, web_socket};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::websocket::{Opcode, encode, unmask};

pub(super) const KIND: Kind = Kind {
    name: "bad-frame",
    family: Family::WebSocket,
    meaning: "Puts a frame in at the point that a client must not take (RFC 6455 \u{a7}5): with a reserved bit, or a reserved opcode; masked, as only a \
              client's are; one of 2^63 bytes; the continuation of nothing; a ping of 126 bytes, or in fragments. The rest follows.",
    standard: false,
    params: &[Param::place("what", ParamType::Word(WHAT), "what is wrong with it")],
    point: PointUse::Default(Point::Message(1)),
    breaks: true,
    samples: WHAT,
    action: Action::Edit(put_in),
};

const WHAT: &[&str] = &[
    "reserved-bit",
    "reserved-opcode",
    "masked",
    "huge-length",
    "continuation",
    "long-ping",
    "fragmented-ping",
];

const TEXT: &[u8] = b"retape";

fn put_in(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (content, _) = web_socket(scene)?;
    let place = between_frames(&content, at.unwrap_or(&Point::Message(1)))?;
    let frame = frame(args.text("what").unwrap_or("reserved-bit"));
    let (mut steps, rest) = cut(scene, place)?;
    steps.push(Step::Send(scene.as_sent(frame.into())));
    steps.extend(rest);
    Ok(Script { steps })
}

fn frame(what: &str) -> Vec<u8> {
    match what {
        // RSV2, which no extension has claimed.
        "reserved-bit" => with_first(encode(Opcode::Text, TEXT), |first| first | 0x20),
        "reserved-opcode" => with_first(encode(Opcode::Text, TEXT), |first| first & 0xf0 | 3),
        "masked" => masked(),
        "huge-length" => [&[0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0][..], TEXT].concat(),
        "continuation" => encode(Opcode::Continuation, TEXT),
        "long-ping" => encode(Opcode::Ping, &[b'x'; 126]),
        _ => with_first(encode(Opcode::Ping, b"x"), |first| first & 0x7f),
    }
}

fn with_first(mut frame: Vec<u8>, change: impl Fn(u8) -> u8) -> Vec<u8> {
    frame.first_mut().into_iter().for_each(|first| *first = change(*first));
    frame
}

fn masked() -> Vec<u8> {
    const MASK: [u8; 4] = [1, 2, 3, 4];
    let mut payload = TEXT.to_vec();
    unmask(&mut payload, MASK, 0);
    let len = u8::try_from(TEXT.len()).unwrap_or(0);
    [&[0x81, 0x80 | len][..], &MASK, &payload].concat()
}
