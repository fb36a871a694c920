//! What the network's and TLS's faults are to a raw client: exact bytes, and what becomes of the socket. Each on a fresh and on a
//! kept connection, on an answer that is sent at once and on one in pieces, in the clear and in TLS.

mod bytes;
mod ends;
mod records;
mod times;
mod uploads;

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cassettes::fault::{Family, Fault, Kind, catalogue};

use super::tls::{OneCertificate, Secured, secure};
use super::{PATIENCE, Replay, read_exact};
use crate::testing::{Tape, get, ok};

/// Long beside the time that an answer takes here: who has said nothing by then is silent.
const SILENCE: Duration = Duration::from_millis(60);

/// What comes after the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    /// FIN; in TLS after `close_notify`.
    Fin,
    /// In TLS, FIN alone.
    Cut,
    /// RST.
    Reset,
    /// Nothing, and the socket stays open, until the client ends.
    Silence,
    /// The answer to the next request.
    Next,
}

/// How a client asks, and what.
#[derive(Debug, Clone, Copy)]
struct Scene {
    /// Another request was answered before, on the same connection.
    kept: bool,
    /// In pieces, with HTTP's chunks.
    streamed: bool,
    tls: bool,
}

/// In the clear: each that there is.
const PLAIN: [Scene; 4] = [
    Scene { kept: false, streamed: false, tls: false },
    Scene { kept: true, streamed: false, tls: false },
    Scene { kept: false, streamed: true, tls: false },
    Scene { kept: true, streamed: true, tls: false },
];

/// The same in TLS.
const SECURE: [Scene; 4] = [
    Scene { tls: true, ..PLAIN[0] },
    Scene { tls: true, ..PLAIN[1] },
    Scene { tls: true, ..PLAIN[2] },
    Scene { tls: true, ..PLAIN[3] },
];

/// What is asked for, broken.
const PATH: &str = "/broken";

impl Scene {
    /// What the server had sent, each at once.
    fn pieces(self) -> Vec<String> {
        if !self.streamed {
            return vec![ok("a body of some length, sent at once")];
        }
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        [head, "a\r\nsome piece\r\n", "d\r\nanother piece\r\n", "0\r\n\r\n"]
            .map(str::to_owned)
            .into()
    }

    fn whole(self) -> Vec<u8> {
        self.pieces().concat().into_bytes()
    }

    fn replay(self, fault: &str, certificate: &Arc<OneCertificate>) -> Replay {
        let mut chunks = vec![get(PATH)];
        for piece in self.pieces() {
            chunks.extend([piece, String::new()]);
        }
        let spoken = self.tls.then(Box::default);
        let tape = Tape::new().line(|line| line.tls = spoken);
        let tape = tape.get("/before").chunks(&chunks).get("/next");
        let stage = tape.stage_of(&[&format!("{fault} on GET {PATH}")]);
        let certificates = self.tls.then(|| Arc::clone(certificate) as _);
        Replay::with(stage, certificates)
    }
}

/// A client's end of a connection.
enum Line {
    Plain(TcpStream),
    Tls(Box<Secured>),
}

