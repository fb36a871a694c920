//! Faults on live traffic: bytes and time in, steps out. Nothing here touches a socket.
//!
//! - [`Faults`]: those in force in one session, and what came of them
//! - [`ConnectionFaults`]: one connection; it stands between what the server says and what the client gets
//! - `http1`, `http2`, `raw`: from bytes to exchanges, in each protocol
//! - `asking`: a request that still comes, and what is done at points of it; `sought`: where those are
//! - `asked`: what a client wants; `answer`: what it gets, and what is done to that; `hit`: when that is done; `held`: one that must be whole first
//! - `deafness`: whether a client is read from
//! - `voice`: whether that is bytes or frames; `shapers`: when it goes out; `burst`: one read's worth of it
//! - `finder`, `items`: a point in an answer that still comes
//! - [`Outlet`]: what one side is to get, and when; [`Act`] and [`Ending`]: what is done to it besides
//! - [`Met`]: a client that is met by faults, before anything is exchanged
//! - `shared`, `told`: what is counted over all connections, and said of it
//!
//! What breaks or shapes an answer does so while it comes: everything before the point has passed by then. What edits
//! one needs all of it, and holds it back until then.

mod answer;
mod asked;
mod asking;
mod burst;
mod connection;
mod deafness;
mod finder;
mod held;
mod hit;
mod http1;
mod http2;
mod items;
mod met;
mod outlet;
mod raw;
mod shapers;
mod shared;
mod sought;
#[cfg(test)]
mod tests;
mod told;
mod voice;

pub(crate) use connection::{ConnectionFaults, Link};
pub(crate) use met::Met;
pub(crate) use outlet::{Act, Ending};
pub use shared::{FaultTally, Faults};
pub use told::{FaultEvent, Outcome};
