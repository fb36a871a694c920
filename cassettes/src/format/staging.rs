//! How an exchange is played where its bytes and times do not say it: fields of its record, and what its body holds after the
//! bytes of its chunks: the steps of its script, then what these send beneath TLS.

use std::time::Duration;

use bincode::{Decode, Encode};
use bytes::{Buf, Bytes};

use super::damage::What;
use super::number::{narrow, put_u64, take_u8, take_u64, wide};
use super::record::ExchangeRecord;
use crate::model::{Direction, Exchange, Staging, Step, Until};

/// Metadata of kind 14.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct StagedExchangeRecord {
    pub(super) exchange: ExchangeRecord,
    pub(super) staging: StagingRecord,
}

/// What kind 14 has beside the fields of kind 4.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct StagingRecord {
    /// Bits: [`REPEATS`], [`SPARE`], [`SCRIPT`].
    pub(super) how: u8,
    /// How many steps the script has; 0 without one.
    pub(super) steps: u64,
    /// How many bytes it sends beneath TLS.
    pub(super) beneath: u64,
    pub(super) faults: Vec<String>,
}

const REPEATS: u8 = 1;
const SPARE: u8 = 2;
const SCRIPT: u8 = 4;

/// A step in the body: its number, and its value.
const STEP_BYTES: usize = 9;

impl StagingRecord {
    pub(super) fn of(staging: &Staging) -> Self {
        let bit = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
        let script = staging.script.as_deref();
        let beneath = script.unwrap_or_default().iter().map(beneath).map(|it| wide(it.len()));
        Self {
            how: bit(staging.repeats, REPEATS)
                | bit(staging.spare, SPARE)
                | bit(script.is_some(), SCRIPT),
            steps: script.map_or(0, |steps| wide(steps.len())),
            beneath: beneath.sum(),
            faults: staging.faults.clone(),
        }
    }

    /// How many bytes of the body are its.
    pub(super) fn body_len(&self) -> Result<u64, What> {
        let len = self.steps.checked_mul(wide(STEP_BYTES));
        let len = len.and_then(|steps| steps.checked_add(self.beneath));
        len.ok_or(What::BadValue { field: "number of steps", value: self.steps })
    }

    /// From what the body holds of it; it must fit the exchange.
    pub(super) fn into_model(self, mut body: Bytes, of: &Exchange) -> Result<Staging, What> {
        let how = self.how;
        if how & !(REPEATS | SPARE | SCRIPT) != 0 || how & SCRIPT == 0 && self.steps > 0 {
            return Err(What::BadValue { field: "way of playing", value: how.into() });
        }
        let mut steps = body.split_to(narrow(self.steps.saturating_mul(wide(STEP_BYTES))));
        let mut script = Vec::with_capacity(narrow(self.steps));
        while let Some(step) = steps.get(..STEP_BYTES) {
            script.push(read_step(step, &mut body)?);
            steps.advance(STEP_BYTES);
        }
        if !body.is_empty() {
            let (what, found) = ("the bytes sent beneath TLS", wide(body.len()));
            return Err(What::Disagrees { what, expected: 0, found });
        }
        let staging = Staging {
            script: (how & SCRIPT != 0).then_some(script),
            repeats: how & REPEATS != 0,
            spare: how & SPARE != 0,
            faults: self.faults,
        };
        check_sends(&staging, of)?;
        Ok(staging)
    }
}

/// What the body holds of a staging.
pub(super) fn body_of(staging: &Staging) -> Vec<u8> {
    let steps = staging.script.as_deref().unwrap_or_default();
    let mut body = Vec::with_capacity(steps.len() * STEP_BYTES);
    for step in steps {
        let (number, value) = numbers_of(step);
        body.push(number);
        put_u64(&mut body, value);
    }
    for step in steps {
        body.extend_from_slice(beneath(step));
    }
    body
}

fn beneath(step: &Step<u64>) -> &[u8] {
    match step {
        Step::Beneath(bytes) => bytes,
        _ => &[],
    }
}

/// A script sends what its exchange holds, and nothing in no step.
fn check_sends(staging: &Staging, exchange: &Exchange) -> Result<(), What> {
    let steps = staging.script.as_deref().unwrap_or_default();
    if steps.contains(&Step::Send(0)) {
        return Err(What::BadValue { field: "number of bytes to send", value: 0 });
    }
    let expected = exchange.byte_count(Direction::ToClient);
    match staging.sent_bytes() {
        Some(found) if found != expected => Err(What::Disagrees {
            what: "the number of bytes that a script sends",
            expected,
            found,
        }),
        _ => Ok(()),
    }
}

fn numbers_of(step: &Step<u64>) -> (u8, u64) {
    match step {
        Step::Send(count) => (0, *count),
        Step::Wait(time) => (1, nanos(*time)),
        Step::Delay(time) => (2, nanos(*time)),
        Step::Flush => (3, 0),
        Step::Beneath(bytes) => (4, wide(bytes.len())),
        Step::Mute => (5, 0),
        Step::HalfClose => (6, 0),
        Step::Close => (7, 0),
        Step::Cut => (8, 0),
        Step::Alert(number) => (9, (*number).into()),
        Step::Reset => (10, 0),
        Step::Stall(None) => (11, 0),
        Step::Stall(Some(time)) => (12, nanos(*time)),
        Step::StopReading => (13, 0),
        Step::Receive(Until::Head) => (16, 0),
        Step::Receive(Until::Bytes(count)) => (17, *count),
        Step::Receive(Until::RequestEnd) => (18, 0),
        Step::Receive(Until::Tail(count)) => (19, *count),
        Step::Receive(Until::Body(count)) => (20, *count),
        Step::Receive(Until::Messages(count)) => (21, *count),
        Step::Receive(Until::ClientClose) => (22, 0),
    }
}

/// Takes what it sends beneath TLS from there.
fn read_step(mut bytes: &[u8], from: &mut Bytes) -> Result<Step<u64>, What> {
    let bad = |value| What::BadValue { field: "step", value };
    let (Some(number), Some(value)) = (take_u8(&mut bytes), take_u64(&mut bytes)) else {
        return Err(bad(0));
    };
    Ok(match (number, value) {
        (0, count) => Step::Send(count),
        (1, nanos) => Step::Wait(Duration::from_nanos(nanos)),
        (2, nanos) => Step::Delay(Duration::from_nanos(nanos)),
        (3, 0) => Step::Flush,
        (4, count) if count <= wide(from.len()) => Step::Beneath(from.split_to(narrow(count))),
        (5, 0) => Step::Mute,
        (6, 0) => Step::HalfClose,
        (7, 0) => Step::Close,
        (8, 0) => Step::Cut,
        (9, number) => Step::Alert(u8::try_from(number).map_err(|_| bad(number))?),
        (10, 0) => Step::Reset,
        (11, 0) => Step::Stall(None),
        (12, nanos) => Step::Stall(Some(Duration::from_nanos(nanos))),
        (13, 0) => Step::StopReading,
        (16, 0) => Step::Receive(Until::Head),
        (17, count) => Step::Receive(Until::Bytes(count)),
        (18, 0) => Step::Receive(Until::RequestEnd),
        (19, count) => Step::Receive(Until::Tail(count)),
        (20, count) => Step::Receive(Until::Body(count)),
        (21, count) => Step::Receive(Until::Messages(count)),
        (22, 0) => Step::Receive(Until::ClientClose),
        _ => return Err(bad(number.into())),
    })
}

/// Times over 584 years are that.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
