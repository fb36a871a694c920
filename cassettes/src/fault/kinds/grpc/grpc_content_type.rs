//! Messages that are said to be something else.

use super::flavour::Call;
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "grpc-content-type",
    family: Family::Grpc,
    meaning: "Sends the same answer with another `content-type`.",
    standard: false,
    params: &[Param::place("type", ParamType::Text, "default: `text/html`").optional()],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(relabel),
};

fn relabel(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut call = Call::of(scene)?;
    let kind = args.text("type").unwrap_or("text/html");
    call.answer.head.set("content-type", kind.as_bytes());
    Ok(call.answer.into_script(scene))
}
