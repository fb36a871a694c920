//! A version that is none.

use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "bad-version",
    family: Family::Http,
    meaning: "Writes another version of HTTP in the status line, and changes nothing else. Needs HTTP/1.",
    standard: false,
    params: &[Param::place("version", ParamType::Text, "what stands there; default: `HTTP/9.9`")
        .optional()],
    point: PointUse::None,
    breaks: true,
    samples: &["", "HTTP/1.0"],
    action: Action::Edit(bad_version),
};

fn bad_version(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.need_http1()?;
    let mut answer = Answer::of(scene)?;
    let start = answer.head.start();
    let blank = memchr::memchr(b' ', start).unwrap_or(start.len());
    let version = args.text("version").unwrap_or("HTTP/9.9").as_bytes();
    let line = [version, start.get(blank..).unwrap_or_default()].concat();
    answer.head.set_start(line);
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, http2, played};

    #[test]
    fn only_the_version_changes() {
        let told = "HTTP/9.9 200 OK~Transfer-Encoding: chunked~~3~abc~2~de~0~~";
        assert_eq!(played("bad-version", &chunked()), told);
        assert_eq!(played("bad-version HTTP/1.0", &chunked()), told.replace("9.9", "1.0"));
        assert_eq!(played("bad-version", &http2("{}")), "no: it needs HTTP/1");
    }
}
