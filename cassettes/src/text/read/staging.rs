//! How an exchange is played, and a client met, where that is said.

use std::time::Duration;

use super::super::error::{Problem, TextError};
use super::super::fields::Fields;
use super::super::steps::{self, Draft};
use super::super::tree::{Node, Value};
use super::super::{quantity, spelling};
use super::flag;
use crate::model::{Applied, Chunk, Direction, Reception, Staging, Step, Timestamp};

const RECEPTION: &[&str] = &["delay", "certificate", "stop", "repeats", "faults"];
const APPLIED: &[&str] = &["at", "fault"];

/// How an exchange of these chunks is played, if its keys say so.
pub(super) fn staging(
    fields: &Fields<'_, '_>,
    chunks: &[Chunk],
) -> Result<Option<Staging>, TextError> {
    let keys = ["script", "repeats", "spare", "faults"];
    if keys.iter().all(|key| fields.get(key).is_none()) {
        return Ok(None);
    }
    Ok(Some(Staging {
        script: fields.get("script").map(|node| script(node, chunks)).transpose()?,
        repeats: flag(fields, "repeats")?,
        spare: flag(fields, "spare")?,
        faults: fields.get("faults").map(ids).transpose()?.unwrap_or_default(),
    }))
}

fn script(node: &Node<'_>, chunks: &[Chunk]) -> Result<Vec<Step<u64>>, TextError> {
    let said = chunks.iter().filter(|chunk| chunk.direction == Direction::ToClient);
    let said: u64 = said.map(|chunk| chunk.bytes.len() as u64).sum();
    let steps =
        node.list("script", "a list of steps, as in `[receive request, send rest, reset]`")?;
    let drafts: Vec<Draft> = steps.iter().map(step).collect::<Result<_, _>>()?;
    let mut left = said;
    let mut script = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let step = draft.map_send(|count| count.unwrap_or(left));
        if let Step::Send(count) = &step {
            left = left.saturating_sub(*count);
        }
        // What is left may be nothing.
        script.extend(Some(step).filter(|step| *step != Step::Send(0)));
    }
    let staging = Staging { script: Some(script), ..Staging::default() };
    match staging.sent_bytes() {
        Some(sends) if sends != said => Err(node.place.error(Problem::SendsDiffer { sends, said })),
        _ => Ok(staging.script.unwrap_or_default()),
    }
}

fn step(node: &Node<'_>) -> Result<Draft, TextError> {
    if !matches!(node.value, Value::Map(_)) {
        return steps::step_of(node);
    }
    let fields = Fields::of(node, "a step with bytes of its own", &["beneath"])?;
    let bytes = spelling::read(fields.require("beneath", "beneath:")?, "beneath")?;
    Ok(Step::Beneath(bytes.into()))
}

/// How a client is met.
pub(super) fn reception(node: &Node<'_>) -> Result<Box<Reception>, TextError> {
    let fields = Fields::of(node, "reception", RECEPTION)?;
    let delay = fields.get("delay").map(|node| quantity::read_duration(node, "delay"));
    Ok(Box::new(Reception {
        delay: delay.transpose()?.map(Duration::from_nanos),
        certificate: fields.get("certificate").map(steps::certificate_of).transpose()?,
        stop: fields.get("stop").map(steps::stop_of).transpose()?,
        repeats: flag(&fields, "repeats")?,
        faults: fields.get("faults").map(ids).transpose()?.unwrap_or_default(),
    }))
}

/// The faults that hit a client.
pub(super) fn applied(node: &Node<'_>) -> Result<Vec<Applied>, TextError> {
    let all = node.list("faults", "a list, as in `- {at: 12ms, fault: reset on 3}`")?;
    let one = |node: &Node<'_>| {
        let fields = Fields::of(node, "a fault that hit", APPLIED)?;
        let at = quantity::read_duration(fields.require("at", "at:")?, "at")?;
        let id = id(fields.require("fault", "fault:")?)?;
        Ok(Applied { at: Timestamp::from_nanos(at), id })
    };
    all.iter().map(one).collect()
}

fn ids(node: &Node<'_>) -> Result<Vec<String>, TextError> {
    let ids = node.list("faults", "a list of faults, as in `[reset at byte 812 on 3]`")?;
    ids.iter().map(id).collect()
}

fn id(node: &Node<'_>) -> Result<String, TextError> {
    node.text("a fault", "a fault, as in `reset at byte 812 on 3`").map(str::to_owned)
}
