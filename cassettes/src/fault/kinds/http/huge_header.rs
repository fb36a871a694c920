//! A header longer than anyone expects.

use crate::fault::{
    Action, Answer, Args, Family, HeadLine, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "huge-header",
    family: Family::Http,
    meaning: "Adds a header line `X-Huge` after the recorded ones, with a value of so many bytes (`a`). All else stays on the wire as it was.",
    standard: true,
    params: &[Param::place("length", ParamType::Size(MAX_VALUE_BYTES), "how many bytes")],
    point: PointUse::None,
    breaks: true,
    samples: &["64KiB"],
    action: Action::Edit(huge_header),
};

/// Longest value. In HTTP/2 a frame has no more than 16 MiB, and holds the other headers, too.
const MAX_VALUE_BYTES: u64 = 15 << 20;

fn huge_header(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    let len = args.bytes("length").unwrap_or(0);
    let value = vec![b'a'; usize::try_from(len).unwrap_or(0)];
    let name = if scene.is_http2() { "x-huge" } else { "X-Huge" };
    answer.head.lines.push(HeadLine::new(name, value));
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{http2, plain, played, sent};

    #[test]
    fn a_line_is_added_of_the_length_that_was_said() {
        assert_eq!(
            played("huge-header 4", &plain()),
            "HTTP/1.1 200 OK~Content-Length: 10~X: y~X-Huge: aaaa~~0123456789"
        );
        assert!(played("huge-header 4", &http2("{}")).contains(" x-huge=aaaa][{} END]"));
        assert!(sent("huge-header 64KiB", &plain()).len() > 64 * 1024);
    }
}
