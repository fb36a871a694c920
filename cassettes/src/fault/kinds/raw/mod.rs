//! Dialects of plain TCP, and whatever else consists of messages.

mod cut_message;
mod error_reply;
mod postgres;
#[cfg(test)]
mod tests;
mod wrong_length;

use super::places::Content;
use crate::fault::{Kind, Misfit, Scene};
use crate::wire::dialects::Dialect;

pub(super) const KINDS: &[&Kind] = &[&error_reply::KIND, &cut_message::KIND, &wrong_length::KIND];

/// What is said, and in which dialect.
fn spoken(scene: &Scene<'_>) -> Result<(Content, Dialect), Misfit> {
    let content = Content::of(scene);
    let needs =
        || Misfit::new("it needs plain TCP in a dialect that is known: RESP, PostgreSQL, or lines");
    let dialect = content.layout.dialect.ok_or_else(needs)?;
    Ok((content, dialect))
}
