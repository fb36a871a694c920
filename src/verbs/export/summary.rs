//! What is said of an export, and of what it could not say.

use recorder::pcapng;

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
    lines.extend(
        notes
            .iter()
            .filter(|(number, ..)| *number > 0)
            .map(|(number, what, note)| format!("{} with {note}", count(*number, what))),
    );
    lines
}
