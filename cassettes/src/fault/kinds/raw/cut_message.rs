//! A message that is not whole.

use crate::fault::kinds::places::{Content, middle};
use crate::fault::{Action, Args, Break, End, Family, Kind, Misfit, Point, PointUse, Scene, edit};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "cut-message",
    family: Family::Raw,
    meaning: "Takes `at message K`. Sends all before the middle of that message, then FIN; over HTTP/2 `END_STREAM`. Of any protocol with \
              messages: WebSocket and gRPC too.",
    standard: false,
    params: &[],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Edit(cut),
};

fn cut(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let range = Content::of(scene).thing(at.unwrap_or(&Point::Message(1)), "message")?;
    let broken = Break { end: Some(End::Close), ..Break::default() };
    edit::break_at(scene, &Point::Body(middle(&range)), broken)
}
