//! Bytes that a capture lacks: what they leave of the exchanges around them.

use crate::model::{Connection, Degraded, Exchange, ExchangeSummary, Gap, Protocol};

/// Why an exchange breaks off that was open when bytes were missed.
pub(super) const LOST: &str = "bytes are missing from here on: the capture lacks packets";

/// Why what follows is raw.
pub(super) const AFTER: &str = "it follows bytes that the capture lacks";

/// The place where an exchange breaks off of which so much had come in the gap's direction.
pub(super) const fn lost(gap: &Gap, offset: u64) -> Degraded {
    Degraded { direction: gap.direction, offset, reason: LOST }
}

/// The place from which on nothing is understood any more, as the beginning of what is left.
pub(super) const fn after(gap: &Gap) -> Degraded {
    Degraded { direction: gap.direction, offset: 0, reason: AFTER }
}

/// What is known of an exchange besides that it was on a connection with gaps.
pub(super) fn degrade(summary: &mut ExchangeSummary, exchange: &Exchange, connection: &Connection) {
    let before = connection.gap_before(exchange.started());
    let follows = before.filter(|_| exchange.protocol == Protocol::Raw).map(after);
    let degraded = summary.degraded.or(follows);
    summary.degraded = degraded.or_else(|| {
        let gap = connection.gap_after(exchange).filter(|_| !summary.complete)?;
        Some(lost(gap, exchange.byte_count(gap.direction)))
    });
}
