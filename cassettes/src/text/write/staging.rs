//! How an exchange is played, and a client met, as text.

use std::time::Duration;

use super::super::quantity::show_duration;
use super::super::steps::{show_certificate, show_step, show_stop};
use super::emitter::{Emitter, inline};
use crate::model::{Applied, Reception, Staging, Step};

/// The exchange's keys that say it.
pub(super) fn write(yaml: &mut Emitter, indent: usize, staging: &Staging) {
    if let Some(script) = &staging.script {
        write_script(yaml, indent, script);
    }
    for (key, is_so) in [("repeats", staging.repeats), ("spare", staging.spare)] {
        if is_so {
            yaml.key(indent, key, "true");
        }
    }
    let says_nothing = staging.script.is_none() && !staging.repeats && !staging.spare;
    if says_nothing || !staging.faults.is_empty() {
        write_ids(yaml, indent, &staging.faults);
    }
}

fn write_script(yaml: &mut Emitter, indent: usize, script: &[Step<u64>]) {
    if !script.iter().any(|step| matches!(step, Step::Beneath(_))) {
        let steps: Vec<_> = script.iter().map(show_step).collect();
        return yaml.list(indent, "script", &steps);
    }
    yaml.key(indent, "script", "");
    for step in script {
        match step {
            Step::Beneath(bytes) => {
                yaml.begin_item();
                yaml.bytes(indent + 4, "beneath", bytes);
            }
            step => yaml.line(indent + 2, &format!("- {}", show_step(step))),
        }
    }
}

/// A connection's key that says how its client is met.
pub(super) fn write_reception(yaml: &mut Emitter, indent: usize, reception: &Reception) {
    if *reception == Reception::default() {
        return yaml.key(indent, "reception", "{}");
    }
    yaml.key(indent, "reception", "");
    let nanos = |delay: Duration| u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
    if let Some(delay) = reception.delay {
        yaml.key(indent + 2, "delay", &show_duration(nanos(delay)));
    }
    if let Some(fault) = reception.certificate {
        yaml.key(indent + 2, "certificate", show_certificate(fault));
    }
    if let Some(stop) = reception.stop {
        yaml.key(indent + 2, "stop", &show_stop(stop));
    }
    if reception.repeats {
        yaml.key(indent + 2, "repeats", "true");
    }
    if !reception.faults.is_empty() {
        write_ids(yaml, indent + 2, &reception.faults);
    }
}

/// A connection's key that says which faults hit it.
pub(super) fn write_applied(yaml: &mut Emitter, indent: usize, faults: &[Applied]) {
    if faults.is_empty() {
        return;
    }
    yaml.key(indent, "faults", "");
    for Applied { at, id } in faults {
        yaml.begin_item();
        yaml.key(indent + 4, "at", &show_duration(at.as_nanos()));
        yaml.key(indent + 4, "fault", &inline(id));
    }
}

fn write_ids(yaml: &mut Emitter, indent: usize, ids: &[String]) {
    let ids: Vec<_> = ids.iter().map(|id| inline(id)).collect();
    yaml.list(indent, "faults", &ids);
}
