//! Where a text is no filter.

use std::ops::Range;

/// Why a text is no filter: where, and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {}: expected {expected}, found {found}", span.start + 1)]
pub struct FilterError {
    /// Which characters of the text, from 0; at its end if something is missing.
    pub span: Range<usize>,
    /// What would have been right there.
    pub expected: &'static str,
    /// What is there.
    pub found: String,
}
