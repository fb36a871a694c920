//! What holds for every kind in the catalogue, and for each of the golden cassettes.

use super::*;
use crate::model::{Cassette, Protocol, Step};
use crate::text::read;
use crate::transcribe::compile;

/// Points tried of an exchange. What fits one of the golden exchanges at all fits one of its first boundaries.
const MAX_POINTS: usize = 40;

pub(super) fn library() -> Vec<Cassette> {
    macro_rules! golden {
        ($($name:literal),*) => {
            vec![$(read(include_str!(concat!("../../library/", $name, ".yaml"))).unwrap()),*]
        };
    }
    golden![
        "bodies",
        "broken",
        "chunked",
        "connections",
        "framing",
        "gaps",
        "heads",
        "http2",
        "http2-messages",
        "interim",
        "json",
        "minimal",
        "ranges",
        "raw",
        "recorded",
        "streams",
        "tls",
        "upgrade"
    ]
}

/// The sentence that a sweep would try.
pub(super) fn sentence(kind: &Kind, sample: &str, point: Option<&Point>) -> Fault {
    let point = point.map(|point| format!("at {point}")).unwrap_or_default();
    let words = [kind.name, sample, &point];
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let sentence = words.join(" ");
    sentence.parse().unwrap_or_else(|error| panic!("{sentence:?}: {error}"))
}

/// A point that a sentence of this kind must have; any.
fn any_point(kind: &Kind) -> Option<Point> {
    match kind.point {
        PointUse::Required => Some(Point::End),
        PointUse::Json => Some(Point::Json("$.a".to_owned())),
        _ => None,
    }
}

/// The points of an exchange that a sweep would try.
pub(super) fn points(kind: &Kind, scene: &Scene<'_>) -> Vec<Option<Point>> {
    let all = match kind.point {
        PointUse::Required => scene.layout().points(),
        PointUse::Json => scene.json_points(),
        _ => return vec![None],
    };
    all.into_iter().take(MAX_POINTS).map(Some).collect()
}

#[test]
fn every_kind_says_what_it_does_and_has_samples_that_are_read_as_they_are_written() {
    for kind in catalogue() {
        assert!(kind.meaning.ends_with('.') && kind.meaning.len() > 20, "{}", kind.name);
        assert!(!kind.samples.is_empty(), "{}", kind.name);
        for sample in kind.samples {
            let fault = sentence(kind, sample, any_point(kind).as_ref());
            let written = fault.to_string();
            assert_eq!(written.parse::<Fault>().as_ref(), Ok(&fault), "{written}");
            assert_eq!(written.parse::<Fault>().unwrap().to_string(), written);
        }
        for param in kind.params {
            assert!(!param.meaning.is_empty(), "{} {}", kind.name, param.name);
        }
    }
}

#[test]
fn no_two_kinds_have_one_name() {
    let mut names: Vec<_> = catalogue().iter().map(|kind| kind.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn every_sample_fits_an_exchange_of_the_library_or_meets_a_client() {
    let library = library();
    let kinds = catalogue().iter().filter(|kind| !kind.action.hits_connections());
    let all = kinds.flat_map(|kind| kind.samples.iter().map(move |sample| (kind, *sample)));
    let unfit = |(kind, sample): &(&&Kind, &str)| {
        !library.iter().any(|cassette| fits(kind, sample, cassette))
    };
    let unfit: Vec<_> =
        all.filter(unfit).map(|(kind, sample)| format!("{} {sample}", kind.name)).collect();
    assert_eq!(unfit, [""; 0], "these fit nothing in the library");
}

/// Whether it does anything to an exchange.
fn fits(kind: &Kind, sample: &str, cassette: &Cassette) -> bool {
    let others = Neighbours { cassette };
    let mut exchanges = cassette.exchanges().iter();
    exchanges.any(|exchange| {
        let connection = cassette.connection_of(exchange);
        let script = compile(exchange, connection, true);
        let tls = connection.tls.is_some();
        let scene = || Scene::new(exchange, script.clone(), tls, Random::new(0, 1, 1), &others);
        points(kind, &scene()).iter().any(|point| {
            let fault = sentence(kind, sample, point.as_ref());
            let Ok(edited) = fault.apply(scene()) else { return false };
            assert!(is_playable(&edited.steps, exchange.protocol), "{fault}: {edited:?}");
            // Of an answer in one piece, without gaps, mere timing makes nothing else.
            !kind.breaks || edited != script
        })
    })
}

/// Nothing follows the end, and nothing empty is sent.
fn is_playable(steps: &[Step], protocol: Protocol) -> bool {
    let ends = |step: &Step| matches!(step, Step::Close | Step::Cut | Step::Reset | Step::Alert(_));
    let end = steps.iter().position(ends);
    let nothing_follows = end.is_none_or(|end| end + 1 == steps.len());
    let empty = |step: &Step| matches!(step, Step::Send(bytes) if bytes.is_empty());
    nothing_follows && (protocol == Protocol::Http2 || !steps.iter().any(empty))
}
