//! What came of a sweep.
//!
//! These types are the JSON report as well (`docs/sweep-report.md`): a member added here is added
//! there, and to the schema beside it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The report's version. A reader takes the one that it knows, and ignores members that it does not.
/// - 1: baseline, results with exit, output, differences and timeline
pub const FORMAT: u32 = 1;

/// All that came of a sweep, or of one shard of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepReport {
    /// [`FORMAT`].
    pub format: u32,
    /// The cassette's path, as typed.
    pub cassette: String,
    /// The exchanges in it.
    pub exchanges: Vec<ExchangeLine>,
    /// The command that was run, with its arguments.
    pub command: Vec<String>,
    /// The plan's name, or its file.
    pub plan: String,
    /// What chance was drawn from.
    pub seed: u64,
    /// Options of the sweep that decide how a point is judged (deadline, what is compared, …), as
    /// typed: they are repeated in the command that reproduces it.
    #[serde(default)]
    pub options: Vec<String>,
    /// Which part of the plan this is; none: the whole.
    pub shard: Option<Shard>,
    /// When it began, in milliseconds since 1970.
    pub started_unix_ms: u64,
    /// How long it took.
    pub duration_ms: u64,
    /// The unbroken run that the others are compared with.
    pub baseline: Baseline,
    /// Points of the plan (of this shard of it): more than there are results if it was stopped.
    pub planned: u64,
    /// What came of each point, in the plan's order.
    pub results: Vec<PointResult>,
}

/// An exchange of the cassette, as a person knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeLine {
    /// From 1, as `retape show` numbers them.
    pub number: u64,
    /// As `GET /users → 200`.
    pub title: String,
}

/// One part of a plan that was divided between machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// From 1.
    pub index: u32,
    /// How many there are.
    pub count: u32,
}

/// What the command does when nothing is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// How it ended.
    pub exit: Exit,
    /// How many requests it sent.
    pub requests: u64,
    /// How long it took.
    pub duration_ms: u64,
    /// What was not the same in a second unbroken run, and is not compared.
    pub unstable: Vec<String>,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// Not at all: it was killed at its deadline.
    Deadline,
}

/// What came of one run with one fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointResult {
    /// Its place in the whole plan, from 1, whichever shard it was run in.
    pub number: u64,
    /// The fault as a canonical sentence, which reproduces it.
    pub id: String,
    /// The number of the exchange that it breaks; none: it breaks a connection, or any exchange.
    pub exchange: Option<u64>,
    /// The number of the connection that it breaks, if it breaks one rather than an exchange.
    pub connection: Option<u32>,
    /// The kind of fault.
    pub kind: String,
    /// Where in the answer, as `byte 812`.
    pub point: Option<String>,
    /// Which attempts are broken: `once` or `sticky`.
    pub attempts: String,
    /// What it means.
    pub outcome: Outcome,
    /// How the command ended.
    pub exit: Exit,
    /// How long it took.
    pub duration_ms: u64,
    /// How often the fault was applied.
    pub applied: u32,
    /// What the command wrote to standard output.
    pub stdout: Clip,
    /// What the command wrote to standard error.
    pub stderr: Clip,
    /// In what this run differs from the unbroken one.
    pub differs: Vec<Difference>,
    /// What was said between client and server, as far as it is kept.
    pub timeline: Vec<Moment>,
    /// It is among the accepted findings: it fails nothing.
    #[serde(default)]
    pub known: bool,
}

/// What a run with a fault means, from the best to the worst but one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It ended as the unbroken run did: same exit, same output.
    Tolerated,
    /// It failed, in time and cleanly.
    Reported,
    /// It had not ended by its deadline.
    Hung,
    /// It was ended by a signal, panicked, or left a traceback.
    Crashed,
    /// It claims success, but its output or its next requests are not those of the unbroken run.
    Fooled,
    /// The fault was never applied: the client did not come to that point.
    Unreached,
}

/// A bounded part of what a command wrote, as text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Clip {
    /// The beginning and the end; what is not UTF-8 is replaced.
    pub text: String,
    /// Bytes in the whole.
    pub total_bytes: u64,
}

/// In what a run differs from the unbroken one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What: `stdout`, `exit`, `request 3 body $.id`, a file's path, …
    pub what: String,
    /// In the unbroken run.
    pub expected: String,
    /// In this run.
    pub actual: String,
}

/// Something that was said or happened on a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Since the command was started.
    pub at_ms: f64,
    /// On which live connection, from 1.
    pub connection: u32,
    /// As `request`, `answer`, `fault`, `close`, `reset`, `stall`.
    pub event: String,
    /// How many bytes it was.
    pub bytes: u64,
    /// Its beginning, printable.
    pub preview: String,
}

/// How many points had which outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([u64; Outcome::ALL.len()]);

