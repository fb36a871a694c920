//! A part that says it is another part.

use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "wrong-range",
    family: Family::Http,
    meaning: "`Content-Range` of an answer 206 says a part that begins and ends so many bytes later than the one that is sent.",
    standard: false,
    params: &[Param::place("by", ParamType::Bytes, "how many bytes; default: 1").optional()],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(wrong_range),
};

fn wrong_range(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    let by = args.bytes("by").unwrap_or(1);
    let said = answer.head.get("content-range").unwrap_or_default();
    let moved = std::str::from_utf8(said).ok().and_then(|range| moved(range, by));
    let moved =
        moved.ok_or_else(|| Misfit::new("it needs an answer with `Content-Range: bytes`"))?;
    answer.head.set("Content-Range", moved.as_bytes());
    Ok(answer.into_script(scene))
}

/// `bytes 5-9/20`, further on.
fn moved(range: &str, by: u64) -> Option<String> {
    let (range, total) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let number = |text: &str| text.trim().parse::<u64>().ok()?.checked_add(by);
    Some(format!("bytes {}-{}/{total}", number(first)?, number(last)?))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{plain, played, ranged};

    #[test]
    fn another_part_is_said() {
        let told =
            "HTTP/1.1 206 Partial Content~Content-Range: bytes 7-11/20~Content-Length: 5~~fghij";
        assert_eq!(played("wrong-range 2", &ranged()), told);
        assert!(played("wrong-range", &plain()).starts_with("no: it needs an answer with"));
    }
}
