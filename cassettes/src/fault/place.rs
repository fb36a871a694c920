//! A point, and in whose words it is: `body 50%` of the answer, `body 50% of request`.

use std::fmt;

use super::words::Word;
use super::{FaultError, Point};
use crate::model::Direction;

/// A point in what one side sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Where.
    pub point: Point,
    /// To the client: in the answer. To the server: in the request, of which a server waits for so much.
    pub of: Direction,
}

impl Place {
    /// In the answer.
    pub const fn in_answer(point: Point) -> Self {
        Self { point, of: Direction::ToClient }
    }

    /// In the request.
    pub const fn in_request(point: Point) -> Self {
        Self { point, of: Direction::ToServer }
    }

    /// Whether it is in the request.
    pub const fn is_in_request(&self) -> bool {
        matches!(self.of, Direction::ToServer)
    }

    /// Reads the words after `at`. How many there were.
    pub(super) fn read(words: &[Word], at: usize) -> Result<(Self, usize), FaultError> {
        let (point, taken) = Point::read(words, at)?;
        let Some(of) = words.get(taken).filter(|word| !word.quoted && word.text == "of") else {
            return Ok((Self::in_answer(point), taken));
        };
        match words.get(taken + 1).map(|word| word.text.as_str()) {
            Some("answer") => Ok((Self::in_answer(point), taken + 2)),
            Some("request") if point.is_of_requests() => Ok((Self::in_request(point), taken + 2)),
            Some("request") => Err(FaultError::new(
                of.at,
                format!(
                    "`{point}` is no point of a request; those are: after-headers, byte N, P%, chunk K, body N, body P%, \
                     message K, end"
                ),
            )),
            _ => Err(FaultError::new(of.at, "`of request` or `of answer` is expected")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            Direction::ToClient => write!(f, "{}", self.point),
            Direction::ToServer => write!(f, "{} of request", self.point),
        }
    }
}
