//! HTTP/2 without sockets: what the client's frames do, and which frames it is to be sent.

mod answers;
mod ends;
mod staged;
mod upgrades;
mod web_sockets;

use std::time::Duration;

use cassettes::model::{Direction, How, Timestamp};
use cassettes::wire::http2::hpack::{Decoder, Encoder, Field, encode_standalone};
use cassettes::wire::http2::setting::{ENABLE_PUSH, INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS};
use cassettes::wire::http2::{ErrorCode, Frame, FrameParser, Kind, PREFACE, compose, flag};

use super::*;
use crate::options::{HttpMatch, Limits, ReplayOptions};
use crate::player::Player;
use crate::report::{Kind as Outcome, Verdict};
use crate::testing::{RECORDED, Tape};
use crate::verify::Place;

const SECOND: Duration = Duration::from_secs(1);

/// A client made of frames, at a player, with a clock cranked by hand.
struct Client {
    stage: Arc<Stage>,
    player: Player,
    now: Timestamp,
    encoder: Encoder,
    decoder: Decoder,
    parser: FrameParser,
}

impl Client {
    fn of(tape: Tape) -> Self {
        Self::with(tape, ReplayOptions::default(), &[])
    }

    fn with(tape: Tape, options: ReplayOptions, settings: &[(u16, u32)]) -> Self {
        let client = Self::at(tape.stage_with(options));
        let mut bytes = PREFACE.to_vec();
        bytes.extend_from_slice(&compose::settings(settings).encode());
        client.bytes(&bytes)
    }

    /// It has said nothing yet.
    fn at(stage: Arc<Stage>) -> Self {
        let now = Timestamp::from_nanos(1);
        Self {
            player: Player::new(stage.clone(), Arrival::direct(5000), now),
            stage,
            now,
            encoder: Encoder::new(),
            decoder: Decoder::passive(),
            parser: FrameParser::new(1 << 24),
        }
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.now = self.now.later(Duration::from_nanos(10));
        self.player.receive(Bytes::copy_from_slice(bytes), self.now);
        self
    }

    fn says(self, frame: &Frame) -> Self {
        let bytes = frame.encode();
        self.bytes(&bytes)
    }

    fn asks(mut self, id: u32, fields: &[Field], end: bool) -> Self {
        let block = self.encoder.encode(fields);
        self.says(&compose::headers(id, block, end))
    }

    fn gets(self, id: u32, path: &str) -> Self {
        self.asks(id, &request("GET", path), true)
    }

    fn closes(mut self) -> Self {
        self.player.client_closed(self.now);
        self
    }

    /// Cranks the clock.
    fn passes(mut self, time: Duration) -> Self {
        let end = self.now.later(time);
        while let Some(due) = self.player.poll_timeout().filter(|due| *due <= end) {
            self.player.timeout(due);
        }
        self.now = end;
        self
    }

    /// All that is sent now, but for SETTINGS and their acknowledgement: a line for each frame, `|` after what is
    /// sent at once, and how the connection ends.
    fn said(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        while let Some(action) = self.player.poll_action() {
            match action {
                Action::Send(bytes) => said.extend(self.read(&bytes)),
                end => said.push(format!("{end:?}")),
            }
        }
        said
    }

    fn read(&mut self, bytes: &Bytes) -> Vec<String> {
        let mut lines = Vec::new();
        self.parser.receive(bytes);
        while let Some(frame) = self.parser.poll() {
            lines.extend(self.line(&frame.unwrap()));
        }
        lines
    }

    fn line(&mut self, frame: &Frame) -> Option<String> {
        let id = frame.stream();
        let said = match frame.kind() {
            Kind::Settings => return None,
            Kind::WindowUpdate if id == 0 => return None,
            Kind::Headers | Kind::PushPromise => {
                let fields = self.decoder.decode(&frame.block().unwrap()).unwrap();
                let text = fields.iter().map(|field| String::from_utf8_lossy(&field.value));
                text.collect::<Vec<_>>().join(" ")
            }
            Kind::Data => String::from_utf8_lossy(&frame.data().unwrap()).into_owned(),
            Kind::RstStream => frame.rst().unwrap().to_string(),
            Kind::GoAway => {
                let goaway = frame.goaway().unwrap();
                format!("{} {}", goaway.last_stream, goaway.code)
            }
            Kind::WindowUpdate => frame.window_update().unwrap().to_string(),
            _ => format!("{:?}", frame.payload),
        };
        let end = if frame.ends_stream() { " ." } else { "" };
        let pad = if frame.padding() > 0 { " padded" } else { "" };
        Some(format!("{id} {} {said}{pad}{end}", frame.kind().name().unwrap_or("?")))
    }

    #[track_caller]
    fn expect(mut self, expected: &[&str]) -> Self {
        assert_eq!(self.said(), expected);
        self
    }

    #[track_caller]
    fn verdict(self, kinds: &[Outcome]) -> Verdict {
        let Self { stage, player, .. } = self;
        drop(player);
        let verdict = stage.verdict();
        let found: Vec<_> = verdict.outcomes.iter().map(|outcome| outcome.kind).collect();
        assert_eq!(found, kinds, "{verdict:#?}");
        verdict
    }
}

fn field(name: &str, value: &str) -> Field {
    Field::new(name.to_owned(), value.to_owned())
}

fn request(method: &str, path: &str) -> Vec<Field> {
    vec![
        field(":method", method),
        field(":scheme", "http"),
        field(":authority", RECORDED),
        field(":path", path),
    ]
}

/// Recorded HEADERS.
fn headers(id: u32, fields: &[Field], end: bool) -> Frame {
    compose::headers(id, encode_standalone(fields), end)
}

fn asked(id: u32, path: &str) -> (Direction, Frame) {
    (Direction::ToServer, headers(id, &request("GET", path), true))
}

fn status(id: u32, status: &str, end: bool) -> (Direction, Frame) {
    told(headers(id, &[field(":status", status)], end))
}

fn data(id: u32, text: &str, end: bool) -> (Direction, Frame) {
    told(compose::data(id, Bytes::copy_from_slice(text.as_bytes()), end))
}

fn told(frame: Frame) -> (Direction, Frame) {
    (Direction::ToClient, frame)
}

fn get(id: u32, path: &str) -> [(Direction, Frame); 3] {
    [asked(id, path), status(id, "200", false), data(id, path, true)]
}

fn paced(pace: f64) -> ReplayOptions {
    ReplayOptions { pace: Pace::Times(pace), ..ReplayOptions::default() }
}
