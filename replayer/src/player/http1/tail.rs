//! What a client sends where no HTTP is read, compared with what was recorded as it comes.
//!
//! After a switch to WebSocket message by message, else byte by byte.

use std::collections::VecDeque;

use bytes::Bytes;
use cassettes::model::{Direction, Exchange, Protocol, Step};
use cassettes::wire::http::{Message, View};
use cassettes::wire::websocket::{Agreement, FrameEvent, FrameHeader, FrameParser, Opcode, encode};

use crate::deck::Deck;
use crate::verify::{Conversation, Gravity, Mismatch, Place, Rules};

/// How many bytes of each side a difference shows.
const SHOWN_BYTES: usize = 32;

/// What was recorded, and how far the client has come in it.
#[derive(Debug)]
pub(in crate::player) struct Tail {
    /// How many bytes came.
    seen: u64,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Bytes(ByteTail),
    WebSocket(Box<WebSocketTail>),
}

impl Tail {
    /// Of bytes of no known form.
    pub(in crate::player) fn new(recorded: Bytes) -> Self {
        Self { seen: 0, kind: Kind::Bytes(ByteTail { recorded, seen: 0, difference: None }) }
    }

    /// Of what follows the switch of protocols in this exchange; none if nothing was switched.
    pub(in crate::player) fn after_switch(exchange: &Exchange, deck: &Deck) -> Option<Self> {
        let view = View::of(exchange);
        let request = view.request().and_then(Message::request_head)?;
        let response = view.final_response().and_then(Message::response_head)?;
        let connect = request.method() == b"CONNECT";
        let switched = response.status() == 101 || connect && response.status() / 100 == 2;
        let recorded = view.tail(Direction::ToServer);
        let agreement = Agreement::of(&request, &response);
        let conversation = agreement.and_then(|agreement| {
            Conversation::new(agreement, Direction::ToServer, recorded.clone())
        });
        let kind = conversation.map(|conversation| {
            // Of HTTP/2, only what the stream carries is told to it.
            let http1 = exchange.protocol == Protocol::Http1;
            let heads_left = if http1 { view.responses().len() } else { 0 };
            let pongs = (!deck.is_as_said()).then(Pongs::default);
            let sent = Sent { pongs, ..Sent::new(heads_left) };
            Kind::WebSocket(Box::new(WebSocketTail { conversation, sent }))
        });
        switched.then(|| kind.map_or_else(|| Self::new(recorded), |kind| Self { seen: 0, kind }))
    }

    /// How many bytes came.
    pub(in crate::player) fn seen(&self) -> u64 {
        self.seen
    }

    /// How many messages came; none where there are only bytes.
    pub(in crate::player) fn messages(&self) -> Option<u64> {
        match &self.kind {
            Kind::Bytes(_) => None,
            Kind::WebSocket(tail) => Some(tail.conversation.count()),
        }
    }

    /// The client has said that it will send no more messages, and may be let go.
    pub(in crate::player) fn is_over(&self) -> bool {
        match &self.kind {
            Kind::Bytes(_) => false,
            Kind::WebSocket(tail) => tail.conversation.is_over() && !self.is_muted(),
        }
    }

    /// The next bytes.
    pub(in crate::player) fn push(&mut self, bytes: &Bytes, rules: &Rules) {
        self.seen = self.seen.saturating_add(bytes.len() as u64);
        match &mut self.kind {
            Kind::Bytes(tail) => tail.push(bytes),
            Kind::WebSocket(tail) => tail.conversation.push(bytes, rules),
        }
    }

    /// The server does this.
    pub(in crate::player) fn follow(&mut self, step: &Step) {
        match step {
            Step::Send(bytes) => self.sent(bytes),
            Step::Mute => self.mute(),
            _ => {}
        }
    }

    /// From here on, nothing is said that is not in the script, and no client is let go.
    pub(in crate::player) fn mute(&mut self) {
        if let Kind::WebSocket(tail) = &mut self.kind {
            tail.sent.muted = true;
        }
    }

    /// Nothing is said that is not in the script.
    fn is_muted(&self) -> bool {
        matches!(&self.kind, Kind::WebSocket(tail) if tail.sent.muted)
    }

    /// The server sent this.
    pub(in crate::player) fn sent(&mut self, bytes: &[u8]) {
        if let Kind::WebSocket(tail) = &mut self.kind {
            tail.sent.push(bytes);
        }
    }

