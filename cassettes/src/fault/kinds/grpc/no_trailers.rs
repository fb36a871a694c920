//! A call that ends without a status.

use super::flavour::Call;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "no-trailers",
    family: Family::Grpc,
    meaning: "Sends all messages, then ends the stream without trailers. In gRPC-Web and Connect: without the last message, which has the status.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(leave_out),
};

fn leave_out(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut call = Call::of(scene)?;
    if !call.has_messages() {
        return Err(Misfit::new("it needs a call with a message in its answer"));
    }
    call.cut(u64::MAX);
    Ok(call.answer.into_script(scene))
}