impl SweepReport {
    /// The results that fail the sweep, in order: those with such an outcome that are not known.
    pub fn failures<'r>(&'r self, fail_on: &[Outcome]) -> impl Iterator<Item = &'r PointResult> {
        self.results.iter().filter(move |result| !result.known && fail_on.contains(&result.outcome))
    }

    /// How many results had which outcome.
    pub fn counts(&self) -> Counts {
        self.results.iter().collect()
    }
}

impl Outcome {
    /// Every outcome, in order.
    pub const ALL: [Self; 6] =
        [Self::Tolerated, Self::Reported, Self::Hung, Self::Crashed, Self::Fooled, Self::Unreached];

    /// The findings, worst first: what a sweep fails on unless told otherwise.
    pub const FINDINGS: [Self; 3] = [Self::Fooled, Self::Hung, Self::Crashed];

    /// In lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tolerated => "tolerated",
            Self::Reported => "reported",
            Self::Hung => "hung",
            Self::Crashed => "crashed",
            Self::Fooled => "fooled",
            Self::Unreached => "unreached",
        }
    }

    /// It is one of [`FINDINGS`](Self::FINDINGS).
    pub fn is_finding(self) -> bool {
        Self::FINDINGS.contains(&self)
    }
}

impl Counts {
    /// How many had this one.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.0.get(outcome as usize).copied().unwrap_or_default()
    }

    /// How many there are in all.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Counts one more.
    pub fn add(&mut self, outcome: Outcome) {
        if let Some(count) = self.0.get_mut(outcome as usize) {
            *count += 1;
        }
    }
}

impl<'r> FromIterator<&'r PointResult> for Counts {
    fn from_iter<I: IntoIterator<Item = &'r PointResult>>(results: I) -> Self {
        results.into_iter().fold(Self::default(), |mut counts, result| {
            counts.add(result.outcome);
            counts
        })
    }
}

impl Clip {
    /// Most bytes kept. Enough for a traceback and the last lines of a log; a sweep keeps two clips
    /// for each of its points.
    pub const MAX_BYTES: usize = 8 * 1024;

    /// The beginning and the end of what was written.
    pub fn of(written: &[u8]) -> Self {
        let left_out = written.len().saturating_sub(Self::MAX_BYTES);
        let head = written.get(..Self::MAX_BYTES / 2).filter(|_| left_out > 0);
        let text = match head {
            None => String::from_utf8_lossy(written).into_owned(),
            Some(head) => {
                let tail = written.get(head.len() + left_out..).unwrap_or_default();
                let (head, tail) = (String::from_utf8_lossy(head), String::from_utf8_lossy(tail));
                format!("{head}\n[… {left_out} bytes left out …]\n{tail}")
            }
        };
        Self { text, total_bytes: u64::try_from(written.len()).unwrap_or(u64::MAX) }
    }

    /// Nothing was written.
    pub const fn is_empty(&self) -> bool {
        self.total_bytes == 0
    }
}

/// `exit 1`, `signal 9`, `deadline`.
impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
            Self::Deadline => f.write_str("deadline"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// `2/5`, as it is typed.
impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_of_little_is_all_of_it() {
        let clip = Clip::of(b"caf\xc3\xa9 \xff\n");
        assert_eq!(clip, Clip { text: "café \u{fffd}\n".to_owned(), total_bytes: 8 });
        assert!(Clip::of(b"").is_empty());
    }

    #[test]
    fn a_clip_of_much_is_its_beginning_and_its_end_and_says_what_is_left_out() {
        let written = [vec![b'a'; 5000], vec![b'b'; 5000]].concat();
        let clip = Clip::of(&written);
        let parts: Vec<_> = clip.text.lines().collect();
        let half = Clip::MAX_BYTES / 2;
        assert_eq!(parts, [&"a".repeat(half), "[… 1808 bytes left out …]", &"b".repeat(half)]);
        assert_eq!(clip.total_bytes, 10_000);
    }

    #[test]
    fn outcomes_are_counted_and_named() {
        let mut counts = Counts::default();
        counts.add(Outcome::Fooled);
        counts.add(Outcome::Fooled);
        counts.add(Outcome::Unreached);
        assert_eq!(Outcome::ALL.map(|outcome| counts.of(outcome)), [0, 0, 0, 0, 2, 1]);
        assert_eq!(counts.total(), 3);
        assert!(Outcome::ALL.iter().all(|o| serde_json::to_value(o).unwrap() == o.name()));
    }

    #[test]
    fn exits_are_written_as_the_schema_says() {
        let written = |exit| serde_json::to_string(&exit).unwrap();
        assert_eq!(written(Exit::Code(-1)), r#"{"code":-1}"#);
        assert_eq!(written(Exit::Signal(11)), r#"{"signal":11}"#);
        assert_eq!(written(Exit::Deadline), r#""deadline""#);
        assert_eq!(Exit::Signal(9).to_string(), "signal 9");
        assert_eq!(Shard { index: 2, count: 5 }.to_string(), "2/5");
    }
}
