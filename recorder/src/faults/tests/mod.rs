//! Plays: what a server says, cut anywhere, and what its client gets.

mod differential;
mod http2;
mod play;
mod plays;
mod random;
mod requests;
