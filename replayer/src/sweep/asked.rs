//! What a client asked for in a run.

use super::Asked;
use crate::report::{Outcome, Verdict};
use crate::stage::Stage;
use crate::verify::{Mismatch, Place};

/// What came to a server in a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// Each asking, those of one exchange one after the other.
    pub asked: Vec<Asked>,
    /// How often a fault was applied.
    pub applied: u32,
}

impl Observed {
    /// All that came so far.
    pub fn of(stage: &Stage) -> Self {
        let Verdict { outcomes, receptions, .. } = stage.asked();
        let hits = outcomes.iter().flat_map(|outcome| &outcome.hits).chain(&receptions);
        Self {
            applied: hits.map(|hit| hit.times).fold(0, u32::saturating_add),
            asked: outcomes.iter().flat_map(of).collect(),
        }
    }
}

fn of(outcome: &Outcome) -> Vec<Asked> {
    let differs = outcome.mismatches.iter().filter(|it| is_asked(it)).map(shown).collect();
    let asked = Asked {
        exchange: outcome.exchange.as_ref().map(|it| it.number as u64),
        label: outcome.label.clone(),
        differs,
    };
    vec![asked; outcome.played as usize]
}

/// Said by the client: when, and on which connection, is chance as soon as it does two things at once.
fn is_asked(mismatch: &Mismatch) -> bool {
    mismatch.is_failure() && !matches!(mismatch.place, Place::Order | Place::ConnectionReuse)
}

fn shown(mismatch: &Mismatch) -> String {
    let or_nothing = |text: &Option<String>| text.as_deref().unwrap_or("nothing").to_owned();
    let (expected, actual) = (or_nothing(&mismatch.expected), or_nothing(&mismatch.actual));
    format!("{}: {expected} became {actual}", mismatch.place)
}
