//! Bodies by what they mean: JSON by value, forms by field, multipart by part, text by line, the
//! rest by byte.

mod coding;
mod form;
mod grpc;
mod json;
mod multipart;
mod protobuf;
mod text;

use std::borrow::Cow;

use cassettes::meaning::Meaning;
use cassettes::wire::http1::Headers;

use super::findings::Findings;
use super::show::{byte_count, show};
use super::{Gravity, Mismatch, Place, Treatment, binary};
use grpc::Messages;

/// A body, and what its headers say about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body<'a> {
    content_type: Option<&'a [u8]>,
    content_encoding: Option<&'a [u8]>,
    /// How gRPC messages are compressed.
    message_encoding: Option<&'a [u8]>,
    bytes: &'a [u8],
}

impl<'a> Body<'a> {
    pub(super) fn of(headers: Headers<'a>, bytes: &'a [u8]) -> Self {
        let content_type = headers.clone().get("content-type");
        let message_encoding = headers.clone().get("grpc-encoding");
        let message_encoding =
            message_encoding.or_else(|| headers.clone().get("connect-content-encoding"));
        let content_encoding = headers.get("content-encoding");
        Self { content_type, content_encoding, message_encoding, bytes }
    }

    /// Without its content coding, if it has one that is known and right.
    fn content(&self) -> Cow<'a, [u8]> {
        coding::decoded(self.content_encoding, self.bytes).map_or(self.bytes.into(), Cow::Owned)
    }
}

pub(super) fn compare_bodies(expected: Body<'_>, actual: Body<'_>, found: &mut Findings<'_>) {
    if expected.bytes == actual.bytes && expected.content_encoding == actual.content_encoding {
        return;
    }
    let (was, is) = (expected.content(), actual.content());
    if was == is {
        return compare_codings(expected.bytes, actual.bytes, found);
    }
    let (was_meaning, is_meaning) =
        (Meaning::of(expected.content_type, &was), Meaning::of(actual.content_type, &is));
    if let (Meaning::Grpc(was), Meaning::Grpc(is)) = (&was_meaning, &is_meaning) {
        let (was, is) = (Messages::of(was, expected), Messages::of(is, actual));
        return grpc::compare(was, is, found);
    }
    compare_meanings(&was_meaning, &is_meaning, (&was, &is), found);
}

/// Of bodies with the same content.
fn compare_codings(expected: &[u8], actual: &[u8], found: &mut Findings<'_>) {
    if expected != actual {
        let shown = |bytes: &[u8]| format!("{}, coded", byte_count(bytes.len()));
        found.differ(found.rules.spelling, Place::BodySpelling, shown(expected), shown(actual));
    }
}

/// Of bodies whose bytes differ.
pub(in crate::verify) fn compare_meanings(
    expected: &Meaning<'_>,
    actual: &Meaning<'_>,
    (was, is): (&[u8], &[u8]),
    found: &mut Findings<'_>,
) {
    let verdict = match (expected, actual) {
        (Meaning::Json(a), Meaning::Json(b)) => json::compare(a.root(), b.root(), found),
        (Meaning::Form(a), Meaning::Form(b)) => form::compare(a, b, found),
        (Meaning::Multipart(a), Meaning::Multipart(b)) => multipart::compare(a, b, found),
        (Meaning::Protobuf(a), Meaning::Protobuf(b)) => protobuf::compare(a, b, found),
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
