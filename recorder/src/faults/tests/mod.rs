//! Plays: what a server says, cut anywhere, and what its client gets.

mod differential;
mod play;
mod plays;
