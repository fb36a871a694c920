//! HTTP's heads, status and framing.

mod status;

use crate::fault::Kind;

pub(super) const KINDS: &[&Kind] = &[&status::KIND];
