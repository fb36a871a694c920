//! A record that nobody with the keys has made.

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

use super::beneath::{APPLICATION_DATA, record, send_at};

pub(super) const KIND: Kind = Kind {
    name: "bad-record-mac",
    family: Family::Tls,
    meaning: "Sends exactly the bytes before the point, then a record of random bytes, the same for a seed, whose MAC is wrong. Over HTTP/2 it ends the connection, with all its streams.",
    standard: true,
    params: &[],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Edit(bad_record_mac),
};

/// Longer than any MAC, so that it is the MAC that is wrong.
const RECORD_BYTES: usize = 64;

fn bad_record_mac(
    scene: &mut Scene<'_>,
    _args: &Args,
    at: Option<&Point>,
) -> Result<Script, Misfit> {
    let garbage = scene.random.bytes(RECORD_BYTES);
    send_at(scene, at, record(APPLICATION_DATA, &garbage))
}
