//! What every test needs: a server, a client, the command, and a directory.

mod capture;
mod client;
mod http2;
mod origin;
mod retape;

pub(crate) use capture::Capture;
pub(crate) use client::Client;
pub(crate) use http2::{
    Answer as Http2Answer, Http2Client, Http2Origin, converse, poll_once, read, tell,
};
pub(crate) use origin::{Origin, json};
pub(crate) use retape::{Ended, Retape, record, record_all, replay_of, text_of};

use std::time::{Duration, Instant};

/// Waits for a condition. Fails the test if it does not come true.
pub(crate) fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
