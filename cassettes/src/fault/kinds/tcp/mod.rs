//! What the network does.

mod accept_close;
mod accept_delay;
mod accept_reset;
mod accept_silent;
mod close;
mod half_close;
mod latency;
mod refuse;
mod reset;
mod stall;

use crate::fault::Kind;

pub(super) const KINDS: &[&Kind] = &[
    &refuse::KIND,
    &accept_close::KIND,
    &accept_reset::KIND,
    &accept_silent::KIND,
    &accept_delay::KIND,
    &close::KIND,
    &reset::KIND,
    &half_close::KIND,
    &stall::KIND,
    &latency::KIND,
];
