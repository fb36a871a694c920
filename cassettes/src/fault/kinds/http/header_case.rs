//! Header names in another case.

use crate::fault::{
    Action, Args, Family, Item, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "header-case",
    family: Family::Http,
    meaning: "Writes every header name in upper or lower case, which means the same (RFC 9110). Needs HTTP/1.",
    standard: false,
    params: &[Param::place("case", ParamType::Word(&["upper", "lower"]), "which")],
    point: PointUse::None,
    breaks: false,
    samples: &["upper", "lower"],
    action: Action::Edit(header_case),
};

fn header_case(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.need_http1()?;
    let upper = args.text("case") == Some("upper");
    let (range, head) = super::wire_head(scene)?;
    let mut written = Vec::with_capacity(head.len());
    for (index, line) in head.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let colon = memchr::memchr(b':', line).filter(|_| index > 0).unwrap_or(0);
        let (name, rest) = line.split_at_checked(colon).unwrap_or_default();
        written.extend(if upper { name.to_ascii_uppercase() } else { name.to_ascii_lowercase() });
        written.extend_from_slice(rest);
    }
    scene.replace(Item::Wire(range), written.into())
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, played};

    #[test]
    fn names_change_and_values_do_not() {
        assert_eq!(
            played("header-case upper", &chunked()),
            "HTTP/1.1 200 OK~TRANSFER-ENCODING: chunked~~3~abc~2~de~0~~"
        );
        assert!(played("header-case lower", &chunked()).contains("~transfer-encoding: chunked~~"));
    }
}
