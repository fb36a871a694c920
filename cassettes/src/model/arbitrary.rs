//! Any staging, and any reception: for tests of what keeps them.

use std::time::Duration;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{
    Applied, CertificateFault, Direction, Exchange, Flight, Played, Reception, Staging, Step, Stop,
    Timestamp, Until,
};

/// The exchange, staged or not.
pub(crate) fn played(exchange: Exchange) -> impl Strategy<Value = Played> {
    let said = exchange.byte_count(Direction::ToClient);
    option::weighted(0.4, staging(said)).prop_map(move |staging| (exchange.clone(), staging))
}

/// One that sends so many bytes, if it has a script.
fn staging(said: u64) -> impl Strategy<Value = Staging> {
    let script = (vec(step(), 0..5), vec((1..30_u64, step()), 0..4), Just(said));
    let script = script.prop_map(|(first, sends, said)| script_of(first, sends, said));
    (option::weighted(0.7, script), any::<bool>(), any::<bool>(), ids())
        .prop_map(|(script, repeats, spare, faults)| Staging { script, repeats, spare, faults })
}

fn script_of(mut steps: Vec<Step<u64>>, sends: Vec<(u64, Step<u64>)>, said: u64) -> Vec<Step<u64>> {
    let mut left = said;
    for (most, then) in sends {
        let count = most.min(left);
        left -= count;
        steps.extend((count > 0).then_some(Step::Send(count)));
        steps.push(then);
    }
    steps.extend((left > 0).then_some(Step::Send(left)));
    steps
}

/// Any but a send.
fn step() -> impl Strategy<Value = Step<u64>> {
    prop_oneof![
        until().prop_map(Step::Receive),
        time().prop_map(Step::Wait),
        time().prop_map(Step::Delay),
        Just(Step::Flush),
        vec(any::<u8>(), 0..8).prop_map(|bytes| Step::Beneath(Bytes::from(bytes))),
        Just(Step::Mute),
        Just(Step::StopReading),
        Just(Step::HalfClose),
        Just(Step::Close),
        Just(Step::Cut),
        any::<u8>().prop_map(Step::Alert),
        Just(Step::Reset),
        option::of(time()).prop_map(Step::Stall),
    ]
}

fn until() -> impl Strategy<Value = Until> {
    prop_oneof![
        Just(Until::Head),
        any::<u64>().prop_map(Until::Bytes),
        Just(Until::RequestEnd),
        any::<u64>().prop_map(Until::Tail),
        any::<u64>().prop_map(Until::Body),
        any::<u64>().prop_map(Until::Messages),
        Just(Until::ClientClose),
    ]
}

pub(crate) fn reception() -> impl Strategy<Value = Reception> {
    let certificate = prop::sample::select(vec![
        CertificateFault::Expired,
        CertificateFault::NotYetValid,
        CertificateFault::WrongHost,
        CertificateFault::SelfSigned,
        CertificateFault::UntrustedRoot,
    ]);
    let flight = prop::sample::select(vec![Flight::Accept, Flight::ServerHello, Flight::Finished]);
    let stop = prop_oneof![
        Just(Stop::Refuse),
        Just(Stop::Close),
        Just(Stop::Reset),
        Just(Stop::Silent),
        any::<u8>().prop_map(Stop::Alert),
    ];
    let stop = option::of((flight, stop));
    (option::of(time()), option::of(certificate), stop, any::<bool>(), ids()).prop_map(
        |(delay, certificate, stop, repeats, faults)| Reception {
            delay,
            certificate,
            stop,
            repeats,
            faults,
        },
    )
}

pub(crate) fn applied() -> impl Strategy<Value = Applied> {
    let at = any::<u64>().prop_map(Timestamp::from_nanos);
    (at, ".{0,20}").prop_map(|(at, id)| Applied { at, id })
}

fn ids() -> impl Strategy<Value = Vec<String>> {
    vec(prop_oneof![Just("close at byte 812 on 3".to_owned()), ".{0,20}"], 0..3)
}

fn time() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(0), Just(250_000_000), any::<u64>()].prop_map(Duration::from_nanos)
}
