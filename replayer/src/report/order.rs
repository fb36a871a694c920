//! Which exchanges came in another order than recorded.
//!
//! A recording only shows an order where one exchange had ended before the other began; what
//! overlapped may come in any order. And it only binds a client that did one thing at a time: one that has several
//! requests under way side by side starts them in an order of chance, those that happened not to overlap included.

use cassettes::format::Entry;
use cassettes::model::Protocol;

use crate::verify::Gravity;

/// When one exchange that both sides have was recorded, and when it was played; on clocks of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Played {
    /// First and last byte, as recorded.
    pub recorded: Span,
    /// First and last byte, as played.
    pub played: Span,
}

/// From the first byte to the last, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: u64,
    /// The last byte; not before `start`.
    pub end: u64,
}

/// Two exchanges that changed places, as indices into the list given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    /// The one that came too early.
    pub early: usize,
    /// The one that had ended before it began in the recording, and began after it had ended now.
    /// Of several, the one that was recorded first.
    pub before: usize,
}

/// Every exchange that was over before another began which, in the recording, was over before it
/// began. At most one violation for each early exchange, in the order of the list. O(n log n).
pub fn violations(exchanges: &[Played]) -> Vec<Violation> {
    // Going through the recording by time of start, `latest` keeps of all exchanges that had ended
    // by then those that began latest in the replay so far.
    let mut by_start: Vec<usize> = (0..exchanges.len()).collect();
    let mut by_end = by_start.clone();
    by_start.sort_by_key(|&index| span(exchanges, index).recorded.start);
    by_end.sort_by_key(|&index| span(exchanges, index).recorded.end);
    let mut ended = by_end.into_iter().peekable();
    let mut latest = Latest::default();
    let mut found = Vec::new();
    for early in by_start {
        let this = span(exchanges, early);
        while let Some(before) =
            ended.next_if(|&other| span(exchanges, other).recorded.end < this.recorded.start)
        {
            latest.add(before, span(exchanges, before).played.start);
        }
        if let Some(before) = latest.first_after(this.played.end) {
            found.push(Violation { early, before });
        }
    }
    found.sort_by_key(|violation| violation.early);
    found
}

/// How grave another order is, for a recording of these exchanges, in the order of their first bytes.
pub fn gravity(
    rule: Option<Gravity>,
    recorded: impl Iterator<Item = (Lane, Span)>,
) -> Option<Gravity> {
    match rule {
        Some(Gravity::Failure) if !is_one_at_a_time(recorded) => Some(Gravity::Note),
        rule => rule,
    }
}

/// What keeps an order by itself: a connection of HTTP/1, where requests wait for one another; a stream of HTTP/2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    connection: u32,
    stream: Option<u32>,
}

impl Lane {
    /// That of an exchange.
    pub fn of(entry: &Entry) -> Self {
        let stream = (entry.protocol == Protocol::Http2).then_some(entry.ordinal);
        Self { connection: entry.connection.0, stream }
    }
}

/// No exchange began before another, of another lane, had ended.
fn is_one_at_a_time(mut recorded: impl Iterator<Item = (Lane, Span)>) -> bool {
    let Some((mut lane, mut longest)) = recorded.next() else { return true };
    recorded.all(|(next, span)| {
        let waited = next == lane || span.start >= longest.end;
        if span.end > longest.end {
            (lane, longest) = (next, span);
        }
        waited
    })
}

/// Exchanges in the order added, of which only those matter that began later in the replay than
/// all added before them.
#[derive(Default)]
struct Latest {
    /// Index and start in the replay; starts rise.
    records: Vec<(usize, u64)>,
}

impl Latest {
    fn add(&mut self, index: usize, start: u64) {
        if self.records.last().is_none_or(|(_, latest)| *latest < start) {
            self.records.push((index, start));
        }
    }

    /// The first added that began after `moment`.
    fn first_after(&self, moment: u64) -> Option<usize> {
        let at = self.records.partition_point(|(_, start)| *start <= moment);
        self.records.get(at).map(|(index, _)| *index)
    }
}

fn span(exchanges: &[Played], index: usize) -> Played {
    exchanges.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First and last moment.
    type Times = (u64, u64);

    fn span_of((start, end): Times) -> Span {
        Span { start, end }
    }

    /// Each as recorded span, played span.
    fn found(exchanges: &[(Times, Times)]) -> Vec<(usize, usize)> {
        let played =
            |&(recorded, played)| Played { recorded: span_of(recorded), played: span_of(played) };
        let exchanges: Vec<_> = exchanges.iter().map(played).collect();
        violations(&exchanges).iter().map(|found| (found.early, found.before)).collect()
    }

    #[test]
    fn the_same_order_has_no_violation() {
        assert!(found(&[((0, 1), (10, 11)), ((2, 3), (12, 13))]).is_empty());
    }

    #[test]
    fn an_exchange_that_came_before_one_it_followed_is_early() {
        assert_eq!(found(&[((0, 1), (12, 13)), ((2, 3), (10, 11))]), [(1, 0)]);
    }

    #[test]
    fn what_overlapped_in_the_recording_may_come_in_any_order() {
        assert!(found(&[((0, 5), (12, 13)), ((4, 9), (10, 11))]).is_empty());
    }

    #[test]
    fn what_overlaps_in_the_replay_is_no_violation() {
        assert!(found(&[((0, 1), (10, 20)), ((2, 3), (9, 15))]).is_empty());
    }

    #[test]
    fn one_that_moved_to_the_front_is_the_only_early_one() {
        let exchanges =
            [((0, 1), (20, 21)), ((2, 3), (30, 31)), ((4, 5), (40, 41)), ((6, 7), (10, 11))];
        assert_eq!(found(&exchanges), [(3, 0)]);
    }

    fn grave(recorded: &[(u32, Times)]) -> Option<Gravity> {
        let lane = |connection| Lane { connection, stream: None };
        let recorded = recorded.iter().map(|&(connection, span)| (lane(connection), span_of(span)));
        gravity(Some(Gravity::Failure), recorded)
    }

    #[test]
    fn the_order_of_a_client_that_does_one_thing_at_a_time_binds() {
        assert_eq!(grave(&[(0, (0, 1)), (1, (1, 2)), (0, (3, 4))]), Some(Gravity::Failure));
    }

    #[test]
    fn the_order_of_a_client_with_requests_side_by_side_is_worth_a_note() {
        assert_eq!(grave(&[(0, (0, 5)), (1, (1, 2)), (0, (6, 7))]), Some(Gravity::Note));
        assert_eq!(gravity(None, std::iter::empty()), None);
    }

    #[test]
    fn pipelined_requests_are_not_side_by_side() {
        assert_eq!(grave(&[(0, (0, 5)), (0, (1, 6)), (1, (6, 7))]), Some(Gravity::Failure));
    }

    proptest::proptest! {
        #[test]
        fn violations_are_those_that_comparing_each_with_each_finds(
            spans in proptest::collection::vec(((0u64..20, 0u64..5), (0u64..20, 0u64..5)), 0..12)
        ) {
            let spans: Vec<_> = spans.iter().map(|&((a, b), (c, d))| ((a, a + b), (c, c + d))).collect();
            let early = |y: &(Times, Times)| {
                spans.iter().any(|x| x.0.1 < y.0.0 && y.1.1 < x.1.0)
            };
            let expected: Vec<_> = (0..spans.len()).filter(|&y| early(&spans[y])).collect();
            let found: Vec<_> = found(&spans).iter().map(|(early, _)| *early).collect();
            proptest::prop_assert_eq!(found, expected);
        }
    }
}
