//! A call that fails at once.

use super::flavour::{Call, Flavour};
use super::status::{PARAMS, Status};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::http2::hpack::encode_standalone;
use crate::wire::http2::{compose, stream_of};

pub(super) const KIND: Kind = Kind {
    name: "trailers-only",
    family: Family::Grpc,
    meaning: "Answers with this status and nothing else: a head that ends the stream and has the status among its fields. In Connect: in the only \
              message.",
    standard: true,
    params: PARAMS,
    point: PointUse::None,
    breaks: true,
    samples: &["UNAVAILABLE", "UNAUTHENTICATED", "OK"],
    action: Action::Edit(answer),
};

fn answer(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut call = Call::of(scene)?;
    let status = Status::of(args);
    call.cut(0);
    if call.flavour == Flavour::Connect {
        call.end_with(&status);
        return Ok(call.answer.into_script(scene));
    }
    for (name, value) in status.fields() {
        call.answer.head.set(name, value.as_bytes());
    }
    if !scene.is_http2() {
        return Ok(call.answer.into_script(scene));
    }
    let block = encode_standalone(&call.answer.head.fields());
    let head = compose::headers(stream_of(scene.exchange), block, true);
    let (mut steps, _) = scene.cut(&Point::Head)?;
    steps.push(Step::Send(head.encode()));
    Ok(Script { steps })
}
