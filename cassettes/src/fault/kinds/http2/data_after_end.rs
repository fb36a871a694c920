//! A server goes on where it had ended.

use bytes::Bytes;

use super::stream;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::http2::compose;

pub(super) const KIND: Kind = Kind {
    name: "data-after-end",
    family: Family::Http2,
    meaning: "Sends the whole answer, then DATA on the same stream, which has ended: an error of the kind STREAM_CLOSED (RFC 9113 \u{a7}5.1).",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: false,
    samples: &[""],
    action: Action::Edit(go_on),
};

fn go_on(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let data = compose::data(stream(scene)?, Bytes::from_static(b"after the end"), false);
    if scene.layout().end.is_none() {
        return Err(Misfit::new("it needs an answer that ends its stream"));
    }
    let mut steps = std::mem::take(&mut scene.script.steps);
    steps.push(Step::Send(data.encode()));
    Ok(Script { steps })
}
