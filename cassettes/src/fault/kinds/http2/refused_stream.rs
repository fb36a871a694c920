//! A request that was not even looked at.

use super::{before_head, stream};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::http2::{ErrorCode, compose};

pub(super) const KIND: Kind = Kind {
    name: "refused-stream",
    family: Family::Http2,
    meaning: "Sends `RST_STREAM` with REFUSED_STREAM in the place of the answer: nothing was done about the request, and it can safely be sent again.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(refuse),
};

fn refuse(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let stream = stream(scene)?;
    let mut steps = before_head(scene)?;
    steps.push(Step::Send(compose::rst_stream(stream, ErrorCode::REFUSED_STREAM).encode()));
    Ok(Script { steps })
}
