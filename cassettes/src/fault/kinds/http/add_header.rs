//! A header that was not there.

use crate::fault::{
    Action, Answer, Args, Family, HeadLine, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "add-header",
    family: Family::Http,
    meaning: "Adds a header line after the recorded ones. All else stays on the wire as it was.",
    standard: false,
    params: &[
        Param::place("header", ParamType::Text, "its name"),
        Param::place("value", ParamType::Text, "what it says"),
    ],
    point: PointUse::None,
    breaks: true,
    samples: &["Retry-After 1"],
    action: Action::Edit(add_header),
};

fn add_header(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    let text = |name| args.text(name).unwrap_or_default().to_owned();
    answer.head.lines.push(HeadLine::new(text("header"), text("value")));
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{http2, plain, played};

    #[test]
    fn the_line_comes_last() {
        assert_eq!(
            played("add-header A b", &plain()),
            "HTTP/1.1 200 OK~Content-Length: 10~X: y~A: b~~0123456789"
        );
        assert!(played("add-header A b", &http2("{}")).contains(" a=b][{} END]"));
    }
}
