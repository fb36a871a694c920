//! Arrays in arrays.

use super::json::replace;
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "deep-nesting",
    family: Family::Body,
    meaning: "Writes so many arrays in the place of a value, each the only element of the one before. All other bytes of the content stay.",
    standard: false,
    params: &[
        Param::place("depth", ParamType::Number(1, 10_000_000), "how many"),
        super::KEEP_FRAMING,
    ],
    point: PointUse::Json,
    breaks: true,
    samples: &["100000"],
    action: Action::Edit(deep_nesting),
};

fn deep_nesting(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let depth = args.number("depth").and_then(|depth| usize::try_from(depth).ok()).unwrap_or(1);
    replace(scene, args, at, |_| Ok([b"[".repeat(depth), b"]".repeat(depth)].concat()))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, played};

    #[test]
    fn arrays_stand_in_arrays() {
        let told = played("deep-nesting 3 at json $.a", &answering("{\"a\":1}"));
        assert!(told.ends_with("~Content-Length: 12~~{\"a\":[[[]]]}"), "{told}");
    }
}
