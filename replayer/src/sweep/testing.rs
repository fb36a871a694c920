//! What tests of reports share: results written by hand, one of each outcome and shape.

use super::Outcome::{Crashed, Fooled, Hung, Reported, Tolerated, Unreached};
use super::{
    Baseline, Clip, Difference, ExchangeLine, Exit, FORMAT, Moment, Outcome, PointResult,
    SweepReport,
};

/// What came of a fault, as its sentence and the outcome say.
pub(crate) fn point(id: &str, outcome: Outcome) -> PointResult {
    let (sentence, selector) = id.split_once(" on ").unwrap_or((id, ""));
    let number = |text: &str| text.split(' ').next().and_then(|word| word.parse().ok());
    PointResult {
        number: 1,
        id: id.to_owned(),
        exchange: number(selector),
        connection: selector
            .strip_prefix("connection ")
            .and_then(number)
            .and_then(|number| u32::try_from(number).ok()),
        kind: id.split(' ').next().unwrap_or_default().to_owned(),
        point: sentence.split_once(" at ").map(|(_, point)| point.to_owned()),
        attempts: if id.ends_with(" once") { "once" } else { "sticky" }.to_owned(),
        outcome,
        exit: exit(outcome),
        duration_ms: 41,
        applied: u32::from(outcome != Unreached),
        stdout: Clip::of(b"7 users\n"),
        stderr: Clip::default(),
        differs: Vec::new(),
        timeline: Vec::new(),
        known: false,
    }
}

/// Results as one report, numbered as they come.
pub(crate) fn report_of(results: Vec<PointResult>) -> SweepReport {
    let planned = results.len() as u64;
    let number = |(number, result)| PointResult { number, ..result };
    SweepReport {
        format: FORMAT,
        cassette: "api.cassette".to_owned(),
        exchanges: vec![
            ExchangeLine { number: 1, title: "GET /users → 200".to_owned() },
            ExchangeLine { number: 2, title: "POST /orders → 201".to_owned() },
        ],
        command: ["./client", "--name", "it's me"].map(str::to_owned).to_vec(),
        plan: "standard".to_owned(),
        seed: 7,
        options: ["--timeout", "5s"].map(str::to_owned).to_vec(),
        shard: None,
        started_unix_ms: 1_790_000_000_000,
        duration_ms: 12_345,
        baseline: Baseline {
            exit: Exit::Code(0),
            requests: 2,
            duration_ms: 38,
            unstable: vec!["stderr".to_owned()],
        },
        planned,
        results: (1..).zip(results).map(number).collect(),
    }
}

/// A report with every outcome, hostile output, and a finding that is known.
pub(crate) fn report() -> SweepReport {
    let known = PointResult { known: true, ..point("close at end on 2", Fooled) };
    report_of(vec![
        point("close at head on 1", Reported),
        fooled(),
        point("close at byte 812 on 1 once", Tolerated),
        point("reset drop at head on 1", Reported),
        hung(),
        point("remove at json $.items[0].id on 1", Tolerated),
        crashed(),
        point("status 503 retry-after 2 on 1 once", Tolerated),
        point("close at head on 2", Reported),
        known,
        point("refuse on connection 2", Unreached),
    ])
}

fn exit(outcome: Outcome) -> Exit {
    match outcome {
        Tolerated | Fooled | Unreached => Exit::Code(0),
        Reported => Exit::Code(1),
        Hung => Exit::Deadline,
        Crashed => Exit::Signal(11),
    }
}

fn fooled() -> PointResult {
    let stdout = Difference {
        what: "stdout".to_owned(),
        expected: "7 users\n".to_owned(),
        actual: "4 users\nlast: <b>\u{1b}[31mZoë\n".to_owned(),
    };
    PointResult {
        stdout: Clip::of(b"4 users\nlast: <b>\x1b[31mZo\xc3\xab\n"),
        differs: vec![stdout],
        timeline: vec![
            moment(0.2, "request", 58, "GET /users HTTP/1.1"),
            moment(0.4, "answer", 812, "HTTP/1.1 200 OK"),
            moment(0.5, "fault close at byte 812", 0, ""),
            moment(0.5, "close", 0, ""),
        ],
        ..point("close at byte 812 on 1", Fooled)
    }
}

fn hung() -> PointResult {
    let difference = Difference {
        what: "exit".to_owned(),
        expected: "exit 0".to_owned(),
        actual: "deadline".to_owned(),
    };
    PointResult { differs: vec![difference], ..point("stall at byte 812 on 1", Hung) }
}

fn crashed() -> PointResult {
    let stderr = Clip::of(b"Traceback (most recent call last):\n</pre><script>alert(1)</script>\n");
    PointResult { stderr, ..point("null at json $.items[0].id on 1", Crashed) }
}

fn moment(at_ms: f64, event: &str, bytes: u64, preview: &str) -> Moment {
    let (event, preview) = (event.to_owned(), preview.to_owned());
    Moment { at_ms, connection: 1, event, bytes, preview }
}
