//! Reads a fault's sentence, word by word.

use std::str::FromStr;

use super::{Fault, FaultError};
use crate::fault::kinds::find;
use crate::fault::selector::{Attempts, Selector};
use crate::fault::synopsis::usage;
use crate::fault::words::{self, Word};
use crate::fault::{Args, Kind, Param, ParamType, Place, Point, PointUse, Value};

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(sentence: &str) -> Result<Self, FaultError> {
        let words = words::split(sentence)?;
        let (name, rest) = words
            .split_first()
            .ok_or_else(|| FaultError::new(0, "a kind of fault, such as `close at byte 812`"))?;
        let kind = find(&name.text).map_err(|problem| FaultError::new(name.at, problem))?;
        let mut reading = Reading::new(kind, sentence.len());
        reading.read(rest)?;
        reading.finish()
    }
}

/// A sentence, as far as it is read.
struct Reading {
    fault: Fault,
    selected: bool,
    counted: bool,
    end: usize,
}

impl Reading {
    fn new(kind: &'static Kind, end: usize) -> Self {
        let fault = Fault {
            kind,
            args: Args::default(),
            at: None,
            on: Selector::All,
            attempts: Attempts::Sticky,
            chance: None,
            seed: None,
        };
        Self { fault, selected: false, counted: false, end }
    }

    fn read(&mut self, mut words: &[Word]) -> Result<(), FaultError> {
        while let Some((word, rest)) = words.split_first() {
            let taken = self.word(word, rest, words)?;
            words = words.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// How many words were taken, the first included.
    fn word(&mut self, word: &Word, rest: &[Word], all: &[Word]) -> Result<usize, FaultError> {
        if word.quoted {
            return self.place(word).map(|()| 1);
        }
        if let Some(taken) = self.keyed(word, rest)? {
            return Ok(taken);
        }
        if let Some(taken) = self.chance(word)? {
            return Ok(taken);
        }
        match word.text.as_str() {
            "at" => {
                let (place, taken) = Place::read(rest, self.end)?;
                Self::once(self.fault.at.is_some(), word)?;
                self.fault.at = Some(place);
                Ok(taken + 1)
            }
            "on" => {
                let (on, taken) = Selector::read(rest, self.end)?;
                Self::once(std::mem::replace(&mut self.selected, true), word)?;
                self.fault.on = on;
                Ok(taken + 1)
            }
            _ => match Attempts::read(all)? {
                Some((attempts, taken)) => {
                    Self::once(std::mem::replace(&mut self.counted, true), word)?;
                    self.fault.attempts = attempts;
                    Ok(taken)
                }
                None => self.place(word).map(|()| 1),
            },
        }
    }

    fn once(again: bool, word: &Word) -> Result<(), FaultError> {
        let said_twice = || FaultError::new(word.at, format!("`{}` is said twice", word.text));
        if again { Err(said_twice()) } else { Ok(()) }
    }

    /// `name value`, `name=value`, or a flag.
    fn keyed(&mut self, word: &Word, rest: &[Word]) -> Result<Option<usize>, FaultError> {
        let (name, joined) = match word.text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word.text.as_str(), None),
        };
        let of_name = |param: &&Param| param.keyed && param.name == name;
        let Some(param) = self.fault.kind.params.iter().find(of_name) else { return Ok(None) };
        if self.fault.args.has(param.name) {
            return Ok(None);
        }
        if param.takes == ParamType::Flag && joined.is_none() {
            self.fault.args.set(param.name, Value::Flag);
            return Ok(Some(1));
        }
        let missing = || FaultError::new(word.at, format!("`{name}` takes {}", param.takes));
        let (text, taken) = match joined {
            Some(value) => (value, 1),
            None => (rest.first().ok_or_else(missing)?.text.as_str(), 2),
        };
        let value = param.takes.read(text).ok_or_else(missing)?;
        self.fault.args.set(param.name, value);
        Ok(Some(taken))
    }

    fn chance(&mut self, word: &Word) -> Result<Option<usize>, FaultError> {
        if let Some(text) = word.text.strip_prefix("p=") {
            let chance = text.parse().ok().filter(|chance| (0.0..=1.0).contains(chance));
            let wrong = || FaultError::new(word.at, "`p=` takes a probability from 0 to 1");
            self.fault.chance = Some(chance.ok_or_else(wrong)?);
        } else if let Some(text) = word.text.strip_prefix("seed=") {
            let wrong = |_| FaultError::new(word.at, "`seed=` takes a whole number");
            self.fault.seed = Some(text.parse().map_err(wrong)?);
        } else {
            return Ok(None);
        }
        Ok(Some(1))
    }

    /// The next parameter by place.
    fn place(&mut self, word: &Word) -> Result<(), FaultError> {
        let kind = self.fault.kind;
        let open = |param: &&Param| !param.keyed && !self.fault.args.has(param.name);
        let Some(param) = kind.params.iter().find(open) else {
            let problem = format!("{:?} means nothing here; {}", word.text, usage(kind));
            return Err(FaultError::new(word.at, problem));
        };
        let wrong = || {
            let problem = format!("{:?} is no {}: {}", word.text, param.name, param.takes);
            FaultError::new(word.at, problem)
        };
        let value = param.takes.read(&word.text).ok_or_else(wrong)?;
        self.fault.args.set(param.name, value);
        Ok(())
    }

    fn finish(self) -> Result<Fault, FaultError> {
        let kind = self.fault.kind;
        let missing = |param: &&Param| param.required && !self.fault.args.has(param.name);
        if let Some(param) = kind.params.iter().find(missing) {
            let problem = format!("`{}` is missing; {}", param.name, usage(kind));
            return Err(FaultError::new(self.end, problem));
        }
        if kind.action.hits_connections() && !self.fault.on.can_select_connections() {
            let problem = format!("`{}` hits connections: `on connection K`, or all", kind.name);
            return Err(FaultError::new(self.end, problem));
        }
        match self.point_problem() {
            Some(problem) => Err(FaultError::new(self.end, problem)),
            None => Ok(self.fault),
        }
    }

    /// What is wrong with its point, or with there being none.
    fn point_problem(&self) -> Option<String> {
        let kind = self.fault.kind;
        let Kind { name, .. } = kind;
        Some(match (&kind.point, &self.fault.at) {
            (PointUse::Required, None) => format!("`at POINT` is missing; {}", usage(kind)),
            (PointUse::Json, at) if !matches!(at, Some(Place { point: Point::Json(_), .. })) => {
                format!("`at json PATH` is missing; {}", usage(kind))
            }
            (PointUse::None, Some(_)) => format!("`{name}` takes no point"),
            (PointUse::Request(_), Some(place)) if !place.is_in_request() => {
                format!("`{name}` takes a point of the request: `at {place} of request`")
            }
            (_, Some(place)) if place.is_in_request() && !kind.takes_points_of_requests() => {
                format!("`{name}` takes a point of the answer, not of the request")
            }
            _ => return None,
        })
    }
}
