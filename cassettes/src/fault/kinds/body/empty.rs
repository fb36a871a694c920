//! A body that is gone.

use bytes::Bytes;

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "empty",
    family: Family::Body,
    meaning: "Sends no byte of the body, in a framing that is right for that. The headers stay, but for `Content-Encoding`.",
    standard: true,
    params: &[super::KEEP_FRAMING],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(empty),
};

fn empty(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = super::answer(scene, args)?;
    answer.head.remove("content-encoding");
    answer.set_whole_body(Bytes::new());
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, gzipped, http2, plain, played, until_close};

    #[test]
    fn nothing_comes_and_the_framing_says_so() {
        assert_eq!(played("empty", &plain()), "HTTP/1.1 200 OK~Content-Length: 0~X: y~~");
        assert_eq!(played("empty", &chunked()), "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~0~~");
        assert_eq!(played("empty", &until_close()), "HTTP/1.0 200 OK~~");
        assert_eq!(played("empty", &gzipped(b"a")), "HTTP/1.1 200 OK~Content-Length: 0~X: y~~");
        let told = "[:status=200 content-type=application/json END]";
        assert_eq!(played("empty", &http2("{}")), told);
        assert_eq!(
            played("empty keep-framing", &plain()),
            "HTTP/1.1 200 OK~Content-Length: 10~X: y~~"
        );
    }
}
