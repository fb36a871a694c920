//! What is said of an export, and of what it could not say.

use recorder::{har, pcapng};

use crate::talk::count;

/// The lines for a capture.
pub(super) fn of_packets(summary: &pcapng::Summary) -> Vec<String> {
    let pcapng::Summary { connections, exchanges, packets, made_up, without_tls, gaps } = *summary;
    let mut lines = vec![format!(
        "{} of {} on {}",
        count(packets, "packet"),
        count(exchanges, "exchange"),
        count(connections, "connection")
    )];
    let notes = [
        (
            made_up,
            "connection",
            "made-up addresses: the recorded ones are not known, or no addresses",
        ),
        (without_tls, "connection", "TLS off: what was said inside is there in the clear"),
        (gaps, "gap", "bytes acknowledged that are not there, as in the recording"),
    ];
    lines.extend(told(&notes));
    lines
}

/// The lines for an HTTP archive.
pub(super) fn of_har(summary: &har::Exported) -> Vec<String> {
    let mut lines = vec![format!(
        "{}; HAR holds no bytes of the wire, and no times inside a body",
        match summary.entries {
            1 => "1 entry".to_owned(),
            more => format!("{more} entries"),
        }
    )];
    let notes = [
        (summary.raw, "exchange", "no HTTP in it, left out"),
        (summary.incomplete, "exchange", "a message that stops before its end: a comment says so"),
        (summary.unanswered, "exchange", "no answer: its status is 0"),
        (summary.switched, "exchange", "only its handshake: it went on in another protocol"),
        (summary.interim, "interim answer", "status 1xx, left out"),
        (summary.trailers, "message", "trailers, left out"),
        (summary.decoded, "body", "its content coding taken off"),
        (summary.coded, "body", "its content coding left on, in base64"),
    ];
    lines.extend(told(&notes));
    lines
}

/// What was counted, where anything was.
fn told(notes: &[(u64, &str, &str)]) -> Vec<String> {
    let counted = notes.iter().filter(|(number, ..)| *number > 0);
    counted
        .map(|(number, what, note)| format!("{} with {note}", counted_as(*number, what)))
        .collect()
}

fn counted_as(number: u64, what: &str) -> String {
    match what {
        "body" if number != 1 => format!("{number} bodies"),
        what => count(number, what),
    }
}
