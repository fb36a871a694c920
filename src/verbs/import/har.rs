//! HTTP archives, which are no captures: told by their content.

use std::fs::{self, File};
use std::io::{self, BufRead, Read};
use std::path::Path;

use bytes::Bytes;
use cassettes::model::{Header, Rewrite};
use recorder::har::{Har, Imported};
use serde_json::json;

use super::plan::{Output, Plan};
use super::{Format, source};
use crate::exit::{Exit, Failure, Outcome};
use crate::recording::{Recording, WRITER, progress};
use crate::store::{self, Tape};
use crate::talk::{self, count};

/// Longest archive read from standard input, which has to be held.
const MAX_PIPED_BYTES: u64 = 1 << 30;

/// Enough of a file to see what it is, white space and all.
const HEAD_BYTES: u64 = 64;

/// The file's content, if it is an archive.
pub(super) fn find(plan: &Plan) -> Outcome<Option<Bytes>> {
    let path = &plan.input;
    let unopened = |error| source::unopened(path, &error);
    if path == Path::new("-") {
        // What is looked at stays in the buffer that all of standard input is read through.
        let mut input = io::stdin().lock();
        if !is_json(input.fill_buf().map_err(unopened)?) {
            return Ok(None);
        }
        let mut all = Vec::new();
        input.take(MAX_PIPED_BYTES).read_to_end(&mut all).map_err(unopened)?;
        return Ok(Some(all.into()));
    }
    // A pipe can be opened once.
    if !fs::metadata(path).map_err(unopened)?.is_file() {
        return Ok(None);
    }
    let mut head = Vec::new();
    let file = File::open(path).map_err(unopened)?;
    file.take(HEAD_BYTES).read_to_end(&mut head).map_err(unopened)?;
    if !is_json(&head) {
        return Ok(None);
    }
    store::content(path).map(Some)
}

/// Imports it.
pub(super) fn run(plan: &Plan, content: &[u8]) -> Outcome {
    let Some(output) = plan.output.as_ref().filter(|_| plan.import.filter.is_none()) else {
        return Err(Failure::usage(
            "--list and --filter are for captures, and this is an HTTP archive",
        )
        .hint("import all of it, then: retape show FILE"));
    };
    let har = Har::parse(content).map_err(|error| {
        Failure::input(format!("cannot read {}: {error}", plan.input.display()))
    })?;
    let done = write(&har, output)?;
    if plan.format == Format::Json {
        tell_json(&done)?;
    }
    let losses = losses(&done);
    for loss in &losses {
        talk::warn(loss);
    }
    Ok(if plan.strict && !losses.is_empty() { Exit::Differs } else { Exit::Same })
}

/// JSON begins so, and no capture does.
fn is_json(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    head.trim_ascii_start().starts_with(b"{")
}

fn write(har: &Har<'_>, output: &Output) -> Outcome<Imported> {
    let (created_unix_nanos, rewrite) = (har.started(), Rewrite::default());
    let header = Header { created_unix_nanos, writer: WRITER.to_owned(), rewrite };
    let tape = Tape::open(&output.path, output.existing, &header, output.options)?;
    let recording = Recording::start(tape)?;
    let journal = recording.journal.clone();
    let done = har.import(&journal);
    recording.finish(&output.path)?;
    talk::note(&format!("imported {} into {}", progress(&journal), output.path.display()));
    for note in notes(&done) {
        talk::note(&note);
    }
    Ok(done)
}

/// What is another way of saying the same.
fn notes(done: &Imported) -> Vec<String> {
    let notes = [
        (
            done.respelled,
            "exchange",
            "spelled in HTTP/1.1: HAR holds no frames of HTTP/2 or HTTP/3",
        ),
        (done.decoded, "answer", "without the content coding that it had: HAR holds what it meant"),
        (done.other_schemes, "entry of no HTTP", "left out: data:, blob: and the like"),
    ];
    told(&notes)
}

/// What is not there.
fn losses(done: &Imported) -> Vec<String> {
    let losses = [
        (done.unreadable, "unreadable entry", "left out"),
        (done.unanswered, "request", "without an answer"),
        (
            done.without_body,
            "answer",
            "of which the file does not hold the body: recorded as a gap",
        ),
        (done.messages, "WebSocket message", "left out"),
        (done.dropped_fields, "header field", "left out: no head can hold it"),
    ];
    told(&losses)
}

fn told(counted: &[(u64, &str, &str)]) -> Vec<String> {
    let counted = counted.iter().filter(|(number, ..)| *number > 0);
    counted.map(|(number, what, note)| format!("{}, {note}", count(*number, what))).collect()
}

fn tell_json(done: &Imported) -> Outcome<()> {
    let value = json!({
        "entries": done.entries,
        "exchanges": done.exchanges,
        "connections": done.connections,
        "respelled": done.respelled,
        "decoded": done.decoded,
        "other_schemes": done.other_schemes,
        "unreadable": done.unreadable,
        "unanswered": done.unanswered,
        "without_body": done.without_body,
        "web_socket_messages": done.messages,
        "dropped_fields": done.dropped_fields,
    });
    talk::data(|out| {
        serde_json::to_writer_pretty(&mut *out, &value)?;
        writeln!(out)
    })
}