impl Line {
    fn of(scene: Scene, replay: &Replay, certificate: &OneCertificate) -> Self {
        let stream = replay.connect();
        if !scene.tls {
            return Self::Plain(stream);
        }
        Self::Tls(Box::new(secure(stream, certificate.client(&[], true), "api.test")))
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &stream.sock,
        }
    }

    fn ask(&mut self, path: &str) {
        self.say(&get(path));
    }

    fn say(&mut self, text: &str) {
        let said = match self {
            Self::Plain(stream) => stream.write_all(text.as_bytes()),
            Self::Tls(stream) => stream.write_all(text.as_bytes()),
        };
        said.unwrap();
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }

    /// So many bytes; fewer if it ends before.
    fn take(&mut self, count: usize) -> Vec<u8> {
        let mut said = vec![0; count];
        let mut len = 0;
        while len < count {
            match self.read(&mut said[len..]) {
                Ok(0) | Err(_) => break,
                Ok(read) => len += read,
            }
        }
        said.truncate(len);
        said
    }

    #[track_caller]
    fn expect(&mut self, after: After, context: &str) {
        let context = format!("{context}: {after:?}");
        match after {
            After::Fin => assert_eq!(self.read(&mut [0]).expect(&context), 0, "{context}"),
            After::Cut => assert_eq!(self.end(), ErrorKind::UnexpectedEof, "{context}"),
            After::Reset => assert_eq!(self.end(), ErrorKind::ConnectionReset, "{context}"),
            After::Silence => self.expect_silence(&context),
            After::Next => {
                self.ask("/next");
                let said = self.take(ok("/next").len());
                assert_eq!(String::from_utf8_lossy(&said), ok("/next"), "{context}");
            }
        }
    }

    fn end(&mut self) -> ErrorKind {
        self.read(&mut [0]).unwrap_err().kind()
    }

    /// Nothing comes, and the socket is open: the client may end it.
    #[track_caller]
    fn expect_silence(&mut self, context: &str) {
        self.socket().set_read_timeout(Some(SILENCE)).unwrap();
        let silent = self.end();
        assert!(matches!(silent, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{context}");
        self.socket().set_read_timeout(Some(PATIENCE)).unwrap();
        self.socket().shutdown(std::net::Shutdown::Write).unwrap();
        let mut ended = self.socket();
        assert!(ended.read(&mut [0; 64]).is_ok(), "{context}");
    }
}

/// What a client gets that asks, and how long the server took for it.
#[track_caller]
fn play(scene: Scene, fault: &str, expected: &[u8], after: After) -> Duration {
    let certificate = OneCertificate::new();
    let replay = scene.replay(fault, &certificate);
    let mut line = Line::of(scene, &replay, &certificate);
    if scene.kept {
        line.ask("/before");
        assert_eq!(line.take(ok("/before").len()), ok("/before").as_bytes());
    }
    let began = Instant::now();
    line.ask(PATH);
    let said = line.take(expected.len());
    let took = began.elapsed();
    let context = format!("{fault} in {scene:?}");
    let text = String::from_utf8_lossy;
    assert_eq!(text(&said), text(expected), "{context}");
    line.expect(after, &context);
    drop(line);
    replay.end();
    took
}

/// In all scenes: `fault` is given a place in the answer, and `expected` what is said without it.
#[track_caller]
fn everywhere(fault: &str, expected: impl Fn(&[u8]) -> Vec<u8>, after: After) {
    for scene in PLAIN.into_iter().chain(SECURE) {
        play(scene, fault, &expected(&scene.whole()), after);
    }
}

#[test]
fn every_kind_of_the_network_and_of_tls_is_seen_at_a_socket() {
    let tests = [
        include_str!("bytes.rs"),
        include_str!("ends.rs"),
        include_str!("records.rs"),
        include_str!("times.rs"),
        include_str!("uploads.rs"),
        include_str!("../faults.rs"),
    ];
    // Nobody listens for who is refused: the command sees to that. Certificates are made where their authority is.
    let elsewhere = |kind: &&&Kind| {
        let fault = kind.name.parse::<Fault>().ok().and_then(|fault| fault.reception());
        kind.name == "refuse" || fault.is_some_and(|met| met.certificate.is_some())
    };
    let own = |kind: &&&Kind| matches!(kind.family, Family::Tcp | Family::Tls);
    for kind in catalogue().iter().filter(own).filter(|kind| !elsewhere(kind)) {
        let words = [format!("\"{} ", kind.name), format!("\"{}\"", kind.name)];
        let is_seen = words.iter().any(|word| tests.iter().any(|test| test.contains(word)));
        assert!(is_seen, "no test shows `{}` to a client", kind.name);
    }
}
