//! A coding that nobody knows.

use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "unknown-encoding",
    family: Family::Http,
    meaning: "Says another `Content-Encoding`; the body stays as it was.",
    standard: false,
    params: &[Param::place("coding", ParamType::Text, "which; default: `retape`").optional()],
    point: PointUse::None,
    breaks: true,
    samples: &["", "br"],
    action: Action::Edit(unknown_encoding),
};

fn unknown_encoding(
    scene: &mut Scene<'_>,
    args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    answer.need_body()?;
    answer.head.set("Content-Encoding", args.text("coding").unwrap_or("retape").as_bytes());
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{plain, played};

    #[test]
    fn only_the_header_changes() {
        let told = "HTTP/1.1 200 OK~Content-Length: 10~X: y~Content-Encoding: br~~0123456789";
        assert_eq!(played("unknown-encoding br", &plain()), told);
    }
}
