//! More headers than anyone expects.

use crate::fault::{
    Action, Answer, Args, Family, HeadLine, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "many-headers",
    family: Family::Http,
    meaning: "Adds so many header lines after the recorded ones: `X-Many-1: 1` and so on. All else stays on the wire as it was.",
    standard: false,
    params: &[Param::place("count", ParamType::Number(1, 100_000), "how many")],
    point: PointUse::None,
    breaks: true,
    samples: &["1000"],
    action: Action::Edit(many_headers),
};

fn many_headers(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    let numbers = 1..=args.number("count").unwrap_or(1);
    let line = |number: i64| HeadLine::new(format!("X-Many-{number}"), number.to_string());
    answer.head.lines.extend(numbers.map(line));
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{plain, played};

    #[test]
    fn they_are_numbered() {
        let told = "~X: y~X-Many-1: 1~X-Many-2: 2~~0123456789";
        assert!(played("many-headers 2", &plain()).ends_with(told));
    }
}
