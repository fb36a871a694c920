//! A coding that is not put on.

use crate::fault::{Action, Answer, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "says-gzip-but-plain",
    family: Family::Http,
    meaning: "Says `Content-Encoding: gzip`, and sends the content without any coding, in a framing that is right for that.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(says_gzip),
};

fn says_gzip(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    answer.need_body()?;
    if answer.head.get("content-encoding").is_some() {
        let content = answer.content()?;
        answer.set_whole_body(content);
    }
    answer.head.set("Content-Encoding", b"gzip");
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, gzipped, http2, played};

    #[test]
    fn the_header_says_gzip_and_the_body_is_plain() {
        let told = "HTTP/1.1 200 OK~Content-Encoding: gzip~Content-Length: 5~X: y~~hello";
        assert_eq!(played("says-gzip-but-plain", &gzipped(b"hello")), told);
        let told =
            "HTTP/1.1 200 OK~Transfer-Encoding: chunked~Content-Encoding: gzip~~3~abc~2~de~0~~";
        assert_eq!(played("says-gzip-but-plain", &chunked()), told);
        let told = "[:status=200 content-type=application/json content-encoding=gzip][{} END]";
        assert_eq!(played("says-gzip-but-plain", &http2("{}")), told);
    }
}
