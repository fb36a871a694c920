//! Another array.

use super::json::replace;
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::meaning::json::{self, Value};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "array",
    family: Family::Body,
    meaning: "Writes another array in the place of one: `empty`; `one`, its first element alone; `many`, its elements over and over until there are so many; \
              `reversed`; `mixed`, its elements with `null`, `0`, `\"\"` and `[]` after them. Elements are written as they were, all other bytes of the \
              content stay.",
    standard: true,
    params: &[
        Param::place(
            "what",
            ParamType::Word(&["empty", "one", "many", "reversed", "mixed"]),
            "which",
        ),
        Param::place("count", ParamType::Number(1, 1_000_000), "of `many`; default: 10000")
            .optional(),
        super::KEEP_FRAMING,
    ],
    point: PointUse::Json,
    breaks: true,
    samples: &["empty", "one", "reversed"],
    action: Action::Edit(array),
};

/// Longest array written: it is held in memory.
const MAX_BYTES: usize = 64 << 20;

fn array(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let count = args.number("count").and_then(|count| usize::try_from(count).ok());
    replace(scene, args, at, |value| {
        if value.kind() != json::Kind::Array {
            return Err(Misfit::new("it needs an array"));
        }
        other(value, args.text("what").unwrap_or_default(), count.unwrap_or(10_000))
    })
}

fn other(value: Value<'_>, what: &str, count: usize) -> Result<Vec<u8>, Misfit> {
    let elements: Vec<&[u8]> = value.elements().map(|element| element.text()).collect();
    let least = match what {
        "reversed" | "one" => 2,
        "mixed" => 0,
        _ => 1,
    };
    if elements.len() < least {
        return Err(Misfit::new(format!("it needs an array of at least {least}")));
    }
    let others: Vec<&[u8]> = match what {
        "empty" => Vec::new(),
        "one" => elements.into_iter().take(1).collect(),
        "many" if count.saturating_mul(value.text().len()) / elements.len() > MAX_BYTES => {
            return Err(Misfit::new(format!("the array would have over {MAX_BYTES} bytes")));
        }
        "many" => elements.iter().copied().cycle().take(count).collect(),
        "reversed" => elements.into_iter().rev().collect(),
        _ => elements.into_iter().chain([&b"null"[..], b"0", b"\"\"", b"[]"]).collect(),
    };
    Ok([b"[", &others.join(&b',')[..], b"]"].concat())
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, played};

    #[test]
    fn elements_stay_as_they_are_written() {
        let told = |what: &str| {
            let told = played(
                &format!("array {what} at json $.a"),
                &answering("{\"a\" : [ 1.0, {\"b\": 2} ], \"c\":[]}"),
            );
            told.split_once("~~").unwrap().1.to_owned()
        };
        let json = |array: &str| format!("{{\"a\" : {array}, \"c\":[]}}");
        assert_eq!(told("empty"), json("[]"));
        assert_eq!(told("one"), json("[1.0]"));
        assert_eq!(told("many 3"), json("[1.0,{\"b\": 2},1.0]"));
        assert_eq!(told("reversed"), json("[{\"b\": 2},1.0]"));
        assert_eq!(told("mixed"), json("[1.0,{\"b\": 2},null,0,\"\",[]]"));
        let misfit = |fault: &str| played(fault, &answering("[{},[]]"));
        assert_eq!(misfit("array empty at json $[0]"), "no: it needs an array");
        assert_eq!(misfit("array empty at json $[1]"), "no: it needs an array of at least 1");
    }
}
