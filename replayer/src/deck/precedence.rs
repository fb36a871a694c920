//! Recorded happens-before: an exchange that ended before another began.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use cassettes::model::Timestamp;

use super::{Claims, Slot};

/// The slots of one cassette by when they ended. Times of different cassettes do not compare.
#[derive(Debug, Default)]
pub(crate) struct Precedence {
    /// Sorted by time.
    ends: Vec<(Timestamp, Slot)>,
    /// The slots before it have all been asked for.
    asked: AtomicUsize,
}

impl Precedence {
    pub(crate) fn new(mut ends: Vec<(Timestamp, Slot)>) -> Self {
        ends.sort_unstable();
        Self { ends, asked: AtomicUsize::new(0) }
    }

    /// A slot that ended before `started` and has not been asked for; `None` if there is none.
    pub(crate) fn missing_before(&self, started: Timestamp, claims: &Claims) -> Option<Slot> {
        let from = self.asked.load(Relaxed);
        let rest = self.ends.get(from..).unwrap_or_default();
        let played = rest.iter().take_while(|(_, slot)| claims.is_played(*slot)).count();
        self.asked.fetch_max(from.saturating_add(played), Relaxed);
        rest.get(played).filter(|(end, _)| *end < started).map(|(_, slot)| *slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Timestamp {
        Timestamp::from_nanos(nanos)
    }

    #[test]
    fn what_ended_before_must_be_asked_for_first() {
        let claims = Claims::new(3, false);
        let ends = vec![(at(30), Slot(2)), (at(10), Slot(0)), (at(20), Slot(1))];
        let precedence = Precedence::new(ends);
        assert_eq!(precedence.missing_before(at(5), &claims), None);
        assert_eq!(precedence.missing_before(at(15), &claims), Some(Slot(0)));
        assert!(claims.claim(Slot(0), 0, false));
        assert_eq!(precedence.missing_before(at(15), &claims), None);
        assert_eq!(precedence.missing_before(at(25), &claims), Some(Slot(1)));
    }

    #[test]
    fn what_overlapped_has_no_order() {
        let claims = Claims::new(2, false);
        let precedence = Precedence::new(vec![(at(10), Slot(0)), (at(10), Slot(1))]);
        assert_eq!(precedence.missing_before(at(10), &claims), None);
    }
}
