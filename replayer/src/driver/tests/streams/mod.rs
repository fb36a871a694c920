//! Faults of streams and messages, as a raw client sees them: exact bytes and frames, and what becomes of the socket.

mod events;
mod grpc;
mod http2;
mod http2_bytes;
pub(super) mod http2_client;
mod plain;
mod uploads;
mod web_socket;

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::Duration;

use super::{PATIENCE, Replay};
use crate::testing::Tape;

/// Long beside the time that an answer takes here: who has said nothing by then is silent.
const SILENCE: Duration = Duration::from_millis(60);

/// A replay of the tape with these faults in force.
fn replay(tape: Tape, faults: &[&str]) -> Replay {
    Replay::of(tape.stage_of(faults))
}

/// The next bytes, so many.
fn read(stream: &mut TcpStream, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// All up to the end, which is FIN.
#[track_caller]
fn read_to_fin(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

/// Nothing is said, and the socket stays open.
#[track_caller]
pub(super) fn expect_silence(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(SILENCE)).unwrap();
    let silent = stream.read(&mut [0]).unwrap_err().kind();
    assert!(matches!(silent, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{silent:?}");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
}
