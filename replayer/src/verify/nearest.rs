//! Which recorded requests come near one that was not recorded, and why none of them is it.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use cassettes::meaning::{Target, query_name};
use cassettes::wire::http::{Message, View};
use cassettes::wire::http1::RequestHead;

use super::{CompareContext, Gravity, Mismatch, Place, Rules, compare_requests};
use crate::report::{Candidate, ExchangeRef};

/// Most recorded requests weighed for one that was not recorded; bounds the work, however large the deck.
pub const MAX_WEIGHED: usize = 200;

/// Most of them looked through for some that are free.
const MAX_SCANNED: usize = 1000;

/// Most of them that are compared in full.
pub const MAX_COMPARED: usize = 10;

/// Most of them that are named in a report. More do not help to find the mistake.
pub const MAX_NEAREST: usize = 3;

/// Most path segments, and query parameters, looked at.
const MAX_SKETCHED: usize = 16;

/// Recorded requests, to be found by what they share with another: path, parent, last segment, shape.
#[derive(Debug, Clone, Default)]
pub struct Neighbours {
    sketches: Vec<Sketch>,
    /// Indices into `sketches`, in recorded order, by hashes of features.
    buckets: HashMap<u64, VecDeque<u32>>,
}

impl Neighbours {
    /// Adds a recorded request, under a number of the caller's.
    pub fn insert(&mut self, number: usize, head: &RequestHead<'_>) {
        let Ok(index) = u32::try_from(self.sketches.len()) else { return };
        let sketch = Sketch::of(number, head);
        for feature in sketch.features() {
            self.buckets.entry(feature).or_default().push_back(index);
        }
        self.sketches.push(sketch);
    }

    /// The numbers of those that come near, the nearest first; of those equally near, the first recorded.
    pub fn near(&self, head: &RequestHead<'_>) -> Vec<usize> {
        self.ranked(head, |_| true).into_iter().map(|(number, _)| number).collect()
    }

    /// The nearest that is `free`, and so much like it that it is the same request, changed: same
    /// method, and at least half of the path. What is not free now will never be again.
    pub fn same_but_changed(
        &mut self,
        head: &RequestHead<'_>,
        free: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        self.prune(head, &free);
        let ranked = self.ranked(head, free);
        let likely = |likeness: &Likeness| likeness.same_method && likeness.path >= 50;
        ranked.into_iter().find(|(_, likeness)| likely(likeness)).map(|(number, _)| number)
    }

    /// Passes over what is no longer free at the front of the buckets, where most of it is.
    fn prune(&mut self, head: &RequestHead<'_>, free: impl Fn(usize) -> bool) {
        let taken =
            |index: &u32| self.sketches.get(*index as usize).is_some_and(|s| !free(s.number));
        for feature in Sketch::of(0, head).features() {
            if let Some(bucket) = self.buckets.get_mut(&feature) {
                while bucket.front().is_some_and(taken) {
                    bucket.pop_front();
                }
            }
        }
    }

    fn ranked(
        &self,
        head: &RequestHead<'_>,
        free: impl Fn(usize) -> bool,
    ) -> Vec<(usize, Likeness)> {
        let sketch = Sketch::of(0, head);
        let mut ranked: Vec<_> = self
            .sharing_a_feature(&sketch, free)
            .into_iter()
            .filter_map(|index| self.sketches.get(index as usize))
            .map(|other| (other.number, sketch.likeness(other)))
            .filter(|(_, likeness)| likeness.path > 0)
            .collect();
        ranked.sort_by_key(|(number, likeness)| (std::cmp::Reverse(likeness.total()), *number));
        ranked
    }

    /// At most [`MAX_WEIGHED`], of the narrowest buckets first.
    fn sharing_a_feature(&self, sketch: &Sketch, free: impl Fn(usize) -> bool) -> Vec<u32> {
        let is_free =
            |index: &u32| self.sketches.get(*index as usize).is_some_and(|s| free(s.number));
        let mut weighed = Vec::new();
        for bucket in sketch.features().iter().filter_map(|feature| self.buckets.get(feature)) {
            let room = MAX_WEIGHED.saturating_sub(weighed.len());
            let scanned = bucket.iter().take(MAX_SCANNED);
            weighed.extend(scanned.filter(|index| is_free(index)).take(room));
        }
        weighed.sort_unstable();
        weighed.dedup();
        weighed
    }
}

/// Compares the candidates (the nearest first) in full, and gives those that differ least.
pub fn nearest(
    request: &View,
    candidates: impl IntoIterator<Item = (ExchangeRef, View, CompareContext)>,
    rules: &Rules,
) -> Vec<Candidate> {
    let mut compared: Vec<Candidate> = candidates
        .into_iter()
        .take(MAX_COMPARED)
        .map(|(exchange, recorded, context)| Candidate {
            exchange,
            label: label(&recorded),
            mismatches: compare_requests(&recorded, request, &context, rules),
        })
        .collect();
    compared.sort_by_key(|candidate| candidate.mismatches.iter().map(cost).sum::<u32>());
    compared.truncate(MAX_NEAREST);
    compared
}

