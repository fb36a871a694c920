//! A name that stands there twice.

use super::json::edit;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "duplicate-key",
    family: Family::Body,
    meaning: "Writes a member's name once more right after the member, with `null`: readers differ in which of the two they take. All other bytes of the content \
              stay.",
    standard: false,
    params: &[super::KEEP_FRAMING],
    point: PointUse::Json,
    breaks: true,
    samples: &[""],
    action: Action::Edit(duplicate_key),
};

fn duplicate_key(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    edit(scene, args, at, |place| {
        let name = place.name().ok_or_else(|| Misfit::new("it needs a member of an object"))?;
        let end = place.value.range().end;
        Ok((end..end, [b",", name, b":null"].concat()))
    })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, played};

    #[test]
    fn the_second_says_null() {
        let exchange = answering("{ \"a\" : [1] }");
        let told = played("duplicate-key at json $.a", &exchange);
        assert!(told.ends_with("~~{ \"a\" : [1],\"a\":null }"), "{told}");
        let told = played("duplicate-key at json $.a[0]", &exchange);
        assert_eq!(told, "no: it needs a member of an object");
    }
}
