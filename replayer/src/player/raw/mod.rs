//! Plain TCP: bytes in lock-step with the recorded ones, for a client that came for a server of no HTTP.

use std::sync::Arc;

use cassettes::model::Timestamp;

use super::Speaker;
use crate::arrival::Arrival;
use crate::stage::Stage;

/// Who speaks to a client that came for plain TCP; none for any other, whose first bytes decide.
pub(super) fn speaker(
    _stage: &Arc<Stage>,
    _arrival: &Arrival,
    _now: Timestamp,
) -> Option<Box<dyn Speaker>> {
    None
}
