//! Another number.

use super::json::replace;
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::meaning::json::{self, Value};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "number",
    family: Family::Body,
    meaning: "Writes something else in the place of a number, exactly as given: another number, one that does not fit 32 or 64 bits or a double, or `NaN`, which is \
              no JSON. `float` writes a whole number with `.0`, `string` puts it in quotes. All other bytes of the content stay.",
    standard: false,
    params: &[Param::place("value", ParamType::Text, "what"), super::KEEP_FRAMING],
    point: PointUse::Json,
    breaks: true,
    samples: &["0", "-1", "2147483648", "9007199254740993", "1e400", "NaN", "float", "string"],
    action: Action::Edit(number),
};

fn number(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let written = args.text("value").unwrap_or_default();
    replace(scene, args, at, |value| {
        if value.kind() != json::Kind::Number {
            return Err(Misfit::new("it needs a number"));
        }
        other(value, written)
    })
}

fn other(value: Value<'_>, written: &str) -> Result<Vec<u8>, Misfit> {
    let text = value.text();
    let other = match written {
        "float" if text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-') => {
            [text, b".0"].concat()
        }
        "float" => return Err(Misfit::new("it needs a whole number")),
        "string" => [b"\"", text, b"\""].concat(),
        other => other.as_bytes().to_vec(),
    };
    if other == text {
        return Err(Misfit::new(format!("it needs a number that is not {written} already")));
    }
    Ok(other)
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, played};

    #[test]
    fn what_is_said_stands_there() {
        let json = "{\"a\": 12, \"b\": 1.5, \"c\": \"12\"}";
        let told = |fault: &str| {
            let told = played(fault, &answering(json));
            told.split_once("~~").map_or(told.clone(), |(_, body)| body.to_owned())
        };
        for value in ["0", "-1", "9007199254740993", "1e400", "NaN"] {
            assert_eq!(
                told(&format!("number {value} at json $.a")),
                json.replace(" 12", &format!(" {value}"))
            );
        }
        assert_eq!(told("number float at json $.a"), json.replace(" 12", " 12.0"));
        assert_eq!(told("number string at json $.b"), json.replace("1.5", "\"1.5\""));
        assert_eq!(told("number float at json $.b"), "no: it needs a whole number");
        assert_eq!(told("number 12 at json $.a"), "no: it needs a number that is not 12 already");
        assert_eq!(told("number 0 at json $.c"), "no: it needs a number");
    }
}
