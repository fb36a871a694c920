//! A client waits long to be told to go on.

use super::interim::continue_on_wire;
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "100-late",
    family: Family::Http,
    meaning: "Waits this time before the recorded `100 Continue`.",
    standard: false,
    params: &[Param::place("time", ParamType::Time, "how long")],
    point: PointUse::None,
    breaks: false,
    samples: &["2s"],
    action: Action::Edit(late),
};

fn late(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let range = continue_on_wire(scene)?;
    let (mut steps, rest) = scene.cut(&Point::Byte(range.start))?;
    steps.push(Step::Delay(args.time("time").unwrap_or_default()));
    steps.extend(rest);
    Ok(Script { steps })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, exchange, played};

    #[test]
    fn the_pause_is_before_the_interim_answer() {
        let answers = ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n"];
        assert_eq!(
            played("100-late 2s", &exchange(GET, &answers)),
            "<Delay(2s)>HTTP/1.1 100 Continue~~HTTP/1.1 204 No Content~~"
        );
    }
}
