//! A sweep's report: for people, programs, CI, and browsers.
//!
//! - [`text`], [`json`], [`junit`], [`html`]: the formats, each with a `write`; [`json::read`] reads
//!   one back
//! - [`reproduce`]: the command that runs one point again

pub mod html;
pub mod json;
pub mod junit;
mod reproduce;
mod table;
pub mod text;
mod words;

pub use reproduce::{quoted, reproduce};

#[cfg(test)]
mod schema_tests;
#[cfg(test)]
pub(super) mod tests;
