//! A member that nobody knows.

use super::json::edit;
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::meaning::json;
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "add-unknown",
    family: Family::Body,
    meaning: "Adds a member with an object of its own before the others of an object. All other bytes of the content stay.",
    standard: false,
    params: &[
        Param::place("name", ParamType::Text, "its name; default: `unknown`").optional(),
        super::KEEP_FRAMING,
    ],
    point: PointUse::Json,
    breaks: true,
    samples: &[""],
    action: Action::Edit(add_unknown),
};

fn add_unknown(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    edit(scene, args, at, |place| {
        if place.value.kind() != json::Kind::Object {
            return Err(Misfit::new("it needs an object"));
        }
        let name = serde_json::Value::from(args.text("name").unwrap_or("unknown"));
        let comma = if place.value.members().next().is_some() { "," } else { "" };
        let start = place.value.range().start + 1;
        Ok((start..start, format!("{name}:{{\"added\":true}}{comma}").into_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, played};

    #[test]
    fn it_comes_before_the_others() {
        let exchange = answering("{\"a\":{},\"b\":[]}");
        let told = played("add-unknown at json $", &exchange);
        assert!(told.ends_with("~~{\"unknown\":{\"added\":true},\"a\":{},\"b\":[]}"), "{told}");
        let told = played("add-unknown x at json $.a", &exchange);
        assert!(told.ends_with("~~{\"a\":{\"x\":{\"added\":true}},\"b\":[]}"), "{told}");
        assert_eq!(played("add-unknown at json $.b", &exchange), "no: it needs an object");
    }
}
