//! A value is null.

use super::json::replace;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::meaning::json;
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "null",
    family: Family::Body,
    meaning: "Writes `null` in the place of a value that is something else. All other bytes of the content stay.",
    standard: true,
    params: &[super::KEEP_FRAMING],
    point: PointUse::Json,
    breaks: true,
    samples: &[""],
    action: Action::Edit(null),
};

fn null(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    replace(scene, args, at, |value| match value.kind() {
        json::Kind::Null => Err(Misfit::new("it needs a value that is not null already")),
        _ => Ok(b"null".to_vec()),
    })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, played};

    #[test]
    fn the_value_is_null_and_all_else_stays() {
        let exchange = answering("{ \"a\" : [1] , \"b\":null}");
        let told = played("null at json $.a", &exchange);
        assert!(told.ends_with("~Content-Length: 24~~{ \"a\" : null , \"b\":null}"), "{told}");
        assert!(played("null at json $", &exchange).ends_with("~~null"));
        assert!(played("null at json $.b", &exchange).starts_with("no: it needs a value"));
    }
}
