//! The story, step by step.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use cassettes::format::Options;
use recorder::{Clock, RecordPlan, Upstream};
use replayer::report::{Kind, Verdict, text};
use replayer::verify::Rules;
use replayer::{Deck, NamedReader, ReplayOptions, Stage};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::client::{AFTER, Answer, BEFORE, ask};
use super::{broken, claim, line, origin, step};
use crate::exit::{Failure, Outcome};
use crate::printable::size;
use crate::recording::{self, Recording};
use crate::store::{self, Existing, Scratch, Tape};
use crate::talk;

pub(super) async fn tell(scratch: &Scratch, kept: bool) -> Outcome<()> {
    let recorded = scratch.path().join("demo.cassette");
    let transcript = scratch.path().join("changed.cassette");

    let (origin_at, listener) = listen().await?;
    step(1, &format!("An HTTP server starts on {origin_at}."))?;
    let origin = tokio::spawn(origin::serve(listener));

    step(2, "A client talks to it through retape, which records what both say.")?;
    let before = record(&origin_at, &recorded).await?;
    before.iter().try_for_each(tell_answer)?;
    let bytes = std::fs::metadata(&recorded).map_or(0, |facts| facts.len());
    line(&format!("recorded into {} ({})", name(&recorded, kept), size(bytes)))?;

    step(3, "The server stops. From here on there is only the recording.")?;
    origin.abort();
    let _ = origin.await;
    let refused = TcpStream::connect(&origin_at).await.err().map(|error| error.kind());
    claim(refused == Some(ErrorKind::ConnectionRefused), "connecting to the server is refused")?;

    step(4, "The same client asks again, and retape answers from the recording.")?;
    let (again, verdict) = replay(&recorded, &BEFORE, None).await?;
    claim(again == before, &format!("it got the same {}, to the byte", all_bytes(&before)))?;
    claim(verdict.is_same(), &format!("the verdict: {}", text::summary(&verdict)))?;

    step(5, "The client changes: a header, a number that became text, a path. retape tells what.")?;
    let (_, verdict) = replay(&recorded, &AFTER, Some(&transcript)).await?;
    talk::result(|out| {
        writeln!(out)?;
        text::write(&verdict, out)
    })?;
    claim_found(&verdict)?;
    end(&recorded, &transcript, kept)
}

fn claim_found(verdict: &Verdict) -> Outcome<()> {
    let found = |kind| verdict.outcomes.iter().filter(|outcome| outcome.kind == kind).count();
    let counts = [Kind::Changed, Kind::Missing, Kind::Extra].map(found);
    line("")?;
    claim(counts == [2, 1, 1], "every change was found; a CI would see exit code 1")
}

fn end(recorded: &Path, transcript: &Path, kept: bool) -> Outcome<()> {
    step(6, "The same with your own server and client:")?;
    line("retape record --to http://localhost:3000 -o api.cassette -- your-client")?;
    line("retape replay api.cassette -- your-client")?;
    line("Your client finds retape's address in RETAPE_URL.")?;
    if kept {
        let (recorded, transcript) = (recorded.display(), transcript.display());
        line(&format!("Look at what was recorded: retape show {recorded}"))?;
        line(&format!("or compare again: retape diff {recorded} {transcript}"))?;
    }
    Ok(())
}

async fn record(origin: &str, path: &Path) -> Outcome<Vec<Answer>> {
    let to = format!("http://{origin}").parse::<Upstream>();
    let plan = RecordPlan::new(to.map_err(|error| Failure::usage(error.to_string()))?);
    let header = recording::header(plan.rewrite());
    let tape = Tape::open(path, Existing::Overwrite, &header, Options::default())?;
    let recording = Recording::start(tape)?;
    let (proxy, listener) = listen().await?;
    let stop = CancellationToken::new();
    let journal = recording.journal.clone();
    let serving = recorder::record(listener, plan, journal, Clock::start(), stop.clone());
    let serving = tokio::spawn(serving);
    let answers = ask(&proxy, &BEFORE).await.map_err(|error| broken(&error));
    stop.cancel();
    let _ = serving.await;
    recording.finish(path)?;
    answers
}

/// What the client got, and the verdict on what it asked.
async fn replay(
    cassette: &Path,
    requests: &[&str],
    transcript: Option<&Path>,
) -> Outcome<(Vec<Answer>, Verdict)> {
    let reader = NamedReader { name: String::new(), reader: store::open(cassette)? };
    let deck = Deck::load(vec![reader]).map_err(|error| Failure::input(error.to_string()))?;
    let recording = transcript.map(open_transcript).transpose()?;
    let journal = recording.as_ref().map(|recording| recording.journal.clone());
    let options = ReplayOptions { transcript: journal, ..ReplayOptions::default() };
    let stage = Arc::new(Stage::new(deck, Rules::default(), options));
    let (address, listener) = listen().await?;
    let stop = CancellationToken::new();
    let serving = tokio::spawn(replayer::serve(listener, Arc::clone(&stage), None, stop.clone()));
    let answers = ask(&address, requests).await.map_err(|error| broken(&error));
    stop.cancel();
    let _ = serving.await;
    if let (Some(recording), Some(path)) = (recording, transcript) {
        recording.finish(path)?;
    }
    Ok((answers?, stage.verdict()))
}

fn open_transcript(path: &Path) -> Outcome<Recording> {
    let header = recording::header(cassettes::model::Rewrite::default());
    Recording::start(Tape::open(path, Existing::Overwrite, &header, Options::default())?)
}

async fn listen() -> Outcome<(String, TcpListener)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| broken(&error))?;
    let address = listener.local_addr().map_err(|error| broken(&error))?;
    Ok((address.to_string(), listener))
}

fn tell_answer(answer: &Answer) -> Outcome<()> {
    let bytes = answer.bytes.len() as u64;
    line(&format!("{:<14} → {}, {}", answer.request, answer.status, size(bytes)))
}

fn all_bytes(answers: &[Answer]) -> String {
    let all = answers.iter().map(|answer| answer.bytes.len() as u64).sum();
    size(all)
}

fn name(path: &Path, kept: bool) -> String {
    let shown = if kept { Some(path.as_os_str()) } else { path.file_name() };
    shown.unwrap_or_default().display().to_string()
}
