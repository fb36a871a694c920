//! Answers in gzip, to be broken there.

use crate::fault::{Answer, Misfit, Scene};

/// The answer, its body in gzip: as it was, or compressed where the client accepts that.
pub(super) fn gzipped(scene: &Scene<'_>) -> Result<Answer, Misfit> {
    let mut answer = Answer::of(scene)?;
    answer.need_body()?;
    let is_gzip = |coding: &[u8]| coding.eq_ignore_ascii_case(b"gzip");
    let was = answer.head.get("content-encoding").is_some_and(is_gzip);
    if !was && !accepts(scene) {
        return Err(Misfit::new("it needs an answer in gzip, or a client that accepts gzip"));
    }
    answer.set_gzip()?;
    Ok(answer)
}

fn accepts(scene: &Scene<'_>) -> bool {
    let accepted = scene.request_header("accept-encoding").unwrap_or_default();
    let mut codings = accepted.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    codings.any(|coding| coding.eq_ignore_ascii_case(b"gzip") || coding.starts_with(b"gzip;q=1"))
}
