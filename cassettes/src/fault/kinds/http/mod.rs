//! HTTP's heads, status and framing.

mod add_header;
mod bad_chunk_size;
mod bad_trailer;
mod bad_version;
mod chunk_extension;
mod chunks;
mod clock_skew;
mod connection_close;
mod content_length;
mod continue_late;
mod continue_never;
mod control_byte;
mod cut_chunk_size;
mod date;
mod drip;
mod drop_header;
mod duplicate_header;
mod early_response;
mod endless_head;
mod forbidden_body;
mod gzip;
mod gzip_bad_crc;
mod gzip_bomb;
mod gzip_truncated;
mod header_case;
mod http_0_9;
mod huge_header;
mod interim;
mod interim_flood;
mod lf_only;
mod many_headers;
mod missing_crlf;
mod missing_last_chunk;
mod no_framing;
mod no_reason;
mod obs_fold;
mod premature_eof;
mod range_ignored;
mod rechunk;
mod redirect;
mod redirect_loop;
mod replace_header;
mod says_gzip_but_plain;
mod status;
mod unknown_encoding;
mod unsolicited_101;
mod wrong_charset;
mod wrong_exchange;
mod wrong_range;

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
    &continue_never::KIND,
    &continue_late::KIND,
    &early_response::KIND,
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
    // What ends the body.
    &content_length::KIND,
    &no_framing::KIND,
    &premature_eof::KIND,
    &forbidden_body::KIND,
    &connection_close::KIND,
    // Chunks.
    &bad_chunk_size::KIND,
    &missing_crlf::KIND,
    &missing_last_chunk::KIND,
    &cut_chunk_size::KIND,
    &chunk_extension::KIND,
    &bad_trailer::KIND,
    &rechunk::KIND,
    // Content codings.
    &gzip_truncated::KIND,
    &gzip_bad_crc::KIND,
    &says_gzip_but_plain::KIND,
    &unknown_encoding::KIND,
    &gzip_bomb::KIND,
    &wrong_charset::KIND,
    // What an answer means.
    &redirect::KIND,
    &redirect_loop::KIND,
    &range_ignored::KIND,
    &wrong_range::KIND,
    &clock_skew::KIND,
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
