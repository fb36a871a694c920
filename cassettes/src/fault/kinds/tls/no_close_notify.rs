//! The truncation attack.

use crate::fault::edit::break_at;
use crate::fault::{Action, Args, Break, End, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

use super::beneath::need_tls;

pub(super) const KIND: Kind = Kind {
    name: "no-close-notify",
    family: Family::Tls,
    meaning: "Sends exactly the bytes before the point, then FIN without the `close_notify` that TLS demands before it. Over HTTP/2 it ends the connection, with all its streams.",
    standard: true,
    params: &[],
    point: PointUse::Default(Point::End),
    breaks: true,
    samples: &[""],
    action: Action::Edit(no_close_notify),
};

fn no_close_notify(
    scene: &mut Scene<'_>,
    _args: &Args,
    at: Option<&Point>,
) -> Result<Script, Misfit> {
    need_tls(scene)?;
    let broken = Break { end: Some(End::Cut), connection: true, ..Break::default() };
    break_at(scene, at.unwrap_or(&Point::End), broken)
}
