//! Method, target, version; status and reason.

use std::borrow::Cow;

use cassettes::meaning::{Target, normalised, query_name};
use cassettes::wire::http1::{RequestHead, ResponseHead, Version};

use super::findings::Findings;
use super::pairs::{Pair, changes};
use super::show::show;
use super::{Place, Treatment};

pub(super) fn compare_request_lines(
    expected: &RequestHead<'_>,
    actual: &RequestHead<'_>,
    found: &mut Findings<'_>,
) {
    if expected.request_line() == actual.request_line() {
        return;
    }
    if expected.method() != actual.method() {
        let (expected, actual) = (show(expected.method()), show(actual.method()));
        found.differ(Treatment::Fail, Place::Method, expected, actual);
    }
    compare_authorities(expected, actual, found);
    let (was, is) = (Target::of(expected.target()), Target::of(actual.target()));
    compare_paths(was.path, is.path, found);
    compare_queries(&was, &is, found);
    compare_versions(expected.version(), actual.version(), found);
}

pub(super) fn compare_status_lines(
    expected: &ResponseHead<'_>,
    actual: &ResponseHead<'_>,
    found: &mut Findings<'_>,
) {
    if expected.status() != actual.status() {
        let (expected, actual) = (show(expected.status_line()), show(actual.status_line()));
        found.differ(Treatment::Fail, Place::Status, expected, actual);
    } else if expected.reason() != actual.reason() {
        let (expected, actual) = (show(expected.reason()), show(actual.reason()));
        found.differ(found.rules.spelling, Place::Reason, expected, actual);
    }
    compare_versions(expected.version(), actual.version(), found);
}

/// The absolute form names an origin; the others leave that to `Host`.
fn compare_authorities(
    expected: &RequestHead<'_>,
    actual: &RequestHead<'_>,
    found: &mut Findings<'_>,
) {
    let named = |head: &RequestHead<'_>| Target::of(head.target()).authority.map(<[u8]>::to_vec);
    let host = |head: &RequestHead<'_>| head.header("host").unwrap_or_default().to_vec();
    let (was, is) = (named(expected), named(actual));
    let same = found.context.same_authority(
        was.as_deref().unwrap_or(&host(expected)),
        is.as_deref().unwrap_or(&host(actual)),
    );
    let treatment = match (&was, &is) {
        (None, None) => return,
        (Some(_), Some(_)) if same => return,
        _ if same => found.rules.spelling,
        _ => Treatment::Fail,
    };
    found.differ(treatment, Place::Target, show(expected.target()), show(actual.target()));
}

fn compare_paths(expected: &[u8], actual: &[u8], found: &mut Findings<'_>) {
    if expected == actual {
        return;
    }
    let same = normalised(expected) == normalised(actual);
    let treatment = if same { found.rules.spelling } else { Treatment::Fail };
    found.differ(treatment, Place::Path, show(expected), show(actual));
}

fn compare_queries(expected: &Target<'_>, actual: &Target<'_>, found: &mut Findings<'_>) {
    if expected.query == actual.query {
        return;
    }
    let (was, is) = (query_pairs(expected, found), query_pairs(actual, found));
    let changed = changes(&was, &is);
    for change in &changed {
        let place = Place::Query { name: show(change.name) };
        found.change(Treatment::Fail, place, change.expected.map(show), change.actual.map(show));
    }
    if changed.is_empty() && !ignores_any(expected, found) && !ignores_any(actual, found) {
        let (expected, actual) = (show(expected.query), show(actual.query));
        found.differ(found.rules.spelling, Place::QuerySpelling, expected, actual);
    }
}

/// The pieces by name; the value is the whole piece, so that `a` and `a=` differ visibly.
fn query_pairs<'a>(target: &Target<'a>, found: &Findings<'_>) -> Vec<Pair<'a>> {
    let kept = target.pieces().filter(|piece| !found.rules.ignores_query(query_name(piece)));
    kept.map(|piece| Pair { name: name_of(piece), value: normalised(piece) }).collect()
}

fn name_of(piece: &[u8]) -> Cow<'_, [u8]> {
    normalised(query_name(piece))
}

fn ignores_any(target: &Target<'_>, found: &Findings<'_>) -> bool {
    target.pieces().any(|piece| found.rules.ignores_query(query_name(piece)))
}

fn compare_versions(expected: Version, actual: Version, found: &mut Findings<'_>) {
    if expected != actual {
        let (expected, actual) = (version_name(expected), version_name(actual));
        found.differ(found.rules.version, Place::Version, expected, actual);
    }
}

const fn version_name(version: Version) -> &'static str {
    match version {
        Version::Http10 => "HTTP/1.0",
        Version::Http11 => "HTTP/1.1",
        Version::Http2 => "HTTP/2",
    }
}
