//! What an import found, for programs. Names and units are stable: times are nanoseconds, sizes are bytes.

use std::io::{self, Write};

use cassettes::format::Counts;
use recorder::import::{DirectionReport, ImportSummary, Secrecy, Speech, StreamReport};
use recorder::tcp::{Ending, Start};
use serde_json::{Value, json};

/// The next elements of a list, which has been begun or not.
pub(super) fn write_rows<'a>(
    reports: impl Iterator<Item = &'a StreamReport>,
    begun: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    if !begun {
        write!(out, "{{\n\"streams\": [")?;
    }
    for (n, report) in reports.enumerate() {
        writeln!(out, "{}", if begun || n > 0 { "," } else { "" })?;
        serde_json::to_writer(&mut *out, &stream(report))?;
    }
    Ok(())
}

/// The end of it.
pub(super) fn end_list(summary: &ImportSummary, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "\n],\n\"summary\": ")?;
    serde_json::to_writer_pretty(&mut *out, &totals(summary))?;
    writeln!(out, "\n}}")
}

/// What came of an import into a cassette.
pub(super) fn write_summary(
    summary: &ImportSummary,
    counts: Counts,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut value = totals(summary);
    if let Value::Object(members) = &mut value {
        let sizes = json!({ "to_server": counts.to_server, "to_client": counts.to_client });
        members.insert("recorded".to_owned(), sizes);
    }
    serde_json::to_writer_pretty(&mut *out, &value)?;
    writeln!(out)
}

fn totals(summary: &ImportSummary) -> Value {
    let skipped = summary.skipped.skipped.iter().map(|(reason, packets)| {
        json!({ "reason": reason.to_string(), "packets": packets, "lost": reason.is_loss() })
    });
    let losses = summary.losses();
    let losses = losses
        .iter()
        .map(|loss| json!({ "kind": loss.kind, "count": loss.count, "text": loss.text }));
    json!({
        "packets": summary.packets,
        "first_unix_nanos": summary.first.map(|first| first.0),
        "duration": summary.duration(),
        "connections": {
            "meant": summary.streams,
            "left_out": summary.filtered,
            "silent": summary.silent,
            "decrypted": summary.decrypted,
            "undecrypted": summary.undecrypted,
            "tunnelled": summary.tunnelled,
        },
        "exchanges": {
            "all": summary.exchanges,
            "incomplete": summary.incomplete,
            "degraded": summary.degraded,
        },
        "skipped": skipped.collect::<Vec<_>>(),
        "losses": losses.collect::<Vec<_>>(),
    })
}

fn stream(report: &StreamReport) -> Value {
    json!({
        "stream": report.stream,
        "client": report.client.to_string(),
        "server": report.server.to_string(),
        "name": report.name,
        "opened_unix_nanos": report.opened.0,
        "start": match report.start {
            Start::Handshake => "handshake",
            Start::Middle => "middle",
        },
        "ending": match report.ending {
            Ending::Closed => "closed",
            Ending::Replaced => "replaced",
            Ending::Evicted => "evicted",
            Ending::CaptureEnd => "capture end",
        },
        "protocol": report.speech.map(Speech::name),
        "tls": tls(report),
        "to_server": direction(&report.to_server),
        "to_client": direction(&report.to_client),
    })
}

fn tls(report: &StreamReport) -> Value {
    match report.tls {
        Secrecy::Plain => Value::Null,
        Secrecy::Decrypted => json!({ "decrypted": true, "reason": null }),
        Secrecy::Undecrypted(why) => json!({ "decrypted": false, "reason": why.to_string() }),
    }
}

fn direction(report: &DirectionReport) -> Value {
    let DirectionReport { tally, gaps, digest, decrypted } = report;
    let gaps = gaps.iter().map(|(offset, length)| json!([offset, length]));
    json!({
        "packets": tally.packets,
        "bytes": tally.bytes,
        "lost": tally.lost,
        "gaps": gaps.collect::<Vec<_>>(),
        "contested": tally.contested,
        "repeated": tally.repeated,
        "late": tally.late + tally.early,
        "sha256": digest.map(|digest| digest.to_string()),
        "decrypted": decrypted.map(|(bytes, digest)| {
            json!({ "bytes": bytes, "sha256": digest.map(|digest| digest.to_string()) })
        }),
    })
}
