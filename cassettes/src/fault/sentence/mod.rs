//! A fault, and how it is written: `KIND [PARAMETERS] [at POINT [of request]] [on SELECTOR] [ATTEMPTS] [p=P] [seed=S]`.
//!
//! [`Fault`]'s `FromStr` (in `reading`) and `Display` are inverse.

mod reading;

use std::fmt;

use thiserror::Error;

use super::selector::{Attempts, Selector, Target};
use super::words::quote;
use super::{Action, Args, Kind, Misfit, Place, Point, PointUse, Random, Scene, Value};
use super::{asking, edit, shape};
use crate::model::{Direction, Reception, Script};

/// One fault: what, where, to whom, how often.
#[derive(Debug, Clone)]
pub struct Fault {
    kind: &'static Kind,
    /// Only parameters of the kind; those that it requires are there.
    args: Args,
    at: Option<Place>,
    on: Selector,
    attempts: Attempts,
    /// From 0 to 1.
    chance: Option<f64>,
    seed: Option<u64>,
}

/// Why a sentence is no fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at character {}: {problem}", .at + 1)]
pub struct FaultError {
    /// Where in the sentence, in bytes.
    pub at: usize,
    /// What is wrong there, or what is expected.
    pub problem: String,
}

impl FaultError {
    pub(super) fn new(at: usize, problem: impl Into<String>) -> Self {
        Self { at, problem: problem.into() }
    }
}

/// Words that are no values unless they are quoted.
const KEYWORDS: &[&str] = &["at", "on", "sticky", "once", "attempt", "first", "every"];

impl Fault {
    /// What is done.
    pub const fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// With which parameters.
    pub const fn args(&self) -> &Args {
        &self.args
    }

    /// Where, if that was said.
    pub const fn at(&self) -> Option<&Place> {
        self.at.as_ref()
    }

    /// Where: as was said, or as is usual for the kind.
    pub const fn point(&self) -> Option<&Point> {
        match (&self.at, &self.kind.point) {
            (Some(Place { point, .. }), _)
            | (None, PointUse::Default(point) | PointUse::Request(point)) => Some(point),
            (None, _) => None,
        }
    }

    /// Its point is one of the request.
    pub const fn is_in_request(&self) -> bool {
        match &self.at {
            Some(place) => place.is_in_request(),
            None => matches!(self.kind.point, PointUse::Request(_)),
        }
    }

    /// Its point, and on which side that is.
    pub fn place(&self) -> Option<Place> {
        let of = if self.is_in_request() { Direction::ToServer } else { Direction::ToClient };
        self.point().map(|point| Place { point: point.clone(), of })
    }

    /// To whom.
    pub const fn selector(&self) -> &Selector {
        &self.on
    }

    /// How often.
    pub const fn attempts(&self) -> Attempts {
        self.attempts
    }

    /// What it does to one asking differs from what it does to another, without end.
    pub const fn is_endless(&self) -> bool {
        match self.attempts {
            Attempts::Every(_) => true,
            Attempts::Sticky => self.chance.is_some() && self.kind.breaks,
            Attempts::Once | Attempts::Only(_) | Attempts::First(_) => false,
        }
    }

    /// The same, to others.
    #[must_use]
    pub fn on(self, on: Selector) -> Self {
        Self { on, ..self }
    }

    /// The same, at another point.
    #[must_use]
    pub fn moved(self, at: Place) -> Self {
        Self { at: Some(at), ..self }
    }

    /// The same, as often as that.
    #[must_use]
    pub fn times(self, attempts: Attempts) -> Self {
        Self { attempts, ..self }
    }

    /// Whether it hits this asking of an exchange; attempts count from 1. `seed` is for those without their own.
    pub fn hits(&self, target: &Target<'_>, attempt: u32, seed: u64) -> bool {
        !self.kind.action.hits_connections()
            && self.on.selects(target)
            && self.attempts.includes(attempt)
            && self.is_drawn(target.exchange, attempt, seed)
    }

    /// Whether it may hit this exchange, at some asking.
    pub fn concerns(&self, target: &Target<'_>) -> bool {
        !self.kind.action.hits_connections() && self.on.selects(target)
    }

    /// How it meets a client that connects; none: it hits exchanges.
    pub fn reception(&self) -> Option<Reception> {
        match self.kind.action {
            Action::Reception(meet) => Some(meet(&self.args)),
            _ => None,
        }
    }

    /// Whether it hits the connection of this number, from 1.
    pub fn hits_connection(&self, number: u32, seed: u64) -> bool {
        let first = match self.on {
            Selector::Connection(first) => first,
            _ => 1,
        };
        let selected = matches!(self.on, Selector::All | Selector::Connection(_));
        let attempt = (number + 1).checked_sub(first).filter(|attempt| *attempt > 0);
        let included = attempt.is_some_and(|attempt| self.attempts.includes(attempt));
        selected && included && self.is_drawn(u64::from(number), 1, seed)
    }

    fn is_drawn(&self, exchange: u64, attempt: u32, seed: u64) -> bool {
        let Some(chance) = self.chance else { return true };
        // Its own numbers: those that the kind draws must not depend on whether it was drawn.
        let seed = self.seed.unwrap_or(seed).rotate_left(32);
        Random::new(seed, exchange, attempt).unit() < chance
    }

    /// Numbers for one asking of an exchange.
    pub fn random(&self, exchange: u64, attempt: u32, seed: u64) -> Random {
        Random::new(self.seed.unwrap_or(seed), exchange, attempt)
    }

    /// What it makes of a script.
    pub fn apply(&self, mut scene: Scene<'_>) -> Result<Script, Misfit> {
        match self.kind.action {
            Action::Edit(edit) => edit(&mut scene, &self.args, self.point()),
            Action::Shape(make) => {
                let http2 = scene.is_http2();
                Ok(shape::shape(scene.script, make(&self.args, scene.random), http2))
            }
            Action::Reception(_) => Err(Misfit::new("it hits those who connect, and no exchange")),
            Action::Break(make) => {
                let broken = make(&self.args, &mut scene.random);
                let point = self.point().cloned().unwrap_or(Point::Byte(0));
                if self.is_in_request() {
                    return asking::break_at(&scene, &point, broken);
                }
                edit::break_at(&scene, &point, broken)
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name)?;
        let is_keyword = |word: &str| {
            KEYWORDS.contains(&word) || self.kind.params.iter().any(|param| param.name == word)
        };
        for param in self.kind.params {
            match self.args.get(param.name) {
                None => {}
                Some(Value::Flag) => write!(f, " {}", param.name)?,
                Some(value) if param.keyed => {
                    write!(f, " {} {}", param.name, quote(&value.to_string(), |_| false))?;
                }
                Some(value) => write!(f, " {}", quote(&value.to_string(), is_keyword))?,
            }
        }
        if let Some(place) = &self.at {
            write!(f, " at {place}")?;
        }
        if self.on != Selector::All {
            write!(f, " on {}", self.on)?;
        }
        if self.attempts != Attempts::Sticky {
            write!(f, " {}", self.attempts)?;
        }
        if let Some(chance) = self.chance {
            write!(f, " p={chance}")?;
        }
        self.seed.map_or(Ok(()), |seed| write!(f, " seed={seed}"))
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        self.kind.name == other.kind.name
            && self.args == other.args
            && (&self.at, &self.on, self.attempts) == (&other.at, &other.on, other.attempts)
            && (self.chance, self.seed) == (other.chance, other.seed)
    }
}
