//! What a run with a fault means, against an unbroken one.

use std::collections::{BTreeMap, BTreeSet};

use super::crash::{is_crash, signs};
use super::{Content, Difference, Exit, Outcome};

/// All that is known of one run of the command.
#[derive(Debug, Clone)]
pub struct Run {
    /// How it ended.
    pub exit: Exit,
    /// What is compared: standard output, standard error, files, by their names in reports. What is not there is not in it.
    pub contents: BTreeMap<String, Content>,
    /// What was written to standard error, as it was.
    pub stderr: Vec<u8>,
    /// What was asked for, in order.
    pub asked: Vec<Asked>,
    /// How often a fault was applied.
    pub applied: u32,
}

/// One asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The number of the recorded exchange that it was answered with; none: nothing answers it.
    pub exchange: Option<u64>,
    /// As `GET /users`.
    pub label: String,
    /// How it differs from the recorded request: equal where they differ in the same.
    pub differs: Vec<String>,
}

/// The unbroken run, and what is known not to be the same each time.
#[derive(Debug, Clone)]
pub struct Reference {
    run: Run,
    /// By name: of contents, and of askings.
    unstable: BTreeSet<String>,
    /// Standard error has these without any fault.
    signs: Vec<&'static str>,
}

/// What a run means, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// In one word.
    pub outcome: Outcome,
    /// In what it differs from the unbroken run.
    pub differs: Vec<Difference>,
}

/// Most differences told of one run: who has read so many knows.
const MAX_DIFFERENCES: usize = 20;

impl Reference {
    /// Of two unbroken runs: what they do not agree in is not judged.
    pub fn of(run: Run, again: &Run) -> Self {
        let first = Self { signs: signs(&run.stderr), unstable: BTreeSet::new(), run };
        let mut unstable: BTreeSet<_> =
            first.all_differences(again, None).into_iter().map(|(name, _)| name).collect();
        unstable.remove(EXIT);
        Self { unstable, ..first }
    }

    /// The names of what is not the same each time.
    pub fn unstable(&self) -> impl Iterator<Item = &str> {
        self.unstable.iter().map(String::as_str)
    }

    /// What two unbroken runs do not agree in, as the other one shows it.
    pub fn unstable_in(&self, again: &Run) -> Vec<Difference> {
        let differences = self.all_differences(again, None).into_iter();
        differences.map(|(_, difference)| difference).take(MAX_DIFFERENCES).collect()
    }

    /// The unbroken run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The same with another unbroken run, of which the same is not judged.
    #[must_use]
    pub fn with(&self, run: Run) -> Self {
        Self { run, ..self.clone() }
    }

    /// A hash of what is the same each time.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (name, content) in &self.run.contents {
            if !self.unstable.contains(name) {
                hasher.update(name.as_bytes()).update(&content.digest());
            }
        }
        for name in by_name(&self.run.asked).keys().filter(|name| !self.unstable.contains(*name)) {
            hasher.update(name.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// What a run means. What was asked when asking for the exchange `broken` is not judged: who asks for the rest of it
    /// only, or does not say goodbye on a connection that is gone, does well.
    pub fn judge(&self, run: &Run, broken: Option<u64>) -> Judgement {
        let mut differs = self.differences(run, broken);
        let new: Vec<_> =
            signs(&run.stderr).into_iter().filter(|it| !self.signs.contains(it)).collect();
        if let Some(sign) = new.first() {
            differs.push(difference("stderr", "no sign of a crash", sign.trim()));
        }
        let outcome = match run.exit {
            Exit::Deadline => Outcome::Hung,
            exit if is_crash(exit) || !new.is_empty() => Outcome::Crashed,
            exit if exit != self.run.exit => Outcome::Reported,
            _ if differs.is_empty() => Outcome::Tolerated,
            _ => Outcome::Fooled,
        };
        if run.applied == 0 {
            return Judgement { outcome: Outcome::Unreached, differs };
        }
        Judgement { outcome, differs }
    }

    fn differences(&self, run: &Run, broken: Option<u64>) -> Vec<Difference> {
        let mut found = self.all_differences(run, broken);
        found.retain(|(name, _)| !self.unstable.contains(name));
        found.into_iter().map(|(_, difference)| difference).take(MAX_DIFFERENCES).collect()
    }

    /// With the names of what they are about.
    fn all_differences(&self, run: &Run, broken: Option<u64>) -> Vec<(String, Difference)> {
        let mut found = Vec::new();
        if run.exit != self.run.exit {
            let told = difference(EXIT, self.run.exit.to_string(), run.exit.to_string());
            found.push((EXIT.to_owned(), told));
        }
        found.extend(self.content_differences(run));
        found.extend(asking_differences(&self.run.asked, &run.asked, broken));
        found
    }

    fn content_differences<'r>(
        &'r self,
        run: &'r Run,
    ) -> impl Iterator<Item = (String, Difference)> + 'r {
        let names: BTreeSet<_> = self.run.contents.keys().chain(run.contents.keys()).collect();
        names.into_iter().filter_map(|name| {
            let told = match (self.run.contents.get(name), run.contents.get(name)) {
                (Some(expected), Some(actual)) => {
                    let (line, expected, actual) = expected.first_difference(actual)?;
                    let place =
                        if line == 0 { name.clone() } else { format!("{name} line {line}") };
                    difference(place, expected, actual)
                }
                (expected, actual) => difference(name, there(expected), there(actual)),
            };
            Some((name.clone(), told))
        })
    }
}

