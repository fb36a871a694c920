//! Replays cassettes as a server, and tells how the client changed.
//!
//! - [`verify`]: compares requests, and answers, and gives every difference
//! - [`diff`]: compares two cassettes
//! - [`report`]: what happened, for people, programs and CI

mod diff;
pub mod report;
pub mod verify;

pub use diff::{DiffError, Sides, diff, diff_sides};
