//! What several formats say in the same words.

use std::time::Duration;

use crate::sweep::{Outcome, PointResult, SweepReport};

/// `#3 GET /users → 200`; `connection 2`; `any exchange`.
pub(super) fn place(report: &SweepReport, result: &PointResult) -> String {
    match (result.exchange, result.connection) {
        (Some(number), _) => exchange(report, number),
        (None, Some(connection)) => format!("connection {connection}"),
        (None, None) => "any exchange".to_owned(),
    }
}

/// `#3 GET /users → 200`.
pub(super) fn exchange(report: &SweepReport, number: u64) -> String {
    let line = report.exchanges.iter().find(|line| line.number == number);
    line.map_or_else(|| format!("#{number}"), |line| format!("#{number} {}", line.title))
}

/// `212 points: 150 tolerated, 58 reported, 2 hung, 2 fooled; 1 finding is known`.
pub(super) fn summary(report: &SweepReport) -> String {
    let counts = report.counts();
    let told = Outcome::ALL.into_iter().filter(|outcome| counts.of(*outcome) > 0);
    let told: Vec<_> = told.map(|outcome| format!("{} {outcome}", counts.of(outcome))).collect();
    let mut text = count(counts.total(), "point");
    if !told.is_empty() {
        text.extend([": ", &told.join(", ")]);
    }
    match report.results.iter().filter(|result| result.known).count() {
        0 => {}
        1 => text.push_str("; 1 finding is known"),
        known => text.extend(["; ", &known.to_string(), " findings are known"]),
    }
    text
}

/// What a reader must know before relying on the report; empty if it is whole and stable.
pub(super) fn warnings(report: &SweepReport) -> Vec<String> {
    let tried = report.results.len() as u64;
    let mut warnings = Vec::new();
    if tried < report.planned {
        warnings.push(format!("not all was tried: {tried} of {} points", report.planned));
    }
    if let Some(shard) = report.shard {
        warnings.push(format!("this is shard {shard} only; `retape report merge` joins shards"));
    }
    if !report.baseline.unstable.is_empty() {
        let unstable = report.baseline.unstable.join(", ");
        warnings.push(format!("not the same in two unbroken runs, and not compared: {unstable}"));
    }
    warnings
}

/// Findings, worst first, each class in the plan's order.
pub(super) fn findings(report: &SweepReport) -> impl Iterator<Item = &PointResult> {
    let of = |outcome| report.results.iter().filter(move |result| result.outcome == outcome);
    Outcome::FINDINGS.into_iter().flat_map(of)
}

/// The second is the first one's fault at every asking, and came to the same.
pub(super) fn says_the_same(once: &PointResult, sticky: &PointResult) -> bool {
    once.id.strip_suffix(" once") == Some(&sticky.id)
        && (once.outcome, once.exit) == (sticky.outcome, sticky.exit)
        && once.differs == sticky.differs
}

/// `exit 0 after 41 ms`; without the time if it was not taken.
pub(super) fn ending(result: &PointResult) -> String {
    match result.duration_ms {
        0 => result.exit.to_string(),
        ms => format!("{} after {}", result.exit, duration(ms)),
    }
}

/// What an outcome means, in a few words.
pub(super) const fn meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Tolerated => "ended as the unbroken run did",
        Outcome::Reported => "failed cleanly and in time",
        Outcome::Hung => "had not ended by its deadline",
        Outcome::Crashed => "died of a signal, a panic or a traceback",
        Outcome::Fooled => "claimed success, but with another result",
        Outcome::Unreached => "never came to the point of the fault",
    }
}

/// `1 point`, `2 points`.
pub(super) fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// `41 ms`, `12.3 s`, `4 min 2 s`.
pub(super) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..120_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => {
            let seconds = Duration::from_millis(ms).as_secs();
            format!("{} min {} s", seconds / 60, seconds % 60)
        }
    }
}

/// Control characters, and those that are not seen or change the direction of what stands around
/// them: a reader would take something else for what is there.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
