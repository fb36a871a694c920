//! More pings than anybody needs.

use super::{between_frames, cut, web_socket};
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::websocket::{Opcode, encode};

pub(super) const KIND: Kind = Kind {
    name: "ping-flood",
    family: Family::WebSocket,
    meaning: "Puts so many pings in at the point, each with its number; the rest follows.",
    standard: false,
    params: &[Param::place("count", ParamType::Number(1, 100_000), "default: 1000").optional()],
    point: PointUse::Default(Point::AfterHeaders),
    breaks: false,
    samples: &[""],
    action: Action::Edit(flood),
};

fn flood(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (content, _) = web_socket(scene)?;
    let place = between_frames(&content, at.unwrap_or(&Point::AfterHeaders))?;
    let count = args.number("count").unwrap_or(1000);
    let ping = |number: i64| encode(Opcode::Ping, number.to_string().as_bytes());
    let pings: Vec<u8> = (1..=count).flat_map(ping).collect();
    let (mut steps, rest) = cut(scene, place)?;
    steps.push(Step::Send(scene.as_sent(pings.into())));
    steps.extend(rest);
    Ok(Script { steps })
}
