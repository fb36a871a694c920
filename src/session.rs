//! A server with its end: the command's, a signal, or its own.

use std::ffi::OsString;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::child::Child;
use crate::environment::Environment;
use crate::exit::{Failure, Outcome};
use crate::signals::Signals;
use crate::talk;

/// How long connections that are still at work have to end once the session is over. A client that
/// has gone does not need more; one that hangs must not hold the file open for ever.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How a session came to its end.
pub(crate) struct Ended<T> {
    /// What the server gave back; `None` if it was given up.
    pub(crate) served: Option<T>,
    /// How the command ended, if there was one.
    pub(crate) command: Option<ExitStatus>,
}

/// Runs a verb that serves. What still works when it is done is not waited for.
pub(crate) fn block_on<T>(verb: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::output(format!("cannot start the runtime: {error}")))?;
    let done = runtime.block_on(verb);
    runtime.shutdown_background();
    done
}

/// Says where clients connect, and runs `serve` until the command ends, or a first signal comes, and then for as long as it takes
/// to end properly. A second signal gives up waiting.
pub(crate) async fn run<T: Send + 'static>(
    command: &[OsString],
    environment: &Environment,
    stop: CancellationToken,
    serve: impl Future<Output = T> + Send + 'static,
) -> Outcome<Ended<T>> {
    // First: whoever reads where it listens may end it at once.
    let mut signals = Signals::listen()?;
    announce(environment.url(), command)?;
    let child = match command {
        [] => None,
        command => Some(Child::start(command, environment)?),
    };
    let mut running = tokio::spawn(serve);
    let command = match child {
        Some(child) => Some(attend(child, &mut signals).await?),
        None => None,
    };
    let early = if command.is_none() { idle(&mut running, &mut signals).await } else { None };
    stop.cancel();
    let served = match early {
        Some(served) => Some(served),
        None => last_words(&mut running, &mut signals).await,
    };
    Ok(Ended { served, command })
}

/// Says where clients connect: as one line of the result, or beside a command, as talk.
fn announce(url: &str, command: &[OsString]) -> Outcome<()> {
    if command.is_empty() {
        return talk::result(|out| writeln!(out, "retape: listening on {url}"));
    }
    talk::note(&format!("listening on {url} (RETAPE_URL)"));
    Ok(())
}

/// Waits for the command's end. Signals are passed on to it; a second one ends it for good.
async fn attend(mut child: Child, signals: &mut Signals) -> Outcome<ExitStatus> {
    let mut told = false;
    loop {
        tokio::select! {
            ended = child.end() => {
                let lost = |error| Failure::output(format!("lost the command: {error}"));
                return ended.map_err(lost);
            }
            signal = signals.next() => {
                child.signal(if told { rustix::process::Signal::KILL } else { signal });
                told = true;
            }
        }
    }
}

/// Waits for a signal, or for the server to end by itself.
async fn idle<T>(running: &mut JoinHandle<T>, signals: &mut Signals) -> Option<T> {
    tokio::select! {
        done = running => done.ok(),
        _ = signals.next() => None,
    }
}

async fn last_words<T>(server: &mut JoinHandle<T>, signals: &mut Signals) -> Option<T> {
    tokio::select! {
        done = &mut *server => done.ok(),
        () = signals.second() => give_up(server),
        () = tokio::time::sleep(LAST_WORDS) => give_up(server),
    }
}

fn give_up<T>(server: &JoinHandle<T>) -> Option<T> {
    talk::warn("connections that are still open are given up");
    server.abort();
    None
}
