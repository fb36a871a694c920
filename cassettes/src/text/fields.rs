//! A mapping whose keys are known, with a suggestion for those that are not.

use super::error::{Place, Problem, TextError};
use super::tree::{Node, Value};
use crate::nearest::nearest;

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
                    nearest: nearest(&key.text, known.iter().copied()),
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
