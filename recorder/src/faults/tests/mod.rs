//! Plays: what a server says, cut anywhere, and what its client gets.

mod differential;
mod http2;
mod http2_requests;
mod play;
mod plays;
mod random;
mod requests;

use cassettes::fault::{Kind, PointUse, catalogue};

/// The kinds that are done to answers, whatever else they can be done to.
fn of_answers() -> impl Iterator<Item = &'static Kind> {
    catalogue().iter().copied().filter(|kind| !matches!(kind.point, PointUse::Request(_)))
}
