//! What HTTP carries: bodies as a whole, and values in JSON.
//!
//! The framing follows, and a content coding is put on again, unless the flag [`KEEP_FRAMING`] is given.

mod add_unknown;
mod array;
mod bom;
mod deep_nesting;
mod duplicate_key;
mod empty;
mod html_instead;
mod json;
mod not_json;
mod null;
mod number;
mod remove;
mod retype;
mod string;
mod trailing_garbage;
mod truncate;

use crate::fault::{Answer, Args, Kind, Misfit, Param, Scene};

pub(super) const KINDS: &[&Kind] = &[
    &truncate::KIND,
    &empty::KIND,
    &html_instead::KIND,
    &not_json::KIND,
    &bom::KIND,
    &trailing_garbage::KIND,
    &remove::KIND,
    &null::KIND,
    &retype::KIND,
    &add_unknown::KIND,
    &duplicate_key::KIND,
    &number::KIND,
    &string::KIND,
    &array::KIND,
    &deep_nesting::KIND,
];

/// Of every kind here.
const KEEP_FRAMING: Param = Param::flag(
    "keep-framing",
    "the framing says the recorded length: `Content-Length`, or the size of the one chunk that the body then is",
);

/// The answer, which has a body.
fn answer(scene: &Scene<'_>, args: &Args) -> Result<Answer, Misfit> {
    let mut answer = Answer::of(scene)?;
    answer.need_body()?;
    answer.keep_framing = args.has(KEEP_FRAMING.name);
    Ok(answer)
}

/// The content of an answer that is JSON, by what it says or by what it is.
fn json_content(answer: &Answer) -> Result<bytes::Bytes, Misfit> {
    let content = answer.content()?;
    if answer.is_json() || json::is_json(&content) {
        return Ok(content);
    }
    Err(Misfit::new("it needs a body of JSON"))
}
