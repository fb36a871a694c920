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

/// Answers such as `100 Continue` and nothing else, of either version of HTTP.
pub(crate) fn is_interim(bytes: &Bytes) -> bool {
    !bytes.is_empty() && are_interim_heads(bytes) || are_interim_frames(bytes)
}

fn are_interim_heads(mut bytes: &[u8]) -> bool {
    while let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") {
        let (head, rest) = bytes.split_at_checked(end + 4).unwrap_or((bytes, &[]));
        if !head.starts_with(b"HTTP/1.1 1") {
            return false;
        }
        bytes = rest;
    }
    bytes.is_empty()
}

fn are_interim_frames(bytes: &Bytes) -> bool {
    let is_interim = |frame: &Frame| frame.kind() == Kind::Headers && !is_final(frame);
    let mut frames = frames(bytes).peekable();
    frames.peek().is_some() && frames.all(|frame| frame.is_ok_and(|frame| is_interim(&frame)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_heads_are_interim_answers() {
        for told in [
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nLink: <a>\r\n\r\n",
        ] {
            assert!(is_interim(&Bytes::from_static(told.as_bytes())), "{told}");
        }
        for told in [
            "",
            "HTTP/",
            "HTTP/1.1 100",
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 204 No",
            "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
        ] {
            assert!(!is_interim(&Bytes::from_static(told.as_bytes())), "{told}");
        }
    }
}
