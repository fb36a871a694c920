//! HTTP's heads, status and framing.

mod add_header;
mod bad_version;
mod control_byte;
mod drip;
mod drop_header;
mod duplicate_header;
mod endless_head;
mod header_case;
mod http_0_9;
mod huge_header;
mod interim_flood;
mod lf_only;
mod many_headers;
mod no_reason;
mod obs_fold;
mod replace_header;
mod status;
mod unsolicited_101;
mod wrong_exchange;

use std::ops::Range;

use bytes::Bytes;

use crate::fault::{Answer, Args, Kind, Misfit, Scene};

pub(super) const KINDS: &[&Kind] = &[
    // The status line, and what comes before it.
    &status::KIND,
    &wrong_exchange::KIND,
    &bad_version::KIND,
    &no_reason::KIND,
    &http_0_9::KIND,
    &interim_flood::KIND,
    &unsolicited_101::KIND,
    // Header lines.
    &drop_header::KIND,
    &replace_header::KIND,
    &add_header::KIND,
    &duplicate_header::KIND,
    &header_case::KIND,
    &obs_fold::KIND,
    &control_byte::KIND,
    &huge_header::KIND,
    &many_headers::KIND,
    &lf_only::KIND,
    &drip::KIND,
    &endless_head::KIND,
];

/// Where the answer's head is on the wire, and its bytes.
fn wire_head(scene: &Scene<'_>) -> Result<(Range<u64>, Bytes), Misfit> {
    let range = scene.layout().head;
    let range =
        range.ok_or_else(|| Misfit::new("it needs an answer of HTTP, and there is none"))?;
    let sends = scene.sends();
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(sends.len());
    let head = sends.slice(place(range.start)..place(range.end));
    Ok((range, head))
}

/// The place of the first header of this name.
fn need_header(answer: &Answer, name: &str) -> Result<usize, Misfit> {
    let place = answer.head.lines.iter().position(|line| line.is(name));
    place.ok_or_else(|| Misfit::new(format!("the answer has no header `{name}`")))
}

/// The place of the header that the parameter `header` names; without it, of the last one.
fn header_or_last(answer: &Answer, args: &Args) -> Result<usize, Misfit> {
    match args.text("header") {
        Some(name) => need_header(answer, name),
        None => {
            answer.head.lines.len().checked_sub(1).ok_or_else(|| {
                Misfit::new("it needs an answer with a header, and this one has none")
            })
        }
    }
}
