//! Replays cassettes as a server, and tells how the client changed.
//!
//! - [`Deck`]: the loaded cassettes, with the index that finds the exchange for a request
//! - [`Stage`]: a replay: a deck, [`ReplayOptions`], [`Rules`](verify::Rules), and what happened so far
//! - [`Arrival`]: how a client came
//! - [`Player`]: the server's part on one connection, sans-io
//! - [`serve`], [`serve_here`]: players on sockets; in TLS by [`Certificates`]
//! - [`verify`]: compares requests, and answers, and gives every difference
//! - [`diff`]: compares two cassettes
//! - [`report`]: what happened, for people, programs and CI
//! - [`sweep`]: every fault against a command, and what came of it

mod arrival;
mod deck;
mod diff;
mod driver;
#[cfg(test)]
mod mutated_tests;
mod options;
mod player;
pub mod report;
mod select;
mod stage;
pub mod sweep;
#[cfg(test)]
mod testing;
pub mod verify;

pub use arrival::Arrival;
pub use deck::{Deck, DeckError, NamedReader};
pub use diff::{DiffError, Sides, diff, diff_sides};
pub use driver::{Certificates, Listener, serve, serve_here};
pub use options::{HttpMatch, Limits, Order, Pace, PaceError, ReplayOptions};
pub use player::{Action, Player};
pub use stage::{Refusal, Stage, UnusedFault};
