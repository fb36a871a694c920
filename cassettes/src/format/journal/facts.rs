//! What a client says of itself before anybody checked it, cut to what a record holds.

use crate::format::whole::{MAX_FAULTS, MAX_GAPS, MAX_OFFERED, MAX_TEXT_BYTES};
use crate::model::{Applied, Connection, Gap, Tls};

/// Cut so that its record can be read again. Names and addresses are far shorter.
pub(super) fn bounded(mut facts: Connection) -> Connection {
    for text in [&mut facts.client, &mut facts.server, &mut facts.upstream] {
        cut(text, MAX_TEXT_BYTES);
    }
    for tls in [&mut facts.tls, &mut facts.upstream_tls].into_iter().flatten() {
        cut_tls(tls);
    }
    if let Some(reception) = &mut facts.reception {
        bound_ids(&mut reception.faults);
    }
    facts
}

/// Leaves as many as a record holds.
pub(super) fn bound_ids(ids: &mut Vec<String>) {
    let mut room = MAX_TEXT_BYTES;
    let fits = |id: &&String| room.checked_sub(id.len()).inspect(|left| room = *left).is_some();
    let kept = ids.iter().take(MAX_FAULTS).take_while(fits).count();
    ids.truncate(kept);
}

/// Adds one, unless there are too many.
pub(super) fn add_fault(faults: &mut Vec<Applied>, fault: Applied) {
    let len: usize = faults.iter().map(|it| it.id.len()).sum();
    if faults.len() < MAX_FAULTS && len + fault.id.len() <= MAX_TEXT_BYTES {
        faults.push(fault);
    }
}

/// Adds one, or counts it as part of the last if there are too many.
pub(super) fn add_gap(gaps: &mut Vec<Gap>, gap: Gap) {
    match gaps.get_mut(MAX_GAPS - 1) {
        Some(last) => {
            *last = Gap { at: gap.at, length: last.length.saturating_add(gap.length), ..*last };
        }
        None => gaps.push(gap),
    }
}

fn cut_tls(tls: &mut Tls) {
    cut(&mut tls.sni, MAX_TEXT_BYTES);
    cut(&mut tls.alpn, MAX_TEXT_BYTES);
    tls.offered.truncate(MAX_OFFERED);
    let mut room = MAX_TEXT_BYTES;
    for protocol in &mut tls.offered {
        cut(protocol, room);
        room -= protocol.len();
    }
}

fn cut(text: &mut String, longest: usize) {
    let mut end = longest.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}
