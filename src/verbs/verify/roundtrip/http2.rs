//! One stream of HTTP/2, played to its own recorded client: frame by frame, since numbers of streams, header compression
//! and windows are each connection's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use cassettes::model::{Connection, Direction, Exchange, Protocol, Timestamp};
use cassettes::wire::http2::hpack::{Decoder, encode_standalone};
use cassettes::wire::http2::setting::{
    DEFAULT_INITIAL_WINDOW_SIZE, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_WINDOW_SIZE,
};
use cassettes::wire::http2::{
    Blocks, DEFAULT_FRAME_BYTES, Frame, FrameParser, Kind, MAX_FRAME_BYTES, PREFACE, compose,
    frames,
};
use replayer::{Action, Arrival, Player, Stage};

use super::NEVER;

/// What each stream is sent: kind, flags and payload of each frame.
type Said = BTreeMap<u32, Vec<(Kind, u8, Bytes)>>;

/// One stream, and the request in HTTP/1 for which it was opened, if that was an upgrade.
pub(super) struct Talk<'a> {
    upgrade: Option<&'a Exchange>,
    stream: &'a Exchange,
}

impl<'a> Talk<'a> {
    /// Of an exchange, and what answers it in HTTP/2 after an upgrade; none if none of this is HTTP/2.
    pub(super) fn of(exchange: &'a Exchange, upgraded: Option<&'a Exchange>) -> Option<Self> {
        match upgraded {
            Some(stream) => Some(Self { upgrade: Some(exchange), stream }),
            None if exchange.protocol == Protocol::Http2 => {
                Some(Self { upgrade: None, stream: exchange })
            }
            None => None,
        }
    }

    /// Plays it on a connection of its own. Gives how many bytes were compared, or what is not as recorded.
    pub(super) fn check(
        &self,
        stage: &Arc<Stage>,
        connection: Option<&Connection>,
        now: Timestamp,
    ) -> Result<u64, &'static str> {
        let arrival = connection.map_or(Arrival::direct(0), Arrival::recorded);
        let player = Player::new(Arc::clone(stage), arrival, now);
        let mut client = Client { player, now, heard: BytesMut::new() };
        let said = |direction| self.upgrade.map_or(Bytes::new(), |it| it.bytes(direction));
        client.greet(&said(Direction::ToServer));
        for chunk in self.stream.sent(Direction::ToServer) {
            client.say(&chunk.bytes);
        }
        let mut heard = client.leave();
        let granted = said(Direction::ToClient);
        if !heard.starts_with(&granted) {
            return Err("other bytes are played than recorded");
        }
        heard.advance(granted.len());
        let recorded = self.stream.bytes(Direction::ToClient);
        if read(&recorded, false) == read(&heard, true) {
            Ok((granted.len() + recorded.len()) as u64)
        } else {
            Err("other frames are played than recorded")
        }
    }
}

struct Client {
    player: Player,
    now: Timestamp,
    heard: BytesMut,
}

impl Client {
    /// After a request for an upgrade, if there is one. Takes frames of any length, and as many as come.
    fn greet(&mut self, upgrade: &[u8]) {
        let settings = [(INITIAL_WINDOW_SIZE, MAX_WINDOW_SIZE), (MAX_FRAME_SIZE, MAX_FRAME_BYTES)];
        let mut hello = BytesMut::from(upgrade);
        hello.extend_from_slice(PREFACE);
        compose::settings(&settings).write(&mut hello);
        let increment = MAX_WINDOW_SIZE - DEFAULT_INITIAL_WINDOW_SIZE;
        compose::window_update(0, increment).write(&mut hello);
        self.send(hello.freeze());
    }

    /// What the recorded client said, but for its windows, which are wide open.
    fn say(&mut self, recorded: &Bytes) {
        let mut bytes = BytesMut::new();
        for frame in frames(recorded).map_while(Result::ok) {
            if frame.kind() != Kind::WindowUpdate {
                for part in compose::split(frame, DEFAULT_FRAME_BYTES) {
                    part.write(&mut bytes);
                }
            }
        }
        self.send(bytes.freeze());
    }

    fn leave(mut self) -> Bytes {
        self.player.client_closed(self.now);
        self.settle();
        self.heard.freeze()
    }

    fn send(&mut self, bytes: Bytes) {
        self.player.receive(bytes, self.now);
        self.settle();
    }

    /// Listens, and lets time pass, until only the client can go on.
    fn settle(&mut self) {
        loop {
            while let Some(action) = self.player.poll_action() {
                if let Action::Send(bytes) = action {
                    self.heard.extend_from_slice(&bytes);
                }
            }
            let Some(at) = self.player.poll_timeout().filter(|at| *at < NEVER) else { return };
            self.now = self.now.max(at);
            self.player.timeout(self.now);
        }
    }
}

/// Frames by stream, in a form that compares: pushed streams are numbered anew, blocks stand alone.
fn read(bytes: &Bytes, live: bool) -> Said {
    let mut parser = FrameParser::new(MAX_FRAME_BYTES);
    let mut blocks = Blocks::new();
    let mut decoder = Decoder::passive();
    let mut pushed = BTreeMap::new();
    let mut said = Said::new();
    parser.receive(bytes);
    while let Some(Ok(frame)) = parser.poll() {
        let Ok(Some(frame)) = blocks.advance(frame) else { continue };
        let payload = match (frame.kind(), frame.block()) {
            (_, Some(block)) => {
                // A recorded block stands alone; a live one needs those before it.
                let fields =
                    if live { decoder.decode(&block) } else { Decoder::passive().decode(&block) };
                encode_standalone(&fields.unwrap_or_default())
            }
            (Kind::GoAway, _) => frame.payload.slice(4..),
            (Kind::Settings | Kind::Ping | Kind::WindowUpdate | Kind::Priority, _) => continue,
            _ => frame.payload.clone(),
        };
        if let Some(promised) = frame.push_promise() {
            let number = u32::MAX - u32::try_from(pushed.len()).unwrap_or(0);
            pushed.insert(promised, number);
        }
        let stream = pushed.get(&frame.stream()).copied().unwrap_or(frame.stream());
        let flags = flags_of(&frame);
        said.entry(stream).or_default().push((frame.kind(), flags, payload));
    }
    let torn = parser.unread();
    if !torn.is_empty() {
        said.entry(0).or_default().push((Kind::Other(u8::MAX), 0, torn.slice(torn.len().min(9)..)));
    }
    said
}

/// What of a frame's flags is not only about how its block lies in it.
fn flags_of(frame: &Frame) -> u8 {
    match frame.block() {
        Some(_) => u8::from(frame.ends_stream()),
        None => frame.header.flags,
    }
}
