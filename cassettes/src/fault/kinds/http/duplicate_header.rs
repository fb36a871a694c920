//! A header that stands there twice.

use crate::fault::{
    Action, Answer, Args, Family, HeadLine, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "duplicate-header",
    family: Family::Http,
    meaning: "Writes the first header line of this name once more, right after itself: the same, or with another value. All else stays on the \
              wire as it was.",
    standard: true,
    params: &[
        Param::place("header", ParamType::Text, "its name, in any case"),
        Param::place("value", ParamType::Text, "what the second says; default: the same")
            .optional(),
    ],
    point: PointUse::None,
    breaks: true,
    samples: &["Content-Type", "Content-Length", "Location"],
    action: Action::Edit(duplicate_header),
};

fn duplicate_header(
    scene: &mut Scene<'_>,
    args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    let name = args.text("header").unwrap_or_default();
    let place = super::need_header(&answer, name)?;
    let lines = &mut answer.head.lines;
    if let Some(line) = lines.get(place).cloned() {
        let again = match args.text("value") {
            Some(value) => HeadLine::new(line.name, value.to_owned()),
            None => line,
        };
        lines.insert(place + 1, again);
    }
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{http2, plain, played};

    #[test]
    fn the_second_comes_right_after_the_first() {
        assert_eq!(
            played("duplicate-header content-length", &plain()),
            "HTTP/1.1 200 OK~Content-Length: 10~Content-Length: 10~X: y~~0123456789"
        );
        assert_eq!(
            played("duplicate-header content-type text/html", &http2("{}")),
            "[:status=200 content-type=application/json content-type=text/html][{} END]"
        );
    }
}
