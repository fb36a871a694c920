//! More than belongs to the content.

use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "trailing-garbage",
    family: Family::Body,
    meaning: "Adds text after the content, in a framing that is right for both.",
    standard: false,
    params: &[
        Param::place("text", ParamType::Text, "what; default: `garbage`").optional(),
        super::KEEP_FRAMING,
    ],
    point: PointUse::None,
    breaks: true,
    samples: &["", "}"],
    action: Action::Edit(trailing_garbage),
};

fn trailing_garbage(
    scene: &mut Scene<'_>,
    args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let mut answer = super::answer(scene, args)?;
    let end = answer.content()?.len();
    answer.splice_content(end..end, args.text("text").unwrap_or("garbage").as_bytes())?;
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, http2, plain, played};

    #[test]
    fn it_comes_last_and_is_counted() {
        assert_eq!(
            played("trailing-garbage }", &plain()),
            "HTTP/1.1 200 OK~Content-Length: 11~X: y~~0123456789}"
        );
        let told = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~3~abc~9~degarbage~0~~";
        assert_eq!(played("trailing-garbage", &chunked()), told);
        assert!(played("trailing-garbage", &http2("{}")).ends_with("[{}garbage END]"));
    }
}
