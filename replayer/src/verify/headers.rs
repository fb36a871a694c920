//! Headers and trailers: values, order, spelling.

use std::collections::HashMap;

use cassettes::meaning::PartHeader;
use cassettes::wire::http1::{HeaderLine, Headers};

use super::findings::Findings;
use super::pairs::{Change, Pair, changes};
use super::show::show;
use super::{Place, Treatment};

/// How a body's end is told has a place of its own.
const FRAMING: [&str; 2] = ["content-length", "transfer-encoding"];

/// Headers that hold a URL, in which one's own address may stand.
const URLS: [&str; 5] = ["origin", "referer", "location", "content-location", "destination"];

pub(super) fn compare_headers(
    expected: Headers<'_>,
    actual: Headers<'_>,
    found: &mut Findings<'_>,
) {
    compare_values(expected.clone(), actual.clone(), found, |name, nth| Place::Header {
        name,
        nth,
    });
    let (was, is) = (in_common(expected.clone(), actual.clone()), in_common(actual, expected));
    compare_order(&was, &is, found);
    compare_spelling(&was, &is, found);
}

pub(super) fn compare_trailers(expected: &[u8], actual: &[u8], found: &mut Findings<'_>) {
    if expected != actual {
        let (expected, actual) = (Headers::of(expected), Headers::of(actual));
        compare_values(expected, actual, found, |name, nth| Place::Trailer { name, nth });
    }
}

fn compare_values(
    expected: Headers<'_>,
    actual: Headers<'_>,
    found: &mut Findings<'_>,
    place: impl Fn(String, usize) -> Place,
) {
    let (was, is) = (value_pairs(expected), value_pairs(actual));
    for change in changes(&was, &is) {
        let treatment = treatment(&change, found);
        let place = place(show(change.name), change.nth);
        found.change(treatment, place, change.expected.map(show), change.actual.map(show));
    }
}

/// Names in lower case; without the framing.
fn value_pairs(headers: Headers<'_>) -> Vec<Pair<'_>> {
    headers
        .filter(|line| !FRAMING.iter().any(|name| line.is(name)))
        .map(|line| Pair { name: lower(line).into(), value: line.value.into() })
        .collect()
}

fn lower(line: HeaderLine<'_>) -> Vec<u8> {
    line.name.to_ascii_lowercase()
}

fn treatment(change: &Change<'_>, found: &Findings<'_>) -> Treatment {
    let own = found.rules.headers.treatment(change.name);
    match (change.expected, change.actual) {
        (Some(expected), Some(actual)) => match alike(change.name, expected, actual, found) {
            Alike::Same => Treatment::Ignore,
            Alike::Spelling => own.min(found.rules.spelling),
            Alike::No => own,
        },
        (None, Some(_)) if found.headers_untold => Treatment::Ignore,
        _ => own,
    }
}

enum Alike {
    Same,
    Spelling,
    No,
}

fn alike(name: &[u8], expected: &[u8], actual: &[u8], found: &Findings<'_>) -> Alike {
    let same = match name {
        b"host" => found.context.same_authority(expected, actual),
        b"content-type" => return alike_types(expected, actual),
        name if URLS.iter().any(|url| url.as_bytes() == name) => same_urls(expected, actual, found),
        _ => false,
    };
    if same { Alike::Same } else { Alike::No }
}

/// A multipart's boundary is chosen anew for every message.
fn alike_types(expected: &[u8], actual: &[u8]) -> Alike {
    let value = |value| PartHeader { name: b"content-type", value }.meaningful_value();
    if value(expected) == value(actual) { Alike::Spelling } else { Alike::No }
}

fn same_urls(expected: &[u8], actual: &[u8], found: &Findings<'_>) -> bool {
    match (split_url(expected), split_url(actual)) {
        (Some((host, rest)), Some((other_host, other_rest))) => {
            rest == other_rest && found.context.same_authority(host, other_host)
        }
        _ => false,
    }
}

/// Authority and rest of an `http:` URL.
fn split_url(url: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = url.strip_prefix(b"http://")?;
    rest.split_at_checked(memchr::memchr(b'/', rest).unwrap_or(rest.len()))
}

/// The headers whose name the other side has at least as often, in order; those that may be
/// ignored left out.
fn in_common<'a>(headers: Headers<'a>, other: Headers<'_>) -> Vec<HeaderLine<'a>> {
    let mut counts: HashMap<Vec<u8>, usize> = HashMap::new();
    for line in other {
        *counts.entry(lower(line)).or_default() += 1;
    }
    headers
        .filter(|line| {
            let left = counts.get_mut(&lower(*line)).filter(|count| **count > 0);
            left.map(|count| *count -= 1).is_some()
        })
        .collect()
}

fn compare_order(expected: &[HeaderLine<'_>], actual: &[HeaderLine<'_>], found: &mut Findings<'_>) {
    let same = expected.iter().zip(actual).all(|(a, b)| a.name.eq_ignore_ascii_case(b.name));
    if same {
        return;
    }
    let names = |lines: &[HeaderLine<'_>]| {
        show(&lines.iter().map(|line| lower(*line)).collect::<Vec<_>>().join(&b", "[..]))
    };
    found.differ(found.rules.header_order, Place::HeaderOrder, names(expected), names(actual));
}

/// Lines that say the same in another case, or with other white space.
fn compare_spelling(
    expected: &[HeaderLine<'_>],
    actual: &[HeaderLine<'_>],
    found: &mut Findings<'_>,
) {
    let (mut expected, mut actual) = (expected.to_vec(), actual.to_vec());
    expected.sort_by_cached_key(|line| lower(*line));
    actual.sort_by_cached_key(|line| lower(*line));
    for (was, is) in expected.iter().zip(&actual) {
        let (before, after) = (around_value(was), around_value(is));
        if before != after {
            let place = Place::HeaderSpelling { name: show(&lower(*was)) };
            found.differ(found.rules.header_case, place, show(before), show(after));
        }
    }
}

/// Name, colon and the white space after it, as written.
fn around_value<'a>(line: &HeaderLine<'a>) -> &'a [u8] {
    let colon = memchr::memchr(b':', line.raw).map_or(0, |at| at + 1);
    let value = line.raw.get(colon..).unwrap_or_default();
    let blank = value.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    // Of an empty value, the space after the colon is the end of the line.
    let blank = if line.value.is_empty() { 0 } else { blank };
    line.raw.get(..colon + blank).unwrap_or_default()
}
