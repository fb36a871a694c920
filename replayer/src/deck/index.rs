//! Which slots may answer a request: found by key, O(1) whatever the number of slots.
//!
//! Slots with the same request key are a [`Bucket`]; inside it, those with the same body key are a
//! [`Group`], in recorded order. An index does not change: what was played of it, each replay keeps for itself, in
//! [`Claims`] and its cursors.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use cassettes::model::RequestKeys;

use super::claims::Claims;
use super::{By, Slot};

/// The slots of a deck by their keys.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Sorted by request key, body key, slot.
    order: Vec<Slot>,
    /// Ranges of `order`, adjacent and in the same order.
    groups: Vec<Group>,
    /// Ranges of `groups`, adjacent and in the same order.
    buckets: Vec<Bucket>,
    /// A bucket's number; or, marked [`SINGLE`], the only slot with this key: most keys have one, and
    /// each place in memory not looked at is a cache miss saved.
    by_request: HashMap<u64, u32, BuildHasherDefault<KeyHasher>>,
    /// Groups of those buckets that have several.
    by_both: HashMap<(u64, u64), u32, BuildHasherDefault<KeyHasher>>,
    /// What its request keys are of.
    by: By,
}

/// Marks a slot among the numbers of buckets.
const SINGLE: u32 = 1 << 31;

/// The slots with one request key.
#[derive(Debug)]
pub(crate) enum Found<'a> {
    /// There is one.
    Single(Slot),
    /// There are several.
    Several(&'a Bucket),
}

/// Several slots with the same request key.
#[derive(Debug)]
pub(crate) struct Bucket {
    number: u32,
    groups: Range<u32>,
}

/// Slots with the same request key and the same body key.
#[derive(Debug)]
pub(crate) struct Group {
    number: u32,
    slots: Range<u32>,
}

/// How many of a bucket's groups still have a slot to play.
#[derive(Debug)]
pub(crate) enum Open<'a> {
    None,
    One(&'a Group),
    Several,
}

impl Index {
    /// Of these slots, by keys of this kind. Slots that share keys keep the order given by their numbers.
    pub(crate) fn build(by: By, slots: impl IntoIterator<Item = (RequestKeys, Slot)>) -> Self {
        let mut sorted: Vec<_> =
            slots.into_iter().map(|(keys, slot)| (keys.request, keys.body, slot)).collect();
        sorted.sort_unstable();
        let mut index = Self { by, ..Self::default() };
        index.order.reserve_exact(sorted.len());
        for same_request in sorted.chunk_by(|a, b| a.0 == b.0) {
            index.push_bucket(same_request);
        }
        index
    }

    /// What its request keys are of.
    pub(super) const fn by(&self) -> By {
        self.by
    }

