//! How a kind is written, with places for its values.

use super::{Kind, ParamType, PointUse};

/// How a kind is written.
pub(super) fn usage(kind: &Kind) -> String {
    format!("write: {}", synopsis(kind))
}

/// A kind's own part of a sentence.
pub(super) fn synopsis(kind: &Kind) -> String {
    let mut text = kind.name.to_owned();
    for param in kind.params {
        let placeholder = match param.takes {
            ParamType::Flag => param.name.to_owned(),
            ParamType::Word(words) if !param.keyed => words.join("|"),
            _ if param.keyed => format!("{} {}", param.name, param.name.to_uppercase()),
            _ => param.name.to_uppercase(),
        };
        let (open, close) = if param.required { ("", "") } else { ("[", "]") };
        text.extend([" ", open, &placeholder, close]);
    }
    match kind.point {
        PointUse::None => {}
        PointUse::Default(_) => text += " [at POINT]",
        PointUse::Required if kind.takes_points_of_requests() => text += " at POINT [of request]",
        PointUse::Required => text += " at POINT",
        PointUse::Request(_) => text += " [at POINT of request]",
        PointUse::Json => text += " at json PATH",
    }
    text
}
