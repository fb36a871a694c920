//! A header says something else.

use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "replace-header",
    family: Family::Http,
    meaning: "Gives the first header line of this name another value, and leaves out further ones. All else stays on the wire as it was.",
    standard: true,
    params: &[
        Param::place("header", ParamType::Text, "its name, in any case"),
        Param::place("value", ParamType::Text, "what it says"),
    ],
    point: PointUse::None,
    breaks: true,
    samples: &["Content-Type text/plain", "Content-Length 0"],
    action: Action::Edit(replace_header),
};

fn replace_header(
    scene: &mut Scene<'_>,
    args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    let name = args.text("header").unwrap_or_default();
    super::need_header(&answer, name)?;
    answer.head.set(name, args.text("value").unwrap_or_default().as_bytes());
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{http2, plain, played};

    #[test]
    fn the_value_changes_and_all_else_stays() {
        assert_eq!(
            played("replace-header Content-Length 0", &plain()),
            "HTTP/1.1 200 OK~Content-Length: 0~X: y~~0123456789"
        );
        assert_eq!(
            played("replace-header Content-Type \"a b\"", &http2("{}")),
            "[:status=200 content-type=a b][{} END]"
        );
        assert_eq!(played("replace-header A b", &plain()), "no: the answer has no header `A`");
    }
}
