//! Text in another charset than it says.

use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "wrong-charset",
    family: Family::Http,
    meaning: "Says another `charset` in `Content-Type`; its other parameters are left out, and the body stays as it was.",
    standard: false,
    params: &[Param::place("charset", ParamType::Text, "which; default: `utf-16`").optional()],
    point: PointUse::None,
    breaks: true,
    samples: &["", "iso-8859-1"],
    action: Action::Edit(wrong_charset),
};

fn wrong_charset(
    scene: &mut Scene<'_>,
    args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    super::need_header(&answer, "Content-Type")?;
    let kind = answer.head.get("content-type").unwrap_or_default();
    let kind = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let charset = args.text("charset").unwrap_or("utf-16").as_bytes();
    let value = [kind, b"; charset=", charset].concat();
    answer.head.set("Content-Type", &value);
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{http2, plain, played};

    #[test]
    fn the_type_stays_and_the_charset_changes() {
        let told = "[:status=200 content-type=application/json; charset=utf-16][{} END]";
        assert_eq!(played("wrong-charset", &http2("{}")), told);
        assert_eq!(
            played("wrong-charset", &plain()),
            "no: the answer has no header `Content-Type`"
        );
    }
}