const EXIT: &str = "exit";

/// What was asked for: askings of the same count once, since a retry is none of a client's mistakes, nor is the order in which
/// it does several things at once.
fn asking_differences(
    expected: &[Asked],
    actual: &[Asked],
    broken: Option<u64>,
) -> Vec<(String, Difference)> {
    let others = |asked: &&Asked| broken.is_none() || asked.exchange != broken;
    let expected = by_name(expected.iter().filter(others));
    let actual = by_name(actual.iter().filter(others));
    let names: BTreeSet<_> = expected.keys().chain(actual.keys()).collect();
    let told = names.into_iter().filter_map(|name| {
        let told = match (expected.get(name), actual.get(name)) {
            (Some(_), None) => difference(name, "asked", "never asked"),
            (None, Some(_)) => difference(name, "never asked", "asked"),
            (Some(expected), Some(actual)) if expected != actual => {
                difference(name, in_words(expected), in_words(actual))
            }
            _ => return None,
        };
        Some((name.clone(), told))
    });
    told.collect()
}

/// By what it asks for; of retries, all that differs in any.
fn by_name<'a>(asked: impl IntoIterator<Item = &'a Asked>) -> BTreeMap<String, BTreeSet<&'a str>> {
    let mut named: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for asking in asked {
        named.entry(asking.name()).or_default().extend(asking.differs.iter().map(String::as_str));
    }
    named
}

fn in_words(differs: &BTreeSet<&str>) -> String {
    if differs.is_empty() {
        return "as recorded".to_owned();
    }
    let differs: Vec<_> = differs.iter().copied().collect();
    differs.join("; ")
}

impl Asked {
    fn name(&self) -> String {
        match self.exchange {
            Some(number) => format!("request {number} ({})", self.label),
            None => format!("request {} (not recorded)", self.label),
        }
    }
}

fn there(content: Option<&Content>) -> &'static str {
    if content.is_some() { "there" } else { "not there" }
}

