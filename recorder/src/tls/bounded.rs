//! A cache of limited size.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

/// Values that were costly to make, the newest of them. Threads share it.
#[derive(Debug)]
pub(super) struct Bounded<K, V> {
    limit: usize,
    kept: RwLock<Kept<K, V>>,
}

/// Every key in `ages` is in `values`, and the other way round.
#[derive(Debug)]
struct Kept<K, V> {
    values: HashMap<K, V>,
    ages: VecDeque<K>,
}

impl<K: Hash + Eq + Clone, V: Clone> Bounded<K, V> {
    /// Keeps at most `limit` values.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, kept: RwLock::new(Kept { values: HashMap::new(), ages: VecDeque::new() }) }
    }

    /// The value kept for `key`, or a new one. Two threads may both make it; the first to have
    /// done so is kept.
    pub(super) fn get_or_make<E>(
        &self,
        key: &K,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        // A thread that panicked holding the lock left at worst one value out.
        let found = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = found.values.get(key) {
            return Ok(value.clone());
        }
        drop(found);
        let new = make()?;
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        Ok(kept.insert(key, new, self.limit))
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Kept<K, V> {
    fn insert(&mut self, key: &K, value: V, limit: usize) -> V {
        if let Some(first) = self.values.get(key) {
            return first.clone();
        }
        while self.ages.len() >= limit {
            let Some(oldest) = self.ages.pop_front() else { break };
            self.values.remove(&oldest);
        }
        self.ages.push_back(key.clone());
        self.values.insert(key.clone(), value.clone());
        value
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn the_oldest_value_makes_room_for_the_newest() {
        let cache = Bounded::new(2);
        let made = |key: u32, value: u32| cache.get_or_make(&key, || Ok::<_, Infallible>(value));
        assert_eq!([made(1, 10), made(2, 20), made(1, 11)], [Ok(10), Ok(20), Ok(10)]);
        assert_eq!([made(3, 30), made(2, 21), made(1, 12)], [Ok(30), Ok(20), Ok(12)]);
    }

    #[test]
    fn what_could_not_be_made_is_tried_again() {
        let cache = Bounded::new(2);
        assert_eq!(cache.get_or_make(&1, || Err("no")), Err("no"));
        assert_eq!(cache.get_or_make(&1, || Ok::<_, &str>(5)), Ok(5));
    }
}