/// How people name an exchange: `GET /path`.
pub fn label(view: &View) -> String {
    match view.request().and_then(Message::request_head) {
        Some(head) => label_of(&head),
        None => "bytes that are not an HTTP request".to_owned(),
    }
}

/// [`label`], of a head.
pub fn label_of(head: &RequestHead<'_>) -> String {
    format!("{} {}", super::show::show(head.method()), super::show::show(head.target()))
}

/// How much a difference speaks against its being the request that was meant.
fn cost(mismatch: &Mismatch) -> u32 {
    if mismatch.gravity == Gravity::Note {
        return 0;
    }
    match mismatch.place {
        Place::Method | Place::Protocol => 30,
        Place::Path => 20,
        Place::Query { .. } | Place::Body | Place::Target => 5,
        Place::Json { .. } | Place::Field { .. } | Place::Part { .. } => 3,
        _ => 2,
    }
}

/// What is kept of a request to weigh it.
#[derive(Debug, Clone)]
struct Sketch {
    number: usize,
    method: u64,
    /// Hashes of the path's segments.
    segments: Box<[u64]>,
    /// Hashes of the query's names.
    names: Box<[u64]>,
}

/// How much two requests have in common.
#[derive(Debug, Clone, Copy)]
struct Likeness {
    same_method: bool,
    /// Of a hundred.
    path: usize,
    /// Of a hundred.
    query: usize,
}

impl Likeness {
    fn total(self) -> usize {
        self.path * 5 + self.query + if self.same_method { 150 } else { 0 }
    }
}

impl Sketch {
    fn of(number: usize, head: &RequestHead<'_>) -> Self {
        let target = Target::of(head.target());
        let segments = target.path.split(|&byte| byte == b'/').skip(1);
        Self {
            number,
            method: hash(head.method()),
            segments: segments.take(MAX_SKETCHED).map(hash).collect(),
            names: target.pieces().take(MAX_SKETCHED).map(|p| hash(query_name(p))).collect(),
        }
    }

    /// The narrowest first: the path, its parent, its last segment, its first.
    fn features(&self) -> [u64; 4] {
        let parent = self.segments.split_last().map_or(&[][..], |(_, parent)| parent);
        [
            hash(("path", &self.segments)),
            hash(("parent", parent)),
            hash(("last", self.segments.last())),
            hash(("first", self.segments.first())),
        ]
    }

    fn likeness(&self, other: &Self) -> Likeness {
        Likeness {
            same_method: self.method == other.method,
            path: in_place(&self.segments, &other.segments),
            query: shared(&self.names, &other.names),
        }
    }
}

/// How many of a hundred stand in the same place.
fn in_place(a: &[u64], b: &[u64]) -> usize {
    let same = a.iter().zip(b).filter(|(a, b)| a == b).count();
    // A segment that was put in front shifts all others.
    let shifted = a.iter().rev().zip(b.iter().rev()).filter(|(a, b)| a == b).count();
    percent(same.max(shifted), a.len().max(b.len()))
}

/// How many of a hundred both have.
fn shared(a: &[u64], b: &[u64]) -> usize {
    let both = a.iter().filter(|name| b.contains(name)).count();
    percent(both, a.len().max(b.len()))
}

/// Of nothing, all.
fn percent(part: usize, whole: usize) -> usize {
    (part * 100).checked_div(whole).unwrap_or(100)
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(recorded: &[&str], line: &str) -> Vec<usize> {
        let heads: Vec<_> = recorded.iter().map(|line| head(line)).collect();
        let mut neighbours = Neighbours::default();
        for (number, head) in heads.iter().enumerate() {
            neighbours.insert(number, &RequestHead::parse(head.as_bytes()).unwrap());
        }
        neighbours.near(&RequestHead::parse(head(line).as_bytes()).unwrap())
    }

    fn head(line: &str) -> String {
        format!("{line} HTTP/1.1\r\n\r\n")
    }

    #[test]
    fn the_same_path_comes_first_then_what_shares_segments() {
        let recorded = [
            "GET /users/2",
            "GET /users/1/orders",
            "POST /users/1",
            "GET /health",
            "GET /users/1?a=1",
        ];
        assert_eq!(near(&recorded, "GET /users/1"), [4, 2, 1, 0]);
    }

    #[test]
    fn what_shares_nothing_is_not_near() {
        assert!(near(&["GET /a/b", "POST /c"], "GET /x/y").is_empty());
    }

    #[test]
    fn the_work_is_bounded_in_any_deck() {
        let recorded = vec!["GET /same"; 5000];
        assert_eq!(near(&recorded, "GET /same").len(), MAX_WEIGHED);
    }
}
