//! What a person, or a test, is told of faults on live traffic.

use std::fmt;

/// A fault met an exchange or a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultEvent {
    /// Which one, as its canonical sentence.
    pub fault: String,
    /// The client does not get what the server said; mere timing breaks nothing.
    pub breaks: bool,
    /// The client's connection, counted from 1 in the order of accepting.
    pub connection: u32,
    /// The exchange, counted from 1 over all connections, in the order in which requests came; none: the connection itself.
    pub exchange: Option<u64>,
    /// The request, as `GET /users`; empty where it has none.
    pub request: String,
    /// Which asking of the same it was, from 1.
    pub attempt: u32,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done, after so many bytes of the answer, or of the request if its point is there; none where it has no place in either.
    Applied {
        /// Bytes that came before.
        after: Option<u64>,
    },
    /// It was not: the answer passed as it was.
    Passed {
        /// Why, in a phrase.
        why: String,
    },
}

/// In one line.
impl fmt::Display for FaultEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, connection, exchange, request, attempt, .. } = self;
        let verb = match self.outcome {
            Outcome::Applied { .. } if self.breaks => "broke",
            Outcome::Applied { .. } => "shaped",
            Outcome::Passed { .. } => "let pass",
        };
        write!(f, "{verb} ")?;
        match exchange {
            None => write!(f, "connection {connection}")?,
            Some(exchange) if request.is_empty() => write!(f, "exchange {exchange}")?,
            Some(exchange) => write!(f, "exchange {exchange}, {request}")?,
        }
        if *attempt > 1 {
            write!(f, " ({} attempt)", Ordinal(*attempt))?;
        }
        write!(f, ": {fault}")?;
        match &self.outcome {
            Outcome::Applied { after: Some(after) } => write!(f, " (after {after} bytes)"),
            Outcome::Applied { after: None } => Ok(()),
            Outcome::Passed { why } => write!(f, ": {why}"),
        }
    }
}

/// `1st`, `2nd`.
struct Ordinal(u32);

impl fmt::Display for Ordinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ending = match (self.0 % 10, self.0 % 100) {
            (_, 11..=13) => "th",
            (1, _) => "st",
            (2, _) => "nd",
            (3, _) => "rd",
            _ => "th",
        };
        write!(f, "{}{ending}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(attempt: u32, outcome: Outcome) -> FaultEvent {
        let (fault, request) = ("close at byte 812".to_owned(), "GET /users".to_owned());
        let (breaks, connection, exchange) = (true, 1, Some(3));
        FaultEvent { fault, breaks, connection, exchange, request, attempt, outcome }
    }

    #[test]
    fn a_line_says_what_was_hit_by_what_and_where() {
        let applied = Outcome::Applied { after: Some(812) };
        assert_eq!(
            event(1, applied.clone()).to_string(),
            "broke exchange 3, GET /users: close at byte 812 (after 812 bytes)"
        );
        assert!(event(22, applied).to_string().contains("GET /users (22nd attempt): close"));
        let passed = Outcome::Passed { why: "the answer has 10 bytes".to_owned() };
        let line = event(11, passed).to_string();
        assert!(line.starts_with("let pass exchange 3, GET /users (11th attempt)"), "{line}");
        assert!(line.ends_with(": the answer has 10 bytes"), "{line}");
    }
}
