//! Replays cassettes as a server, and tells how the client changed.
//!
//! - [`verify`]: compares requests, and answers, and gives every difference
//! - [`report`]: what happened, for people, programs and CI

pub mod report;
pub mod verify;