    /// How many groups and buckets it has.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.groups.len(), self.buckets.len())
    }

    /// The slots with this request key.
    pub(crate) fn find(&self, request: u64) -> Option<Found<'_>> {
        let place = *self.by_request.get(&request)?;
        if place & SINGLE != 0 {
            return Some(Found::Single(Slot(place & !SINGLE)));
        }
        self.buckets.get(place as usize).map(Found::Several)
    }

    /// The one group of a bucket of which all bodies mean the same.
    pub(crate) fn only_group(&self, bucket: &Bucket) -> Option<&Group> {
        (bucket.groups.len() == 1).then(|| self.groups.get(bucket.groups.start as usize))?
    }

    /// The slots with these keys, in a bucket of several groups.
    pub(crate) fn group(&self, keys: RequestKeys) -> Option<&Group> {
        let number = self.by_both.get(&(keys.request, keys.body))?;
        self.groups.get(*number as usize)
    }

    /// The first slot of the group that can be played.
    pub(crate) fn first_open(&self, group: &Group, claims: &Claims) -> Option<Slot> {
        let all = self.order.get(group.slots.start as usize..group.slots.end as usize)?;
        let cursors = claims.cursors(self);
        let from = cursors.map_or(0, |cursors| cursors.spent_slots(group.number));
        let rest = all.get(from as usize..)?;
        let spent = rest.iter().take_while(|slot| claims.is_spent(**slot)).count();
        if let Some(cursors) = cursors.filter(|_| spent > 0) {
            cursors.note_spent_slots(group.number, from.saturating_add(to_u32(spent)));
        }
        rest.get(spent).copied()
    }

    /// The first slot of the bucket.
    pub(crate) fn first_of(&self, bucket: &Bucket) -> Option<Slot> {
        let first = self.groups.get(bucket.groups.start as usize)?;
        self.order.get(first.slots.start as usize).copied()
    }

    /// The last slot of the group, in recorded order.
    pub(crate) fn last(&self, group: &Group) -> Option<Slot> {
        self.order.get((group.slots.end as usize).checked_sub(1)?).copied()
    }

    /// Which groups of the bucket still have a slot to play.
    pub(crate) fn open<'a>(&'a self, bucket: &Bucket, claims: &Claims) -> Open<'a> {
        let Range { start, end } = bucket.groups;
        let cursors = claims.cursors(self);
        let (first, second) = cursors.map_or((0, 0), |cursors| cursors.spent_groups(bucket.number));
        let (first, second) = (start.saturating_add(first), start.saturating_add(second));
        let first_open = self.next_open(first, end, claims);
        let beyond = second.max(first_open.unwrap_or(end).saturating_add(1));
        let second_open = self.next_open(beyond, end, claims);
        if let Some(cursors) = cursors {
            let spent = |open: Option<u32>| open.unwrap_or(end).saturating_sub(start);
            cursors.note_spent_groups(bucket.number, spent(first_open), spent(second_open));
        }
        let group = |number: u32| self.groups.get(number as usize);
        match (first_open.and_then(group), second_open) {
            (None, _) => Open::None,
            (Some(group), None) => Open::One(group),
            (Some(_), Some(_)) => Open::Several,
        }
    }

    /// The first slot to play of the whole bucket, by recorded order among its groups' first ones.
    /// Looks at no more than `most` groups.
    pub(crate) fn heads<'a>(
        &'a self,
        bucket: &Bucket,
        claims: &'a Claims,
        most: usize,
    ) -> impl Iterator<Item = Slot> + 'a {
        let spent = claims.cursors(self).map_or(0, |cursors| cursors.spent_groups(bucket.number).0);
        let from = bucket.groups.start.saturating_add(spent) as usize;
        let groups = self.groups.get(from..bucket.groups.end as usize).unwrap_or_default();
        groups.iter().take(most).filter_map(|group| self.first_open(group, claims))
    }

    fn next_open(&self, from: u32, end: u32, claims: &Claims) -> Option<u32> {
        (from..end).find(|&number| {
            let group = self.groups.get(number as usize);
            group.is_some_and(|group| self.first_open(group, claims).is_some())
        })
    }

    fn push_bucket(&mut self, same_request: &[(u64, u64, Slot)]) {
        let Some(&(request, _, slot)) = same_request.first() else { return };
        if same_request.len() == 1 && slot.0 < SINGLE {
            self.by_request.insert(request, slot.0 | SINGLE);
            return;
        }
        let start = to_u32(self.groups.len());
        for same_body in same_request.chunk_by(|a, b| a.1 == b.1) {
            self.push_group(same_body, same_body.len() < same_request.len());
        }
        let groups = start..to_u32(self.groups.len());
        let number = to_u32(self.buckets.len());
        self.by_request.insert(request, number);
        self.buckets.push(Bucket { number, groups });
    }

    fn push_group(&mut self, same_body: &[(u64, u64, Slot)], one_of_several: bool) {
        let Some(&(request, body, _)) = same_body.first() else { return };
        let start = to_u32(self.order.len());
        self.order.extend(same_body.iter().map(|&(.., slot)| slot));
        let number = to_u32(self.groups.len());
        if one_of_several {
            self.by_both.insert((request, body), number);
        }
        let slots = start..to_u32(self.order.len());
        self.groups.push(Group { number, slots });
    }
}

