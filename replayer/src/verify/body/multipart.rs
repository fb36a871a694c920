//! Multipart bodies by part.

use cassettes::meaning::{Part, PartHeader};

use super::{Sameness, change, compare_meanings};
use crate::verify::Place;
use crate::verify::findings::Findings;
use crate::verify::pairs::{Pair, changes};
use crate::verify::show::show;

pub(super) fn compare(
    expected: &[Part<'_>],
    actual: &[Part<'_>],
    found: &mut Findings<'_>,
) -> Sameness {
    let (was, is) = (kept(expected, found), kept(actual, found));
    let ignored = was.len() + is.len() < expected.len() + actual.len();
    let mut told = ignored || was.len() != is.len();
    for index in 0..was.len().max(is.len()) {
        told |= compare_at(index + 1, was.get(index).copied(), is.get(index).copied(), found);
    }
    Sameness::told(told)
}

/// Without the parts that may be anything.
fn kept<'p, 'a>(parts: &'p [Part<'a>], found: &Findings<'_>) -> Vec<&'p Part<'a>> {
    let ignored =
        |part: &Part<'_>| part.name().is_some_and(|name| found.rules.ignores_field(&name));
    parts.iter().filter(|part| !ignored(part)).collect()
}

/// Whether anything was found.
fn compare_at(
    number: usize,
    expected: Option<&Part<'_>>,
    actual: Option<&Part<'_>>,
    found: &mut Findings<'_>,
) -> bool {
    let name = expected.or(actual).and_then(Part::name).map(|name| show(&name));
    match (expected, actual) {
        (Some(was), Some(is)) => {
            let mut told = false;
            let place = |inside| Place::Part { number, name: name.clone(), inside: Some(inside) };
            found.inside(place, |found| {
                compare_parts(was, is, found);
                told = !found.is_empty();
            });
            told
        }
        (was, is) => {
            let place = Place::Part { number, name, inside: None };
            change(place, was.map(Part::body), is.map(Part::body), found);
            true
        }
    }
}

fn compare_parts(expected: &Part<'_>, actual: &Part<'_>, found: &mut Findings<'_>) {
    let (was, is) = (header_pairs(expected), header_pairs(actual));
    for one in changes(&was, &is) {
        let place = Place::Header { name: show(one.name), nth: one.nth };
        let treatment = found.rules.headers.treatment(one.name);
        found.change(treatment, place, one.expected.map(show), one.actual.map(show));
    }
    let bodies = (expected.body(), actual.body());
    if bodies.0 != bodies.1 {
        compare_meanings(&expected.meaning(), &actual.meaning(), bodies, found);
    }
}

fn header_pairs<'a>(part: &Part<'a>) -> Vec<Pair<'a>> {
    let pair = |header: PartHeader<'a>| Pair {
        name: header.name.to_ascii_lowercase().into(),
        value: header.meaningful_value(),
    };
    part.headers().map(pair).collect()
}
