//! A mapping whose keys are known, with a suggestion for those that are not.

use super::error::{Place, Problem, TextError};
use super::tree::{Node, Value};

/// Longest key for which a suggestion is looked for; the search is quadratic.
const MAX_SUGGESTED_CHARACTERS: usize = 40;

/// A mapping, all of whose keys are known.
pub(super) struct Fields<'t, 'a> {
    pub(super) place: Place,
    what: &'static str,
    entries: &'t [(super::tree::Key<'a>, Node<'a>)],
}

impl<'t, 'a> Fields<'t, 'a> {
    /// The fields of `node`, which must be a mapping with no keys but `known`.
    pub(super) fn of(
        node: &'t Node<'a>,
        what: &'static str,
        known: &'static [&'static str],
    ) -> Result<Self, TextError> {
        let Value::Map(entries) = &node.value else {
            return Err(node.wrong_type(what, "a mapping of keys and values"));
        };
        for (key, _) in entries {
            if !known.contains(&&*key.text) {
                return Err(key.place.error(Problem::UnknownKey {
                    key: key.text.to_string(),
                    place: what,
                    nearest: nearest(&key.text, known),
                    known,
                }));
            }
        }
        Ok(Self { place: node.place, what, entries })
    }

    /// The value under `key`.
    pub(super) fn get(&self, key: &str) -> Option<&'t Node<'a>> {
        self.entries.iter().find(|(have, _)| have.text == key).map(|(_, node)| node)
    }

    /// The value under `key`, which must be there.
    pub(super) fn require(
        &self,
        key: &str,
        written: &'static str,
    ) -> Result<&'t Node<'a>, TextError> {
        let missing =
            || self.key_place().error(Problem::MissingKey { place: self.what, key: written });
        self.get(key).ok_or_else(missing)
    }

    /// Refuses `key` beside `other`.
    pub(super) fn exclude(
        &self,
        key: &'static str,
        other: &'static str,
        remedy: &'static str,
    ) -> Result<(), TextError> {
        match (self.get(key), self.get(other)) {
            (Some(node), Some(_)) => {
                Err(node.place.error(Problem::Conflict { key, other, remedy }))
            }
            _ => Ok(()),
        }
    }

    /// The first key, for errors on the whole: narrower than the mapping, and easier to find.
    fn key_place(&self) -> Place {
        self.entries.first().map_or(self.place, |(key, _)| key.place)
    }
}

/// The known key that takes the fewest edits to reach from `key`, if those are few.
fn nearest(key: &str, known: &'static [&'static str]) -> Option<&'static str> {
    let length = key.chars().count();
    if length > MAX_SUGGESTED_CHARACTERS {
        return None;
    }
    let (distance, nearest) =
        known.iter().map(|known| (distance(key, known), *known)).min_by_key(|(edits, _)| *edits)?;
    (distance <= length.div_ceil(3)).then_some(nearest)
}

/// Edits (insert, remove, replace) between the two, letter case aside.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut above_left = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, to) in row.iter_mut().skip(1).zip(&b) {
            let same = from.eq_ignore_ascii_case(to);
            let edits = (above_left + usize::from(!same)).min(*cell + 1).min(left + 1);
            above_left = std::mem::replace(cell, edits);
            left = edits;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_single_edits() {
        assert_eq!(distance("reqest", "request"), 1);
        assert_eq!(distance("Request", "request"), 0);
        assert_eq!(distance("", "end"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_word_like_no_key_gets_no_suggestion() {
        assert_eq!(nearest("banana", &["request", "response"]), None);
        assert_eq!(nearest("respnse", &["request", "response"]), Some("response"));
    }
}
