//! What the network does.

mod close;
mod half_close;
mod latency;
mod reset;
mod stall;

use crate::fault::Kind;

pub(super) const KINDS: &[&Kind] =
    &[&close::KIND, &reset::KIND, &half_close::KIND, &stall::KIND, &latency::KIND];
