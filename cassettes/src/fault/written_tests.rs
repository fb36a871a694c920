//! What a fault makes of an exchange can be written into a cassette, whatever its kind, and is played from there as it was
//! meant.

use super::catalogue_tests::{library, points, sentence};
use super::*;
use crate::format::{Reader, encode};
use crate::model::{Cassette, Script};
use crate::text;
use crate::transcribe::compile;

#[test]
fn every_sample_is_played_from_a_mutated_cassette_as_it_is_from_the_recording() {
    let library = library();
    let kinds = catalogue().iter().filter(|kind| !kind.action.hits_connections());
    for (kind, sample) in kinds.flat_map(|kind| kind.samples.iter().map(move |it| (kind, *it))) {
        // That each fits some exchange is for the tests of the catalogue.
        library.iter().find(|cassette| is_written(kind, sample, cassette));
    }
}

/// Whether it fits an exchange; the first that it fits is mutated.
fn is_written(kind: &Kind, sample: &str, cassette: &Cassette) -> bool {
    let found = (0..cassette.exchanges().len())
        .find_map(|index| applied(kind, sample, cassette, index).map(|it| (index, it)));
    let Some((index, (fault, script))) = found else { return false };
    let number = u64::try_from(index).unwrap() + 1;
    let set = FaultSet::new(vec![fault.on(Selector::Exchange(number))], 0);
    let mutated = mutate(cassette, &set).unwrap().cassette;
    let exchange = &mutated.exchanges()[index];
    let fault = &set.faults()[0];
    let staged = mutated.staging(index).and_then(|staging| staging.script_of(exchange));
    assert_eq!(staged.as_ref(), Some(&script), "{fault}");
    let bytes = encode(&mutated).unwrap();
    assert_eq!(Reader::open(bytes).unwrap().to_cassette().unwrap(), mutated);
    assert_eq!(text::read(&text::write(&mutated)).unwrap(), mutated, "{fault}");
    true
}

/// What it makes of an exchange, at the first point that fits.
fn applied(
    kind: &Kind,
    sample: &str,
    cassette: &Cassette,
    index: usize,
) -> Option<(Fault, Script)> {
    let exchange = Some(&cassette.exchanges()[index]).filter(|it| it.protocol.is_conversation())?;
    let connection = cassette.connection_of(exchange);
    let last = cassette.exchanges()[index + 1..]
        .iter()
        .all(|later| later.connection != exchange.connection);
    let script = compile(exchange, connection, last);
    let others = Neighbours { cassette };
    let random = Random::new(0, index as u64 + 1, 1);
    let tls = connection.tls.is_some();
    let scene = || Scene::new(exchange, script.clone(), tls, random.clone(), &others);
    points(kind, &scene()).iter().find_map(|point| {
        let fault = sentence(kind, sample, point.as_ref());
        fault.apply(scene()).ok().map(|script| (fault, script))
    })
}