fn difference(
    what: impl Into<String>,
    expected: impl Into<String>,
    actual: impl Into<String>,
) -> Difference {
    Difference { what: what.into(), expected: expected.into(), actual: actual.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::{Names, Normalizer, Written};

    fn run(exit: Exit, stdout: &str) -> Run {
        let mut written = Written::default();
        written.push(stdout.as_bytes());
        let content = written.content(&Normalizer::default(), &Names::default());
        Run {
            exit,
            contents: [("stdout".to_owned(), content)].into(),
            stderr: Vec::new(),
            asked: vec![asked(1, "GET /a"), asked(2, "GET /b")],
            applied: 1,
        }
    }

    fn asked(number: u64, label: &str) -> Asked {
        Asked { exchange: Some(number), label: label.to_owned(), differs: Vec::new() }
    }

    fn reference() -> Reference {
        let run = run(Exit::Code(0), "all\n");
        Reference::of(run.clone(), &run)
    }

    fn outcome(run: &Run) -> Outcome {
        reference().judge(run, None).outcome
    }

    #[test]
    fn the_same_end_with_the_same_output_is_tolerated() {
        assert_eq!(outcome(&run(Exit::Code(0), "all\n")), Outcome::Tolerated);
    }

    #[test]
    fn success_with_another_output_is_fooled_and_told_by_the_line() {
        let judgement = reference().judge(&run(Exit::Code(0), "half\n"), None);
        assert_eq!(judgement.outcome, Outcome::Fooled);
        assert_eq!(judgement.differs, [difference("stdout line 1", r#""all""#, r#""half""#)]);
    }

    #[test]
    fn success_with_other_requests_is_fooled_and_a_retry_is_not() {
        let mut less = run(Exit::Code(0), "all\n");
        less.asked.pop();
        assert_eq!(outcome(&less), Outcome::Fooled);
        let mut again = run(Exit::Code(0), "all\n");
        again.asked.insert(1, asked(1, "GET /a"));
        assert_eq!(outcome(&again), Outcome::Tolerated);
        let mut other = run(Exit::Code(0), "all\n");
        other.asked[1].differs.push("body $.id".to_owned());
        assert_eq!(outcome(&other), Outcome::Fooled);
        let mut more = run(Exit::Code(0), "all\n");
        more.asked.push(Asked { exchange: None, label: "GET /c".to_owned(), differs: Vec::new() });
        assert_eq!(outcome(&more), Outcome::Fooled);
    }

    #[test]
    fn what_is_asked_when_asking_for_what_is_broken_is_not_judged() {
        let mut resumed = run(Exit::Code(0), "all\n");
        resumed.asked[0].differs.push("header range: nothing became bytes=7-".to_owned());
        assert_eq!(reference().judge(&resumed, Some(1)).outcome, Outcome::Tolerated);
        assert_eq!(reference().judge(&resumed, Some(2)).outcome, Outcome::Fooled);
    }

    #[test]
    fn a_failure_is_reported_and_a_crash_is_not() {
        assert_eq!(outcome(&run(Exit::Code(1), "")), Outcome::Reported);
        assert_eq!(outcome(&run(Exit::Signal(11), "")), Outcome::Crashed);
        assert_eq!(outcome(&run(Exit::Deadline, "all\n")), Outcome::Hung);
        let panicked = Run { stderr: b"thread panicked at x".to_vec(), ..run(Exit::Code(101), "") };
        assert_eq!(outcome(&panicked), Outcome::Crashed);
    }

    #[test]
    fn a_panic_is_a_crash_unless_the_unbroken_run_panics_as_well() {
        let usual = Run { stderr: b"worker panicked at x".to_vec(), ..run(Exit::Code(0), "all\n") };
        assert_eq!(outcome(&usual), Outcome::Crashed, "also with the right output");
        let reference = Reference::of(usual.clone(), &usual);
        assert_eq!(reference.judge(&usual, None).outcome, Outcome::Tolerated);
    }

    #[test]
    fn what_two_unbroken_runs_do_not_agree_in_is_not_judged() {
        let reference = Reference::of(run(Exit::Code(0), "1\n"), &run(Exit::Code(0), "2\n"));
        assert_eq!(reference.unstable().collect::<Vec<_>>(), ["stdout"]);
        assert_eq!(reference.judge(&run(Exit::Code(0), "3\n"), None).outcome, Outcome::Tolerated);
        assert_eq!(reference.judge(&run(Exit::Code(2), "3\n"), None).outcome, Outcome::Reported);
    }

    #[test]
    fn a_fault_that_was_never_applied_is_unreached_whatever_happened() {
        let mut never = run(Exit::Code(0), "all\n");
        never.applied = 0;
        assert_eq!(outcome(&never), Outcome::Unreached);
    }
}
