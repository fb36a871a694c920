//! Findings that are accepted, so that a sweep fails on new ones only.
//!
//! A file lists them by id and outcome, with a reason for people; in TOML, or in JSON if it is
//! named so. What is in it and found again is *known*. What is in it and was found otherwise, or no
//! longer, is told.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Outcome, SweepReport};

/// Most findings accepted by one file: more are not read by anybody before they are accepted.
pub const MAX_ACCEPTED: usize = 100_000;

/// The findings that a file accepts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// In the file's order.
    #[serde(default)]
    pub accepted: Vec<Finding>,
}

/// One accepted finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The fault.
    pub id: String,
    /// What it may do; anything else is new.
    pub outcome: Outcome,
    /// Why that is accepted, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How such a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// With comments.
    Toml,
    /// For programs.
    Json,
}

/// Why a file cannot be used.
#[derive(Debug, Error)]
pub enum BaselineError {
    /// Not TOML, or not of this shape.
    #[error("expected [[accepted]] tables with id, outcome and perhaps reason: {0}")]
    Toml(#[from] toml::de::Error),
    /// Not JSON, or not of this shape.
    #[error("expected {{\"accepted\": [{{\"id\", \"outcome\", \"reason\"}}]}}: {0}")]
    Json(#[from] serde_json::Error),
    /// The same finding twice.
    #[error("{id:?} is accepted twice: keep one")]
    Twice {
        /// Which.
        id: String,
    },
    /// Nothing that a sweep finds.
    #[error("{id:?} is accepted as {outcome}, which fails nothing: remove it")]
    NoFinding {
        /// Which.
        id: String,
        /// What it says.
        outcome: Outcome,
    },
    /// Longer than anybody reads.
    #[error("{found} findings are accepted, and {MAX_ACCEPTED} is the most")]
    TooMany {
        /// How many.
        found: usize,
    },
}

/// What became of the accepted findings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// How many were found again.
    pub known: usize,
    /// Tried, and no finding any more: their entries should go.
    pub gone: Vec<Finding>,
    /// Found with another outcome, which is new.
    pub changed: Vec<(Finding, Outcome)>,
    /// Not tried: of another shard, of another plan, or of a cassette that has changed.
    pub untried: Vec<Finding>,
}

impl Accepted {
    /// Reads a file's content.
    pub fn parse(content: &str, encoding: Encoding) -> Result<Self, BaselineError> {
        let file: Self = match encoding {
            Encoding::Toml => toml::from_str(content)?,
            Encoding::Json => serde_json::from_str(content)?,
        };
        file.check()?;
        Ok(file)
    }

    /// The findings of a report with one of these outcomes.
    pub fn of(report: &SweepReport, outcomes: &[Outcome]) -> Self {
        let found = report.results.iter().filter(|result| outcomes.contains(&result.outcome));
        let finding = |id: &String, outcome| Finding { id: id.clone(), outcome, reason: None };
        Self { accepted: found.map(|result| finding(&result.id, result.outcome)).collect() }
    }

    /// What is in this one and not in the other.
    #[must_use]
    pub fn without(mut self, other: &Self) -> Self {
        let there: HashSet<_> = other.accepted.iter().map(|f| (&f.id, f.outcome)).collect();
        self.accepted.retain(|finding| !there.contains(&(&finding.id, finding.outcome)));
        self
    }

    /// A file's content. TOML begins with a comment that says what the file is.
    pub fn to_file(&self, encoding: Encoding) -> String {
        match encoding {
            Encoding::Toml => format!("{TOML_HEAD}{}", self.to_tables()),
            // A list of strings is always JSON.
            Encoding::Json => {
                serde_json::to_string_pretty(self).map(|json| json + "\n").unwrap_or_default()
            }
        }
    }

    /// TOML tables, without the comment: to be put at the end of a file that is there.
    pub fn to_tables(&self) -> String {
        self.accepted.iter().fold(String::new(), |mut text, finding| {
            // Writing to a string does not fail.
            let _ = write!(
                text,
                "\n[[accepted]]\nid = {}\noutcome = \"{}\"\n",
                toml_string(&finding.id),
                finding.outcome
            );
            if let Some(reason) = &finding.reason {
                let _ = writeln!(text, "reason = {}", toml_string(reason));
            }
            text
        })
    }

    /// Marks the results that are accepted as known, and says what became of the others.
    pub fn apply(&self, report: &mut SweepReport) -> Comparison {
        let accepted: HashSet<_> =
            self.accepted.iter().map(|f| (f.id.as_str(), f.outcome)).collect();
        for result in &mut report.results {
            result.known = accepted.contains(&(result.id.as_str(), result.outcome));
        }
        let found = report.results.iter().map(|result| (result.id.as_str(), result.outcome));
        let found: HashMap<_, _> = found.collect();
        let mut comparison = Comparison::default();
        for finding in &self.accepted {
            comparison.add(finding, found.get(finding.id.as_str()).copied(), &accepted);
        }
        comparison
    }

    fn check(&self) -> Result<(), BaselineError> {
        if self.accepted.len() > MAX_ACCEPTED {
            return Err(BaselineError::TooMany { found: self.accepted.len() });
        }
        let mut seen = HashSet::new();
        for Finding { id, outcome, .. } in &self.accepted {
            if !seen.insert((id, outcome)) {
                return Err(BaselineError::Twice { id: id.clone() });
            }
            if matches!(outcome, Outcome::Tolerated | Outcome::Unreached) {
                return Err(BaselineError::NoFinding { id: id.clone(), outcome: *outcome });
            }
        }
        Ok(())
    }
}

impl Comparison {
    fn add(
        &mut self,
        finding: &Finding,
        found: Option<Outcome>,
        accepted: &HashSet<(&str, Outcome)>,
    ) {
        match found {
            None => self.untried.push(finding.clone()),
            Some(outcome) if outcome == finding.outcome => self.known += 1,
            // One id may be accepted with several outcomes, where a client is not deterministic.
            Some(outcome) if accepted.contains(&(finding.id.as_str(), outcome)) => {}
            Some(outcome) if outcome.is_finding() => self.changed.push((finding.clone(), outcome)),
            Some(_) => self.gone.push(finding.clone()),
        }
    }
}

const TOML_HEAD: &str = "\
# Findings of `retape sweep` that are accepted for now: only others fail it.
# Give each a `reason`; remove what is no longer found.
";

/// JSON's strings are TOML's, but for one character.
fn toml_string(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests;
