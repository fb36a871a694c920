//! Compares lists of names and values: headers, queries, forms.

use std::borrow::Cow;
use std::cmp::Ordering;

/// One name and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    pub(super) name: Cow<'a, [u8]>,
    pub(super) value: Cow<'a, [u8]>,
}

/// Values of one name that do not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change<'p> {
    pub(super) name: &'p [u8],
    /// Which of that name, from 1; on the recorded side if it is there.
    pub(super) nth: usize,
    pub(super) expected: Option<&'p [u8]>,
    pub(super) actual: Option<&'p [u8]>,
}

/// Every value that one side has and the other has not, those of one name paired up in order.
/// Whether values of one name swapped places is not looked at.
pub(super) fn changes<'p>(expected: &'p [Pair<'_>], actual: &'p [Pair<'_>]) -> Vec<Change<'p>> {
    let (mut expected, mut actual) = (numbered(expected), numbered(actual));
    cancel_equal(&mut expected, &mut actual);
    let mut changes = pair_up(expected, actual);
    changes.sort_by_key(|(position, _)| *position);
    changes.into_iter().map(|(_, change)| change).collect()
}

/// A pair and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Item<'p> {
    name: &'p [u8],
    value: &'p [u8],
    /// In the whole list.
    position: usize,
    /// Among those of its name, from 1.
    nth: usize,
}

/// Sorted by name, then value, then position.
fn numbered<'p>(pairs: &'p [Pair<'_>]) -> Vec<Item<'p>> {
    let mut items: Vec<Item<'p>> = (pairs.iter().enumerate())
        .map(|(position, pair)| Item { name: &pair.name, value: &pair.value, position, nth: 1 })
        .collect();
    items.sort_by_key(|item| (item.name, item.position));
    let mut last: (&[u8], usize) = (b"", 0);
    for item in &mut items {
        item.nth = if item.name == last.0 { last.1 + 1 } else { 1 };
        last = (item.name, item.nth);
    }
    items.sort_by_key(|item| (item.name, item.value, item.position));
    items
}

/// Takes out what both have, as often as both have it. Both are sorted by name and value.
fn cancel_equal(expected: &mut Vec<Item<'_>>, actual: &mut Vec<Item<'_>>) {
    let (mut kept_expected, mut kept_actual) = (Vec::new(), Vec::new());
    let mut others = actual.iter().peekable();
    for item in expected.iter() {
        let key = (item.name, item.value);
        while let Some(other) = others.next_if(|other| (other.name, other.value) < key) {
            kept_actual.push(*other);
        }
        if others.next_if(|other| (other.name, other.value) == key).is_none() {
            kept_expected.push(*item);
        }
    }
    kept_actual.extend(others);
    (*expected, *actual) = (kept_expected, kept_actual);
}

/// Pairs what is left of each name, in order; with where it stands.
fn pair_up<'p>(mut expected: Vec<Item<'p>>, mut actual: Vec<Item<'p>>) -> Vec<(usize, Change<'p>)> {
    expected.sort_by_key(|item| (item.name, item.position));
    actual.sort_by_key(|item| (item.name, item.position));
    let (mut left, mut right) = (expected.into_iter().peekable(), actual.into_iter().peekable());
    let mut changes = Vec::new();
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return changes,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.name.cmp(b.name),
        };
        let a = if order.is_le() { left.next() } else { None };
        let b = if order.is_ge() { right.next() } else { None };
        changes.extend(change(a, b));
    }
}

fn change<'p>(expected: Option<Item<'p>>, actual: Option<Item<'p>>) -> Option<(usize, Change<'p>)> {
    let shown = expected.or(actual)?;
    let value = |item: Item<'p>| item.value;
    let (expected, actual) = (expected.map(value), actual.map(value));
    Some((shown.position, Change { name: shown.name, nth: shown.nth, expected, actual }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<Pair<'_>> {
        let pair = |piece: &'static str| {
            let (name, value) = piece.split_once('=').unwrap();
            Pair { name: name.as_bytes().into(), value: value.as_bytes().into() }
        };
        text.to_owned().leak().split(' ').filter(|piece| !piece.is_empty()).map(pair).collect()
    }

    fn shown(expected: &str, actual: &str) -> Vec<String> {
        let (expected, actual) = (pairs(expected), pairs(actual));
        let text = |value: Option<&[u8]>| {
            value.map_or("-".to_owned(), |value| String::from_utf8_lossy(value).into_owned())
        };
        let name = |change: &Change<'_>| String::from_utf8_lossy(change.name).into_owned();
        changes(&expected, &actual)
            .iter()
            .map(|c| format!("{}{}:{}→{}", name(c), c.nth, text(c.expected), text(c.actual)))
            .collect()
    }

    #[test]
    fn order_does_not_matter_and_duplicates_do() {
        assert!(shown("a=1 b=2 a=3", "b=2 a=3 a=1").is_empty());
        assert_eq!(shown("a=1 a=1", "a=1"), ["a2:1→-"]);
        assert_eq!(shown("", "a=1"), ["a1:-→1"]);
    }

    #[test]
    fn what_is_left_of_a_name_is_paired_in_order() {
        let changed = shown("z=9 a=1 a=2 a=3", "a=0 a=2 a=4 a=5");
        assert_eq!(changed, ["z1:9→-", "a1:1→0", "a3:3→4", "a4:-→5"]);
    }
}
