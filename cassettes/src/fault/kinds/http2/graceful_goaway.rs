//! A connection ends as a server does that is shut down.

use super::stream;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::http2::{ErrorCode, compose};

pub(super) const KIND: Kind = Kind {
    name: "graceful-goaway",
    family: Family::Http2,
    meaning: "Announces with GOAWAY (NO_ERROR, last stream 2^31-1) before the answer that the connection will end, gives the answer, and says with a \
              second GOAWAY that this stream was the last (RFC 9113 \u{a7}6.8). Then the connection closes.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: false,
    samples: &[""],
    action: Action::Edit(goaway),
};

/// No stream has a larger number.
const LAST: u32 = (1 << 31) - 1;

fn goaway(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let own = stream(scene)?;
    let say = |last| Step::Send(compose::goaway(last, ErrorCode::NO_ERROR, b"").encode());
    let (mut steps, rest) = scene.cut(&Point::Head)?;
    steps.push(say(LAST));
    steps.extend(rest);
    steps.push(say(own));
    Ok(Script { steps })
}