    /// What the server is to send besides what was recorded: pongs, for pings that were not recorded, and for those
    /// whose recorded pong had gone before they came.
    pub(in crate::player) fn take_replies(&mut self) -> Vec<Bytes> {
        match &mut self.kind {
            Kind::WebSocket(tail) if tail.sent.may_add() => {
                let mut owed = tail.conversation.take_owed();
                let late = tail.conversation.take_answered().into_iter();
                owed.extend(late.filter(|ping| tail.sent.is_answered_already(ping)));
                owed.into_iter().map(|payload| encode(Opcode::Pong, &payload).into()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What the server says to a client that closed before the recorded one did, if it can be said here.
    pub(in crate::player) fn farewell(&self) -> Option<Bytes> {
        match &self.kind {
            Kind::WebSocket(tail) if tail.sent.may_add() && !tail.sent.over => {
                Some(encode(Opcode::Close, b"").into())
            }
            _ => None,
        }
    }

    /// The server has said that it will send no more messages.
    pub(in crate::player) fn server_is_over(&self) -> bool {
        matches!(&self.kind, Kind::WebSocket(tail) if tail.sent.over)
    }

    /// How all that came differs from what was recorded.
    pub(in crate::player) fn mismatches(&mut self) -> Vec<Mismatch> {
        match &mut self.kind {
            Kind::Bytes(tail) => tail.mismatch().into_iter().collect(),
            Kind::WebSocket(tail) => tail.conversation.finish(),
        }
    }
}

/// Both directions of a WebSocket.
#[derive(Debug)]
struct WebSocketTail {
    conversation: Conversation,
    sent: Sent,
}

/// Where the server is in what it sends: between two frames, another can be put in.
#[derive(Debug)]
struct Sent {
    /// Heads of responses that are still to come, the one that switches included.
    heads_left: usize,
    /// The last bytes of the head that was begun.
    ending: Vec<u8>,
    frames: FrameParser,
    /// None where only what was recorded is to be said.
    pongs: Option<Pongs>,
    broken: bool,
    /// The close frame was sent.
    over: bool,
    /// Nothing else is to be said.
    muted: bool,
}

impl Sent {
    fn new(heads_left: usize) -> Self {
        let (ending, frames) = (Vec::new(), FrameParser::default());
        Self { heads_left, ending, frames, pongs: None, broken: false, over: false, muted: false }
    }

    fn push(&mut self, mut bytes: &[u8]) {
        while self.heads_left > 0 && !bytes.is_empty() {
            bytes = self.push_head(bytes);
        }
        // A frame's end needs no more bytes.
        while self.heads_left == 0 && !self.broken {
            match self.frames.advance(&mut bytes) {
                Ok(Some(event)) => {
                    let closes = |header: &FrameHeader| header.opcode == Opcode::Close;
                    self.over |= matches!(&event, FrameEvent::Header(header) if closes(header));
                    self.pongs.iter_mut().for_each(|pongs| pongs.follow(&event));
                }
                Ok(None) => break,
                Err(_) => self.broken = true,
            }
        }
    }

    /// What follows the head, if it ends here.
    fn push_head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let before = self.ending.len();
        self.ending.extend_from_slice(bytes);
        if let Some(at) = memchr::memmem::find(&self.ending, b"\r\n\r\n") {
            self.heads_left -= 1;
            self.ending.clear();
            return bytes.get(at + 4 - before..).unwrap_or_default();
        }
        let surplus = self.ending.len().saturating_sub(3);
        self.ending.drain(..surplus);
        &[]
    }

    /// A client that waits for the pong to this ping waits in vain: it went before the ping came. Where that is still to come, it is
    /// waited for.
    fn is_answered_already(&mut self, ping: &Bytes) -> bool {
        self.pongs.as_mut().is_some_and(|pongs| pongs.ask(ping))
    }

    /// A frame can be put in here.
    fn may_add(&self) -> bool {
        self.heads_left == 0 && !self.broken && !self.muted && self.frames.is_between_frames()
    }
}

/// Which of the server's pongs have gone before the client's pings: pings come when they like, and no answer waits for them.
#[derive(Debug, Default)]
struct Pongs {
    /// The pong that was begun.
    begun: Option<Vec<u8>>,
    /// Those that no ping had asked for.
    early: VecDeque<Bytes>,
    /// Pings whose pong is still to come.
    asked: VecDeque<Bytes>,
}

/// Most pongs, and pings, remembered. A client with more of them does not wait for any.
const MAX_PONGS: usize = 16;

impl Pongs {
    fn follow(&mut self, event: &FrameEvent<'_>) {
        match event {
            FrameEvent::Header(header) => {
                self.begun = (header.opcode == Opcode::Pong).then(Vec::new);
            }
            // No more than 125 bytes: a control frame.
            FrameEvent::Payload(bytes) => {
                self.begun.iter_mut().for_each(|pong| pong.extend_from_slice(bytes));
            }
            FrameEvent::End => {
                if let Some(pong) = self.begun.take() {
                    self.said(pong.into());
                }
            }
        }
    }

    fn said(&mut self, pong: Bytes) {
        if !take(&mut self.asked, &pong) {
            keep(&mut self.early, pong);
        }
    }

    /// Whether the pong has gone.
    fn ask(&mut self, ping: &Bytes) -> bool {
        let gone = take(&mut self.early, ping);
        if !gone {
            keep(&mut self.asked, ping.clone());
        }
        gone
    }
}

fn take(from: &mut VecDeque<Bytes>, payload: &Bytes) -> bool {
    let at = from.iter().position(|other| other == payload);
    at.and_then(|at| from.remove(at)).is_some()
}

fn keep(into: &mut VecDeque<Bytes>, payload: Bytes) {
    into.push_back(payload);
    if into.len() > MAX_PONGS {
        into.pop_front();
    }
}

/// Bytes, and the first that differs.
#[derive(Debug)]
struct ByteTail {
    recorded: Bytes,
    seen: u64,
    /// The first byte that differs, and what came there instead.
    difference: Option<(usize, Bytes)>,
}

impl ByteTail {
    fn push(&mut self, bytes: &Bytes) {
        if self.difference.is_none() {
            let at = usize::try_from(self.seen).unwrap_or(usize::MAX);
            let expected = self.recorded.get(at..).unwrap_or_default();
            let same = bytes.iter().zip(expected).take_while(|(a, b)| a == b).count();
            if same < bytes.len() {
                let end = bytes.len().min(same + SHOWN_BYTES);
                self.difference = Some((at.saturating_add(same), bytes.slice(same..end)));
            }
        }
        self.seen = self.seen.saturating_add(bytes.len() as u64);
    }

    fn mismatch(&self) -> Option<Mismatch> {
        let len = self.recorded.len();
        let (at, actual) = match &self.difference {
            Some((at, actual)) => (*at, Some(actual)),
            None if self.seen < len as u64 => (usize::try_from(self.seen).unwrap_or(len), None),
            None => return None,
        };
        let rest = self.recorded.get(at..).unwrap_or_default();
        let expected = rest.get(..SHOWN_BYTES).unwrap_or(rest);
        let shown = |bytes: &[u8]| bytes.escape_ascii().to_string();
        Some(Mismatch {
            place: Place::Tail,
            gravity: Gravity::Failure,
            expected: (!expected.is_empty()).then(|| shown(expected)),
            actual: actual.map(|bytes| shown(bytes)),
            detail: Some(format!("from byte {at} on, of {len} recorded")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(pieces: &[&'static str]) -> Vec<(Option<String>, Option<String>)> {
        let mut tail = Tail::new(Bytes::from_static(b"hello world"));
        for piece in pieces {
            tail.push(&Bytes::from_static(piece.as_bytes()), &Rules::default());
        }
        let found = tail.mismatches();
        found.into_iter().map(|mismatch| (mismatch.expected, mismatch.actual)).collect()
    }

    #[test]
    fn the_first_byte_that_differs_is_shown_with_what_follows() {
        assert_eq!(tail(&["hello", " world"]), []);
        assert_eq!(tail(&["hel", "p world"]), [(Some("lo world".into()), Some("p world".into()))]);
    }

    #[test]
    fn too_few_and_too_many_bytes_are_differences() {
        assert_eq!(tail(&["hello"]), [(Some(" world".into()), None)]);
        assert_eq!(tail(&["hello world", "!"]), [(None, Some("!".into()))]);
    }

    #[test]
    fn a_frame_can_be_put_in_between_frames_only_however_they_are_cut() {
        let wire = b"HTTP/1.1 101 S\r\na: b\r\n\r\n\x81\x02hi\x82\x00";
        for size in 1..wire.len() {
            let mut sent = Sent::new(1);
            let mut places = Vec::new();
            for (index, piece) in wire.chunks(size).enumerate() {
                sent.push(piece);
                places.extend(sent.may_add().then_some((index * size + piece.len()) as u64));
            }
            let whole = [24, 28, 30].into_iter();
            let seen = |at: &u64| at.is_multiple_of(size as u64) || *at == wire.len() as u64;
            assert_eq!(places, whole.filter(seen).collect::<Vec<_>>(), "{size}");
        }
    }
}
