//! An end that takes long to come.

use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "late-close",
    family: Family::Tcp,
    meaning: "The FIN or RST that ends the connection after the answer comes so much later than its last byte: a client that waits for it waits.",
    standard: false,
    params: &[Param::place("time", ParamType::Time, "how much later")],
    point: PointUse::None,
    breaks: false,
    samples: &["2s"],
    action: Action::Edit(late_close),
};

fn late_close(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut script = std::mem::take(&mut scene.script);
    let ends = |step: &Step| {
        matches!(step, Step::Close | Step::Cut | Step::HalfClose | Step::Reset | Step::Alert(_))
    };
    let happens = script.steps.iter().take_while(|step| !matches!(step, Step::Stall(_)));
    let missing = || Misfit::new("the connection does not end with this answer");
    let place = happens.clone().position(ends).ok_or_else(missing)?;
    script.steps.insert(place, Step::Delay(args.time("time").unwrap_or_default()));
    Ok(script)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::playbook::{played, played_in, scene, until_close};

    #[test]
    fn the_end_waits_and_an_answer_without_one_does_not_fit() {
        let exchange = until_close();
        let mut ended = scene(&exchange);
        ended.script.steps.push(Step::Close);
        assert!(played_in("late-close 2s", ended).ends_with("abcde<Delay(2s)><Close>"));
        let told = played("late-close 2s", &exchange);
        assert_eq!(told, "no: the connection does not end with this answer");
    }
}
