//! Another string.

use super::json::replace;
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::meaning::json;
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "string",
    family: Family::Body,
    meaning: "Writes another string in the place of one: `empty`; `long`, of so many letters; `lone-surrogate` (`\\ud800`, which no UTF-8 can say); `nul` (`\\u0000` before \
              what it was); `unknown` (`__unknown__`: a word that no enumeration has). All other bytes of the content stay.",
    standard: false,
    params: &[
        Param::place(
            "what",
            ParamType::Word(&["empty", "long", "lone-surrogate", "nul", "unknown"]),
            "which",
        ),
        Param::place("length", ParamType::Size(MAX_BYTES), "of `long`; default: 1MiB").optional(),
        super::KEEP_FRAMING,
    ],
    point: PointUse::Json,
    breaks: true,
    samples: &["empty", "long 64KiB", "lone-surrogate", "nul", "unknown"],
    action: Action::Edit(string),
};

/// Longest: it is held in memory.
const MAX_BYTES: u64 = 64 << 20;

fn string(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let len = args.bytes("length").unwrap_or(1 << 20);
    replace(scene, args, at, |value| {
        let text = value.text();
        let inner = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
        let inner = inner.filter(|_| value.kind() == json::Kind::String);
        let inner = inner.ok_or_else(|| Misfit::new("it needs a string"))?;
        let other = match args.text("what") {
            Some("empty") if inner.is_empty() => {
                return Err(Misfit::new("it needs a string that is not empty already"));
            }
            Some("empty") => Vec::new(),
            Some("long") => vec![b'a'; usize::try_from(len).unwrap_or(0)],
            Some("lone-surrogate") => b"\\ud800".to_vec(),
            Some("nul") => [b"\\u0000", inner].concat(),
            _ => b"__unknown__".to_vec(),
        };
        Ok([b"\"", &other[..], b"\""].concat())
    })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, played};

    #[test]
    fn what_is_said_stands_there() {
        let told = |what: &str| {
            let told =
                played(&format!("string {what} at json $.a"), &answering("{\"a\" : \"b\\n\"}"));
            told.split_once("~~").unwrap().1.to_owned()
        };
        assert_eq!(told("empty"), "{\"a\" : \"\"}");
        assert_eq!(told("long 3"), "{\"a\" : \"aaa\"}");
        assert_eq!(told("lone-surrogate"), "{\"a\" : \"\\ud800\"}");
        assert_eq!(told("nul"), "{\"a\" : \"\\u0000b\\n\"}");
        assert_eq!(told("unknown"), "{\"a\" : \"__unknown__\"}");
        let misfit = |json: &str| played("string empty at json $", &answering(json));
        assert_eq!(misfit("1"), "no: it needs a string");
        assert_eq!(misfit("\"\""), "no: it needs a string that is not empty already");
    }
}