/// Slots are numbered with 32 bits, so no count of them is wider.
fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Keys are uniform hashes already (BLAKE3): hashing them again buys nothing.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        // Rotating keeps (a, b) and (b, a) apart; the multiplier spreads small hand-made keys.
        self.0 = (self.0.rotate_left(23) ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(request: u64, body: u64) -> RequestKeys {
        RequestKeys { request, body }
    }

    /// The slots with the key that most of these tests use.
    fn bucket(index: &Index) -> &Bucket {
        match index.find(7) {
            Some(Found::Several(bucket)) => bucket,
            other => panic!("{other:?}"),
        }
    }

    fn index(all: &[RequestKeys]) -> (Index, Claims) {
        let slots = all.iter().zip(0..).map(|(keys, number)| (*keys, Slot(number)));
        (Index::build(By::Request, slots), Claims::new(all.len(), false))
    }

    #[test]
    fn equal_exchanges_are_handed_out_in_recorded_order() {
        let (index, claims) = index(&[keys(7, 0), keys(1, 0), keys(7, 0), keys(7, 0)]);
        let bucket = bucket(&index);
        let group = index.only_group(bucket).unwrap();
        for expected in [0, 2, 3] {
            let slot = index.first_open(group, &claims).unwrap();
            assert_eq!(slot, Slot(expected));
            assert!(claims.claim(slot, 0, false));
        }
        assert_eq!(index.first_open(group, &claims), None);
        assert_eq!(index.last(group), Some(Slot(3)));
    }

    #[test]
    fn a_key_of_one_exchange_finds_it_at_once() {
        let (index, _) = index(&[keys(7, 0), keys(1, 5), keys(7, 0)]);
        assert!(matches!(index.find(1), Some(Found::Single(Slot(1)))));
    }

    #[test]
    fn a_bucket_of_differing_bodies_finds_each_by_its_body() {
        let (index, claims) = index(&[keys(7, 3), keys(7, 1), keys(7, 2), keys(8, 1)]);
        let bucket = bucket(&index);
        assert!(index.only_group(bucket).is_none());
        for (body, expected) in [(3, 0), (1, 1), (2, 2)] {
            let group = index.group(keys(7, body)).unwrap();
            assert_eq!(index.first_open(group, &claims), Some(Slot(expected)));
        }
        assert!(index.group(keys(7, 4)).is_none());
    }

    #[test]
    fn open_groups_are_counted_down_as_they_are_played() {
        let (index, claims) = index(&[keys(7, 1), keys(7, 2), keys(7, 3)]);
        let bucket = bucket(&index);
        assert!(matches!(index.open(bucket, &claims), Open::Several));
        claims.claim(Slot(0), 0, false);
        assert!(matches!(index.open(bucket, &claims), Open::Several));
        claims.claim(Slot(2), 0, false);
        let Open::One(group) = index.open(bucket, &claims) else { panic!("one is left") };
        assert_eq!(index.first_open(group, &claims), Some(Slot(1)));
        claims.claim(Slot(1), 0, false);
        assert!(matches!(index.open(bucket, &claims), Open::None));
    }

    #[test]
    fn an_empty_deck_has_no_bucket() {
        let (index, _) = index(&[]);
        assert!(index.find(0).is_none());
    }

    #[test]
    fn many_threads_claim_each_of_many_equal_exchanges_once() {
        let (index, claims) = index(&vec![keys(7, 0); 10_000]);
        let group = index.only_group(bucket(&index)).unwrap();
        let taken: usize = std::thread::scope(|scope| {
            let play = || {
                let mut taken = 0;
                while let Some(slot) = index.first_open(group, &claims) {
                    taken += usize::from(claims.claim(slot, 0, false));
                }
                taken
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(play)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 10_000);
    }
}
