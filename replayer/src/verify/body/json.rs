//! JSON by value, with the path to each difference.

use std::borrow::Cow;

use cassettes::meaning::json::{Kind, Pattern, Progress, Segment, Value, write_canonical};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Sameness, change};
use crate::verify::Place;
use crate::verify::findings::Findings;
use crate::verify::show::show;

/// Most pairs of elements weighed to line two arrays up; beyond it they are compared by index.
/// A bound on work, not on time, so that the same bodies always give the same report.
const MAX_ALIGNED_PAIRS: usize = 1_000_000;

pub(super) fn compare(
    expected: Value<'_>,
    actual: Value<'_>,
    found: &mut Findings<'_>,
) -> Sameness {
    let patterns: &[Pattern] = &found.rules.ignore_json;
    let progress: Vec<_> = patterns.iter().map(Pattern::start).collect();
    let mut walk = Walk { patterns, path: Vec::new(), told: false };
    walk.compare(expected, actual, &progress, found);
    Sameness::told(walk.told)
}

/// One walk down two documents. No deeper than JSON is read.
struct Walk<'r> {
    /// What is not to be looked at.
    patterns: &'r [Pattern],
    /// Where the walk is.
    path: Vec<Segment>,
    /// Something was found, or left out.
    told: bool,
}

impl Walk<'_> {
    /// `progress` says how far each pattern has come.
    fn compare(
        &mut self,
        expected: Value<'_>,
        actual: Value<'_>,
        progress: &[Progress],
        found: &mut Findings<'_>,
    ) {
        if expected.text() == actual.text() || self.ignores(progress) {
            return;
        }
        match (expected.kind(), actual.kind()) {
            (Kind::Object, Kind::Object) => self.objects(expected, actual, progress, found),
            (Kind::Array, Kind::Array) => self.arrays(expected, actual, progress, found),
            _ if expected.same(&actual) => {}
            _ => self.report(Some(expected), Some(actual), found),
        }
    }

    /// Members by name; the k-th of a name against the k-th of that name.
    fn objects(
        &mut self,
        expected: Value<'_>,
        actual: Value<'_>,
        progress: &[Progress],
        found: &mut Findings<'_>,
    ) {
        let (was, is) = (members(expected), members(actual));
        let mut others = is.into_iter().peekable();
        for (key, value) in was {
            while let Some((other, value)) = others.next_if(|(other, _)| *other < key) {
                self.step(name(&other.0), None, Some(value), progress, found);
            }
            let partner = others.next_if(|(other, _)| *other == key).map(|(_, value)| value);
            self.step(name(&key.0), Some(value), partner, progress, found);
        }
        for (key, value) in others {
            self.step(name(&key.0), None, Some(value), progress, found);
        }
    }

    /// Elements lined up, so that one that was put in or left out is one difference.
    fn arrays(
        &mut self,
        expected: Value<'_>,
        actual: Value<'_>,
        progress: &[Progress],
        found: &mut Findings<'_>,
    ) {
        let was: Vec<_> = expected.elements().collect();
        let is: Vec<_> = actual.elements().collect();
        for op in alignment(&was, &is) {
            let (old, new) = (op.old_range(), op.new_range());
            let both = old.len().min(new.len());
            for (old, new) in old.clone().zip(new.clone()) {
                let (was, is) = (was.get(old).copied(), is.get(new).copied());
                self.step(Segment::Index(old), was, is, progress, found);
            }
            for index in old.skip(both) {
                self.step(Segment::Index(index), was.get(index).copied(), None, progress, found);
            }
            for index in new.skip(both) {
                self.step(Segment::Index(index), None, is.get(index).copied(), progress, found);
            }
        }
    }

    /// Compares what is one level further down.
    fn step(
        &mut self,
        to: Segment,
        expected: Option<Value<'_>>,
        actual: Option<Value<'_>>,
        progress: &[Progress],
        found: &mut Findings<'_>,
    ) {
        let patterns = self.patterns.iter().zip(progress);
        let progress: Vec<_> = patterns.map(|(pattern, at)| pattern.step(*at, &to)).collect();
        self.path.push(to);
        match (expected, actual) {
            (Some(was), Some(is)) => self.compare(was, is, &progress, found),
            _ if self.ignores(&progress) => {}
            (was, is) => self.report(was, is, found),
        }
        self.path.pop();
    }

    fn ignores(&mut self, progress: &[Progress]) -> bool {
        let mut patterns = self.patterns.iter().zip(progress);
        let ignored = patterns.any(|(pattern, at)| pattern.matched(*at));
        self.told |= ignored;
        ignored
    }

    fn report(
        &mut self,
        expected: Option<Value<'_>>,
        actual: Option<Value<'_>>,
        found: &mut Findings<'_>,
    ) {
        self.told = true;
        let path = self.path.iter().fold("$".to_owned(), |path, step| path + &step.to_string());
        let text = |value: Option<Value<'_>>| value.map(|value| compact(value));
        let (expected, actual) = (text(expected), text(actual));
        change(Place::Json { path }, expected.as_deref(), actual.as_deref(), found);
    }
}

/// By name and which of that name, sorted.
type Member<'d> = ((Cow<'d, [u8]>, usize), Value<'d>);

fn members(object: Value<'_>) -> Vec<Member<'_>> {
    let mut members: Vec<Member<'_>> =
        object.members().map(|(name, value)| ((name, 0), value)).collect();
    members.sort_by(|((a, _), _), ((b, _), _)| a.cmp(b));
    let mut last: Option<(Cow<'_, [u8]>, usize)> = None;
    for ((name, nth), _) in &mut members {
        *nth = last.filter(|(other, _)| other == name).map_or(0, |(_, nth)| nth + 1);
        last = Some((name.clone(), *nth));
    }
    members
}

fn name(name: &[u8]) -> Segment {
    Segment::Name(show(name))
}

/// How the elements of two arrays line up, those that are equal by value left out.
fn alignment(expected: &[Value<'_>], actual: &[Value<'_>]) -> Vec<DiffOp> {
    let (was, is) = (expected.len(), actual.len());
    if was == is || was.saturating_mul(is) > MAX_ALIGNED_PAIRS {
        return vec![DiffOp::Replace { old_index: 0, old_len: was, new_index: 0, new_len: is }];
    }
    let (was, is): (Vec<_>, Vec<_>) =
        (expected.iter().map(canonical).collect(), actual.iter().map(canonical).collect());
    let ops = capture_diff_slices(Algorithm::Myers, &was, &is);
    ops.into_iter().filter(|op| !matches!(op, DiffOp::Equal { .. })).collect()
}

fn canonical(value: &Value<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    write_canonical(*value, &mut text);
    text
}

/// As written, if that is one line; otherwise without white space.
fn compact(value: Value<'_>) -> Vec<u8> {
    let text = value.text();
    if text.contains(&b'\n') { canonical(&value) } else { text.to_vec() }
}
