//! Bodies by what they mean: JSON by value, forms by field, multipart by part, text by line, the
//! rest by byte.

mod form;
mod json;
mod multipart;
mod text;

use cassettes::meaning::Meaning;
use cassettes::wire::http1::Headers;

use super::findings::Findings;
use super::show::{byte_count, show};
use super::{Gravity, Mismatch, Place, Treatment, binary};

/// A body, and what its headers say about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body<'a> {
    pub(super) content_type: Option<&'a [u8]>,
    pub(super) bytes: &'a [u8],
}

impl<'a> Body<'a> {
    pub(super) fn of(headers: Headers<'a>, bytes: &'a [u8]) -> Self {
        Self { content_type: headers.get("content-type"), bytes }
    }
}

pub(super) fn compare_bodies(expected: Body<'_>, actual: Body<'_>, found: &mut Findings<'_>) {
    if expected.bytes == actual.bytes {
        return;
    }
    let was = Meaning::of(expected.content_type, expected.bytes);
    let is = Meaning::of(actual.content_type, actual.bytes);
    compare_meanings(&was, &is, (expected.bytes, actual.bytes), found);
}

/// Of bodies whose bytes differ.
fn compare_meanings(
    expected: &Meaning<'_>,
    actual: &Meaning<'_>,
    (was, is): (&[u8], &[u8]),
    found: &mut Findings<'_>,
) {
    let verdict = match (expected, actual) {
        (Meaning::Json(a), Meaning::Json(b)) => json::compare(a.root(), b.root(), found),
        (Meaning::Form(a), Meaning::Form(b)) => form::compare(a, b, found),
        (Meaning::Multipart(a), Meaning::Multipart(b)) => multipart::compare(a, b, found),
        (Meaning::Text(a), Meaning::Text(b)) => text::compare(a, b, found),
        (Meaning::Binary(a), Meaning::Binary(b)) => compare_binary(a, b, found),
        _ => compare_kinds(expected, actual, (was, is), found),
    };
    if verdict == Sameness::OtherSpelling {
        found.differ(found.rules.spelling, Place::BodySpelling, show(was), show(is));
    }
}

/// What a comparison of two bodies, whose bytes differ, came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sameness {
    /// Differences were found, or left out by the user's rules.
    Told,
    /// They mean the same, and are only written otherwise.
    OtherSpelling,
}

impl Sameness {
    const fn told(told: bool) -> Self {
        if told { Self::Told } else { Self::OtherSpelling }
    }
}

fn compare_binary(expected: &[u8], actual: &[u8], found: &mut Findings<'_>) -> Sameness {
    if let Some(difference) = binary::first_difference(expected, actual) {
        found.push(difference.at_byte());
    }
    Sameness::Told
}

/// One is there and the other is not, or they are read in different ways.
fn compare_kinds(
    expected: &Meaning<'_>,
    actual: &Meaning<'_>,
    (was, is): (&[u8], &[u8]),
    found: &mut Findings<'_>,
) -> Sameness {
    let shown = |meaning: &Meaning<'_>, bytes: &[u8]| match meaning {
        Meaning::Empty => None,
        Meaning::Binary(_) => Some(byte_count(bytes.len())),
        _ => Some(show(bytes)),
    };
    let mut mismatch = Mismatch {
        place: Place::Body,
        gravity: Gravity::Failure,
        expected: shown(expected, was),
        actual: shown(actual, is),
        detail: None,
    };
    if !was.is_empty() && !is.is_empty() {
        mismatch.detail = Some(format!("was {}, is {}", expected.name(), actual.name()));
    }
    found.push(mismatch);
    Sameness::Told
}

/// A value that one side or both have.
fn change(place: Place, expected: Option<&[u8]>, actual: Option<&[u8]>, found: &mut Findings<'_>) {
    found.change(Treatment::Fail, place, expected.map(show), actual.map(show));
}
