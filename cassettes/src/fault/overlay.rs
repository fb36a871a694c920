//! A file of faults, laid over cassettes that stay as they are.

use super::{Fault, FaultError, FaultSet};

/// What a file of faults says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlay {
    /// For faults without a seed of their own.
    pub seed: Option<u64>,
    /// In order.
    pub sentences: Vec<Sentence>,
}

/// One fault, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The fault.
    pub text: String,
    /// The line of the file that it is on, from 1; 0 where there are no lines.
    pub line: usize,
}

/// A sentence that is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}\n    {text}\n    {:>width$}", "^", width = .text.get(..error.at).map_or(0, |it| it.chars().count()) + 1)]
pub struct SentenceError {
    /// What is wrong.
    pub error: FaultError,
    /// The sentence.
    pub text: String,
    /// Its line, from 1; 0 where there are no lines.
    pub line: usize,
}

impl Overlay {
    /// A file in YAML: `faults`, a list of sentences, and perhaps `seed`.
    pub fn from_yaml(yaml: &str) -> Result<Self, crate::text::TextError> {
        crate::text::read_faults(yaml)
    }

    /// What several files say, one after the other; the first seed counts.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.seed = self.seed.or(other.seed);
        self.sentences.extend(other.sentences);
        self
    }

    /// The faults.
    pub fn into_faults(self) -> Result<FaultSet, SentenceError> {
        let seed = self.seed.unwrap_or_default();
        let faults = self.sentences.into_iter().map(|Sentence { text, line }| {
            text.parse::<Fault>().map_err(|error| SentenceError { error, text, line })
        });
        Ok(FaultSet::new(faults.collect::<Result<_, _>>()?, seed))
    }
}
