//! What a script does before the request is whole.

use bytes::Bytes;
use cassettes::fault::is_final;
use cassettes::model::{Step, Until};
use cassettes::wire::http2::{Frame, Kind, frames};

/// In this script, the server does something before it has the whole request. To let the client go on is nothing yet: which exchange it is may still depend on
/// the body.
pub(super) fn acts_early(steps: &[Step]) -> bool {
    opening(steps).any(|step| match step {
        Step::Receive(_) | Step::Delay(_) | Step::Mute => false,
        Step::Send(bytes) => !is_interim(bytes),
        _ => true,
    })
}

/// The recorded server said something before it had the whole request, such as `100 Continue`, and what it does until then differs.
pub(super) fn opens_otherwise(steps: &[Step], recorded: &[Step]) -> bool {
    opening(recorded).any(|step| matches!(step, Step::Send(_)))
        && !opening(steps).eq(opening(recorded))
}

/// What is done before the request is whole, but for the recorded pauses.
pub(super) fn opening(steps: &[Step]) -> impl Iterator<Item = &Step> {
    let amid = steps.iter().take_while(|step| **step != Step::Receive(Until::RequestEnd));
    amid.filter(|step| !matches!(step, Step::Wait(_)))
}

/// An answer such as `100 Continue`, of either version of HTTP.
pub(crate) fn is_interim(bytes: &Bytes) -> bool {
    let is_frame = |frame: &Frame| frame.kind() == Kind::Headers && !is_final(frame);
    let is_head = bytes.starts_with(b"HTTP/1.1 1") && bytes.ends_with(b"\r\n\r\n");
    let mut frames = frames(bytes).peekable();
    is_head
        || frames.peek().is_some() && frames.all(|frame| frame.is_ok_and(|frame| is_frame(&frame)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_heads_are_interim_answers() {
        for told in
            ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"]
        {
            assert!(is_interim(&Bytes::from_static(told.as_bytes())), "{told}");
        }
        for told in ["", "HTTP/", "HTTP/1.1 100", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 204 No"] {
            assert!(!is_interim(&Bytes::from_static(told.as_bytes())), "{told}");
        }
    }
}
