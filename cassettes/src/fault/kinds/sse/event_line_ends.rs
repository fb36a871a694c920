//! Other ends of lines.

use bytes::Bytes;

use super::events;
use crate::fault::kinds::places::ranges;
use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "event-line-ends",
    family: Family::Events,
    meaning: "Ends the lines of events otherwise, as the standard allows: with LF, CR LF, CR, or from event to event in turn.",
    standard: false,
    params: &[Param::place("ends", ParamType::Word(&["lf", "crlf", "cr", "mixed"]), "which")],
    point: PointUse::None,
    breaks: false,
    samples: &["crlf", "cr", "mixed"],
    action: Action::Edit(rewrite),
};

const ENDS: [&str; 3] = ["\n", "\r\n", "\r"];

fn rewrite(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let content = events(scene)?;
    let mut answer = Answer::of(scene)?;
    for (index, range) in ranges(&content.layout.events).into_iter().enumerate().rev() {
        let end = match args.text("ends") {
            Some("lf") => "\n",
            Some("crlf") => "\r\n",
            Some("cr") => "\r",
            _ => ENDS.get(index % ENDS.len()).copied().unwrap_or("\n"),
        };
        answer.splice(range.clone(), with_ends(&content.slice(&range), end));
    }
    Ok(answer.into_script(scene))
}

fn with_ends(event: &[u8], end: &str) -> Bytes {
    let mut out = Vec::with_capacity(event.len());
    let mut after_cr = false;
    for &byte in event {
        match byte {
            b'\n' if after_cr => {}
            b'\r' | b'\n' => out.extend_from_slice(end.as_bytes()),
            other => out.push(other),
        }
        after_cr = byte == b'\r';
    }
    out.into()
}
