//! The mark of an outcome: a letter in a shape in a colour, so that none of the three is needed to
//! tell it from others.

use std::fmt::{self, Display, Formatter};

use super::escape::Escaped;
use crate::sweep::{Outcome, PointResult};

/// What is seen of an outcome. Colours and shapes are in the style sheet, by class.
pub(super) const fn letter(outcome: Outcome) -> char {
    match outcome {
        Outcome::Tolerated => 'T',
        Outcome::Reported => 'R',
        Outcome::Hung => 'H',
        Outcome::Crashed => 'C',
        Outcome::Fooled => 'F',
        Outcome::Unreached => 'U',
    }
}

/// The mark alone, beside words that say what it means.
pub(super) struct Badge {
    pub(super) outcome: Outcome,
    pub(super) known: bool,
}

impl Badge {
    pub(super) const fn new(outcome: Outcome) -> Self {
        Self { outcome, known: false }
    }

    pub(super) const fn of(result: &PointResult) -> Self {
        Self { outcome: result.outcome, known: result.known }
    }
}

impl Display for Badge {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let letter = letter(self.outcome);
        let known = if self.known { " known" } else { "" };
        write!(out, "<span class=\"m {letter}{known}\" aria-hidden=\"true\">{letter}</span>")
    }
}

/// The mark of some results in one cell: the worst of them, with their number if they are several.
pub(super) struct CellMark<'m> {
    /// Which one is shown.
    pub(super) result: &'m PointResult,
    /// Of so many with this outcome.
    pub(super) count: usize,
    /// There are details to go to.
    pub(super) linked: bool,
}

impl Display for CellMark<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let &Self { result, count, linked } = self;
        let letter = letter(result.outcome);
        let known = if result.known { " known" } else { "" };
        let title = format!("{}{known}: {}", result.outcome, result.id);
        let several = if count > 1 { format!("<sup>{count}</sup>") } else { String::new() };
        let (class, title) = (format!("m {letter}{known}"), Escaped(&title));
        if linked {
            let target = result.number;
            write!(out, "<a class=\"{class}\" href=\"#p{target}\" title=\"{title}\">")?;
            write!(out, "{letter}</a>{several}")
        } else {
            write!(out, "<span class=\"{class}\" title=\"{title}\">{letter}</span>{several}")
        }
    }
}
