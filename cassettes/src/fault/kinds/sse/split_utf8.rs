//! A character that comes in two.

use std::time::Duration;

use crate::fault::kinds::places::{Content, script};
use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "split-utf-8",
    family: Family::Events,
    meaning: "Sends the first character of the content that has several bytes in UTF-8 in two writes, with a pause between them. Of any \
              content, not of events alone.",
    standard: true,
    params: &[Param::keyed("pause", ParamType::Time, "how long; default: 20ms")],
    point: PointUse::None,
    breaks: false,
    samples: &[""],
    action: Action::Edit(split),
};

const PAUSE: Duration = Duration::from_millis(20);

fn split(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let coded = Answer::of(scene).is_ok_and(|it| it.head.get("content-encoding").is_some());
    let bytes = Content::of(scene).bytes;
    let inside = inside_character(&bytes).filter(|_| !coded).ok_or_else(|| {
        Misfit::new("it needs text with a character of several bytes, not compressed")
    })?;
    let (before, after) = scene.cut(&Point::Body(inside))?;
    let pause = args.time("pause").unwrap_or(PAUSE);
    Ok(script([before, vec![Step::Flush, Step::Delay(pause)], after]))
}

/// After the first byte of the first character that has several.
fn inside_character(bytes: &[u8]) -> Option<u64> {
    let at = bytes.iter().position(|byte| !byte.is_ascii())?;
    let rest = bytes.get(at..)?;
    let is_character = |len| rest.get(..len).is_some_and(|it| std::str::from_utf8(it).is_ok());
    (2..=4).any(is_character).then_some(at as u64 + 1)
}
