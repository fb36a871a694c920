//! How an exchange is played, and a client met, where faults had a hand in it.

use cassettes::model::{Connection, Reception, Staging, Timestamp};
use cassettes::text::{reception_lines, script_lines};
use serde_json::{Value, json};

use crate::printable::{Printable, duration};

/// Of an exchange, a line each.
pub(super) fn lines(staging: &Staging) -> Vec<String> {
    let script = staging.script.as_deref().map(|script| {
        let steps: Vec<_> = script_lines(script).collect();
        format!("played as: {}", steps.join(", "))
    });
    let repeats = staging.repeats.then(|| "played again each time that it is asked for".to_owned());
    let spare = staging.spare.then(|| "there for a client that asks again".to_owned());
    let faults = staging.faults.iter().map(|id| format!("fault: {}", Printable(id.as_bytes())));
    script.into_iter().chain(repeats).chain(spare).chain(faults).collect()
}

/// Of a connection, a line each.
pub(super) fn connection_lines(connection: &Connection) -> Vec<String> {
    let mut lines: Vec<_> = connection.reception.as_deref().map(met).unwrap_or_default();
    lines.extend(connection.faults.iter().map(|fault| {
        let at = duration(fault.at.since(Timestamp::ZERO));
        format!("hit at {at} by: {}", Printable(fault.id.as_bytes()))
    }));
    lines
}

fn met(reception: &Reception) -> Vec<String> {
    let all = if reception.repeats { ", and all after it" } else { "" };
    let how: Vec<_> = reception_lines(reception).collect();
    let how = format!("its client{all}, is met by: {}", how.join(", "));
    let faults = reception.faults.iter().map(|id| format!("fault: {}", Printable(id.as_bytes())));
    std::iter::once(how).chain(faults).collect()
}

/// Of an exchange, for programs.
pub(super) fn json(staging: &Staging) -> Value {
    let script = staging.script.as_deref().map(|script| script_lines(script).collect::<Vec<_>>());
    json!({
        "script": script,
        "repeats": staging.repeats,
        "spare": staging.spare,
        "faults": staging.faults,
    })
}

/// How a client is met, for programs.
pub(super) fn reception_json(reception: &Reception) -> Value {
    json!({
        "how": reception_lines(reception).collect::<Vec<_>>(),
        "repeats": reception.repeats,
        "faults": reception.faults,
    })
}
