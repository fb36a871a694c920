//! A value is of another type.

use super::json::replace;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::meaning::json::{self, Value};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "retype",
    family: Family::Body,
    meaning: "Writes a value of another type in the place of one: of a number, `true`, `false` or `null` the string that spells it, of a string the number 0, \
              of an object an empty array, of an array an empty object. All other bytes of the content stay.",
    standard: true,
    params: &[super::KEEP_FRAMING],
    point: PointUse::Json,
    breaks: true,
    samples: &[""],
    action: Action::Edit(retype),
};

fn retype(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    replace(scene, args, at, |value| Ok(other_type(value)))
}

fn other_type(value: Value<'_>) -> Vec<u8> {
    match value.kind() {
        json::Kind::Null | json::Kind::Bool | json::Kind::Number => {
            [b"\"", value.text(), b"\""].concat()
        }
        json::Kind::String => b"0".to_vec(),
        json::Kind::Object => b"[]".to_vec(),
        json::Kind::Array => b"{}".to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, played};

    #[test]
    fn each_type_becomes_another() {
        let json = "{\"a\":[1.0,true,null,\"s\",{\"b\":1}]}";
        let body = |path: &str| {
            let told = played(&format!("retype at json {path}"), &answering(json));
            told.split_once("~~").unwrap().1.to_owned()
        };
        assert_eq!(body("$.a[0]"), json.replace("1.0", "\"1.0\""));
        assert_eq!(body("$.a[1]"), json.replace("true", "\"true\""));
        assert_eq!(body("$.a[2]"), json.replace("null", "\"null\""));
        assert_eq!(body("$.a[3]"), json.replace("\"s\"", "0"));
        assert_eq!(body("$.a[4]"), json.replace("{\"b\":1}", "[]"));
        assert_eq!(body("$.a"), "{\"a\":{}}");
    }
}
