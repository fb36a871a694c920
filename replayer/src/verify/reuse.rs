//! Whether a request came on a fresh connection, or on one that was used before.

use super::{Mismatch, Place, Rules};

/// Compares by the request's place on its connection, counted from 0. Only fresh or not counts: how
/// many came before depends on what else the client did.
pub fn connection_reuse(expected: u32, actual: u32, rules: &Rules) -> Option<Mismatch> {
    let gravity = rules.connection_reuse.gravity()?;
    let name =
        |ordinal| if ordinal == 0 { "on a fresh connection" } else { "on a used connection" };
    let differs = (expected == 0) != (actual == 0);
    differs
        .then(|| Mismatch::changed(Place::ConnectionReuse, gravity, name(expected), name(actual)))
}
