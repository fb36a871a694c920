//! Which slots may answer a request: found by key, O(1) whatever the number of slots.
//!
//! Slots with the same request key are a [`Bucket`]; inside it, those with the same body key are a
//! [`Group`], in recorded order. Cursors only ever move forward over played slots, so that finding
//! the next unplayed one costs O(1) amortised, without a lock.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use cassettes::model::RequestKeys;

use super::{Claims, Slot};

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
    groups: Range<u32>,
    /// Groups before it hold no unplayed slot.
    first_open: AtomicU32,
    /// Groups before it, other than the first open one, hold no unplayed slot.
    second_open: AtomicU32,
}

/// Slots with the same request key and the same body key.
#[derive(Debug)]
pub(crate) struct Group {
    slots: Range<u32>,
    /// Slots of this group before it are played.
    next: AtomicU32,
}

/// How many of a bucket's groups still have an unplayed slot.
#[derive(Debug)]
pub(crate) enum Open<'a> {
    None,
    One(&'a Group),
    Several,
}

impl Index {
    /// Of these slots. Slots that share keys keep the order given by their numbers.
    pub(crate) fn build(slots: impl IntoIterator<Item = (RequestKeys, Slot)>) -> Self {
        let mut sorted: Vec<_> =
            slots.into_iter().map(|(keys, slot)| (keys.request, keys.body, slot)).collect();
        sorted.sort_unstable();
        let mut index = Self::default();
        index.order.reserve_exact(sorted.len());
        for same_request in sorted.chunk_by(|a, b| a.0 == b.0) {
            index.push_bucket(same_request);
        }
        index
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

    /// The first slot of the group that nobody has claimed.
    pub(crate) fn first_unplayed(&self, group: &Group, claims: &Claims) -> Option<Slot> {
        let from = group.next.load(Relaxed);
        let rest = self.order.get(from as usize..group.slots.end as usize)?;
        let played = rest.iter().take_while(|slot| claims.is_played(**slot)).count();
        if played > 0 {
            group.next.fetch_max(from.saturating_add(to_u32(played)), Relaxed);
        }
        rest.get(played).copied()
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

    /// Which groups of the bucket still have an unplayed slot.
    pub(crate) fn open<'a>(&'a self, bucket: &Bucket, claims: &Claims) -> Open<'a> {
        let end = bucket.groups.end;
        let Some(first) = self.next_open(bucket.first_open.load(Relaxed), end, claims) else {
            bucket.first_open.fetch_max(end, Relaxed);
            return Open::None;
        };
        bucket.first_open.fetch_max(first, Relaxed);
        let beyond = bucket.second_open.load(Relaxed).max(first.saturating_add(1));
        let second = self.next_open(beyond, end, claims);
        bucket.second_open.fetch_max(second.unwrap_or(end), Relaxed);
        match (second, self.groups.get(first as usize)) {
            (None, Some(group)) => Open::One(group),
            _ => Open::Several,
        }
    }

    /// The first unplayed slot of the whole bucket, by recorded order among its groups' first ones.
    /// Looks at no more than `most` groups.
    pub(crate) fn heads<'a>(
        &'a self,
        bucket: &Bucket,
        claims: &'a Claims,
        most: usize,
    ) -> impl Iterator<Item = Slot> + 'a {
        let from = bucket.first_open.load(Relaxed) as usize;
        let groups = self.groups.get(from..bucket.groups.end as usize).unwrap_or_default();
        groups.iter().take(most).filter_map(|group| self.first_unplayed(group, claims))
    }

    fn next_open(&self, from: u32, end: u32, claims: &Claims) -> Option<u32> {
        (from..end).find(|&number| {
            let group = self.groups.get(number as usize);
            group.is_some_and(|group| self.first_unplayed(group, claims).is_some())
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
        self.by_request.insert(request, to_u32(self.buckets.len()));
        self.buckets.push(Bucket {
            first_open: AtomicU32::new(groups.start),
            second_open: AtomicU32::new(groups.start),
            groups,
        });
    }

    fn push_group(&mut self, same_body: &[(u64, u64, Slot)], one_of_several: bool) {
        let Some(&(request, body, _)) = same_body.first() else { return };
        let start = to_u32(self.order.len());
        self.order.extend(same_body.iter().map(|&(.., slot)| slot));
        if one_of_several {
            self.by_both.insert((request, body), to_u32(self.groups.len()));
        }
        let slots = start..to_u32(self.order.len());
        self.groups.push(Group { next: AtomicU32::new(slots.start), slots });
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
        (Index::build(slots), Claims::new(all.len()))
    }

    #[test]
    fn equal_exchanges_are_handed_out_in_recorded_order() {
        let (index, claims) = index(&[keys(7, 0), keys(1, 0), keys(7, 0), keys(7, 0)]);
        let bucket = bucket(&index);
        let group = index.only_group(bucket).unwrap();
        for expected in [0, 2, 3] {
            let slot = index.first_unplayed(group, &claims).unwrap();
            assert_eq!(slot, Slot(expected));
            assert!(claims.claim(slot));
        }
        assert_eq!(index.first_unplayed(group, &claims), None);
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
            assert_eq!(index.first_unplayed(group, &claims), Some(Slot(expected)));
        }
        assert!(index.group(keys(7, 4)).is_none());
    }

    #[test]
    fn open_groups_are_counted_down_as_they_are_played() {
        let (index, claims) = index(&[keys(7, 1), keys(7, 2), keys(7, 3)]);
        let bucket = bucket(&index);
        assert!(matches!(index.open(bucket, &claims), Open::Several));
        claims.claim(Slot(0));
        assert!(matches!(index.open(bucket, &claims), Open::Several));
        claims.claim(Slot(2));
        let Open::One(group) = index.open(bucket, &claims) else { panic!("one is left") };
        assert_eq!(index.first_unplayed(group, &claims), Some(Slot(1)));
        claims.claim(Slot(1));
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
                while let Some(slot) = index.first_unplayed(group, &claims) {
                    taken += usize::from(claims.claim(slot));
                }
                taken
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(play)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 10_000);
    }
}
