//! What a stream's bytes are, layer by layer: each keeps a piece, passes it on, or says what is inside.

use bytes::Bytes;
use cassettes::model::{Close, Direction, Timestamp, Tls};
use cassettes::wire::tls::ClientHello;

use super::Stream;
use crate::decrypt::{Decrypted, Decryptor, Secrets, Undecryptable};
use crate::import::Speech;
use crate::import::both::Both;
use crate::import::digest::Digest;
use crate::import::opening::{Found, Opening};
use crate::import::piece::{Piece, What};
use crate::import::report::Sha256;
use crate::import::track::{Counts, Track};
use crate::import::tunnel::{Outcome, Tunnel};

/// How far it is known what is spoken; inside of TLS, if there is any.
#[derive(Debug)]
pub(super) enum Phase {
    Opening(Opening),
    Tunnel(Box<Tunnel>),
    Speaking(Box<Track>),
}

/// The TLS of a stream.
#[derive(Debug)]
pub(super) struct Veil {
    decryptor: Decryptor,
    pub(super) facts: Option<Box<Tls>>,
    /// How many bytes were in it.
    bytes: Both<u64>,
    digests: Option<Box<Both<Digest>>>,
    /// Why not all of it could be taken off.
    pub(super) failure: Option<Undecryptable>,
    /// The server refused data of the client's that came too early.
    pub(super) refused: bool,
}

/// Why the rest of an exchange is raw whose beginning could be decrypted.
const VEILED: &str = "what follows in this direction could not be decrypted";

impl Default for Phase {
    fn default() -> Self {
        Self::Opening(Opening::default())
    }
}

impl Veil {
    fn new(digests: bool) -> Box<Self> {
        Box::new(Self {
            decryptor: Decryptor::new(),
            facts: None,
            bytes: Both::default(),
            digests: digests.then(Box::default),
            failure: None,
            refused: false,
        })
    }

    /// Whether it is known if it can be taken off.
    pub(super) const fn is_settled(&self) -> bool {
        self.facts.is_some() || self.failure.is_some()
    }

    /// Whether anything was taken out of it.
    pub(super) const fn is_lifted(&self) -> bool {
        *self.bytes.of(Direction::ToServer) > 0 || *self.bytes.of(Direction::ToClient) > 0
    }

    fn count(&mut self, direction: Direction, bytes: &[u8]) {
        *self.bytes.of_mut(direction) += bytes.len() as u64;
        if let Some(digests) = &mut self.digests {
            digests.of_mut(direction).update(bytes);
        }
    }

    pub(super) fn of_direction(&self, direction: Direction) -> (u64, Option<Sha256>) {
        let digest = self.digests.as_ref().and_then(|digests| digests.of(direction).so_far());
        (*self.bytes.of(direction), digest)
    }

    /// What the handshake settled for inside.
    fn speech(&self) -> Option<Speech> {
        self.facts.as_ref().and_then(|facts| Speech::of_alpn(&facts.alpn))
    }
}

impl Stream {
    /// Takes a piece from the wire.
    pub(super) fn take(&mut self, piece: Piece, secrets: &mut Secrets) {
        if self.veil.is_none() && self.begins_tls(&piece) {
            self.veil = Some(Veil::new(self.digests.is_some()));
        }
        let Some(veil) = &mut self.veil else { return self.understand(piece, secrets) };
        match piece.what {
            What::Bytes(bytes) => {
                veil.decryptor.receive(secrets, piece.direction, piece.at, bytes);
            }
            What::Lost(length) => veil.decryptor.lose(piece.direction, piece.at, length),
        }
        self.lift(secrets);
    }

    /// Nothing more will come: what is held anywhere is let go.
    pub(super) fn finish(&mut self, secrets: &mut Secrets) {
        if let Some(veil) = &mut self.veil {
            veil.decryptor.finish(secrets);
            self.lift(secrets);
        }
        self.end_sides();
        match &mut self.phase {
            Phase::Opening(opening) => {
                let speech = opening.guess();
                let held = std::mem::take(opening).into_held();
                if !held.is_empty() {
                    self.speak(speech, held);
                }
            }
            Phase::Tunnel(tunnel) => {
                let held = tunnel.give_up();
                self.speak(Speech::Http1, held);
            }
            Phase::Speaking(_) => {}
        }
        if let Phase::Speaking(track) = &mut self.phase {
            track.finish(&mut self.sink);
        }
    }

    /// One side ended.
    pub(super) fn end_side(&mut self, close: &Close) {
        let Some(close) = self.ends.add(close.at, close.by, close.how) else { return };
        if let Phase::Speaking(track) = &mut self.phase {
            track.close(&close, &mut self.sink);
        }
    }

    pub(super) fn speech(&self) -> Option<Speech> {
        match &self.phase {
            Phase::Speaking(track) => Some(track.speech()),
            _ => None,
        }
    }

    pub(super) fn counts(&self) -> Counts {
        match &self.phase {
            Phase::Speaking(track) => track.counts(),
            _ => Counts::default(),
        }
    }

    /// Protocols of their own turn to TLS in the middle, by STARTTLS or a word like it. It begins with a whole message of the client's.
    fn begins_tls(&self, piece: &Piece) -> bool {
        let (Phase::Speaking(track), What::Bytes(bytes)) = (&self.phase, &piece.what) else {
            return false;
        };
        track.speech() == Speech::Raw
            && piece.direction == Direction::ToServer
            && matches!(bytes.get(..6), Some([22, 3, _, _, _, 1]))
            && ClientHello::parse(bytes).is_ok()
    }

    /// Passes on what is inside TLS.
    fn lift(&mut self, secrets: &mut Secrets) {
        while let Some(event) = self.veil.as_mut().and_then(|veil| veil.decryptor.poll()) {
            match event {
                Decrypted::Facts(facts) => self.learn(facts),
                Decrypted::Data { direction, at, bytes } => {
                    self.lifted(Piece::bytes(direction, at, bytes), secrets);
                }
                Decrypted::Undecrypted { direction, at, bytes } => {
                    self.say_raw(Piece::bytes(direction, at, bytes));
                }
                Decrypted::Lost { direction, at, length } => {
                    self.say_raw(Piece::lost(direction, at, length));
                }
                Decrypted::Reason { direction, why } => self.fail(direction, why),
                Decrypted::Refused { .. } => self.refuse_early_data(),
                Decrypted::Close { by, at, how } => {
                    let close = Close { at: self.moment(at), by, how };
                    self.end_side(&close);
                }
            }
        }
        if self.veil.as_ref().is_some_and(|veil| veil.is_settled()) {
            self.end_sides();
        }
    }

    fn learn(&mut self, facts: Box<Tls>) {
        if let Some(veil) = &mut self.veil {
            veil.facts = Some(facts);
        }
    }

    fn refuse_early_data(&mut self) {
        if let Some(veil) = &mut self.veil {
            veil.refused = true;
        }
    }

    /// Said in TLS, which is taken off.
    fn lifted(&mut self, piece: Piece, secrets: &mut Secrets) {
        let settled = self.veil.as_mut().and_then(|veil| {
            if let What::Bytes(bytes) = &piece.what {
                veil.count(piece.direction, bytes);
            }
            veil.speech()
        });
        if let (Phase::Opening(_), Some(speech)) = (&self.phase, settled) {
            return self.speak(speech, vec![piece]);
        }
        self.understand(piece, secrets);
    }

    /// From here on one direction stays as it is on the wire. Where all of it does, nothing turns into something else.
    fn fail(&mut self, direction: Direction, why: Undecryptable) {
        let Some(veil) = &mut self.veil else { return };
        veil.failure.get_or_insert(why);
        if !veil.is_lifted() {
            return;
        }
        if let Phase::Speaking(track) = &mut self.phase {
            track.give_up(direction, VEILED, &mut self.sink);
        }
    }

    fn say_raw(&mut self, piece: Piece) {
        if let Phase::Speaking(_) = &self.phase {
            return self.say(piece);
        }
        let mut held = self.held();
        held.push(piece);
        self.speak(Speech::Raw, held);
    }

    /// Finds out what a piece is, without TLS.
    fn understand(&mut self, piece: Piece, secrets: &mut Secrets) {
        match &mut self.phase {
            Phase::Opening(opening) => {
                if let Some(found) = opening.receive(piece) {
                    self.found(found, secrets);
                }
            }
            Phase::Tunnel(tunnel) => match tunnel.receive(piece) {
                Outcome::More => {}
                Outcome::Nowhere(held) => self.speak(Speech::Http1, held),
                Outcome::Leads(way, to, inside) => {
                    self.tunnel = Some((way, to));
                    self.phase = Phase::default();
                    for piece in inside {
                        self.take(piece, secrets);
                    }
                }
            },
            Phase::Speaking(_) => self.say(piece),
        }
    }

    fn found(&mut self, found: Found, secrets: &mut Secrets) {
        let held = self.held();
        match found {
            Found::Tls if self.veil.is_none() => {
                self.veil = Some(Veil::new(self.digests.is_some()));
                for piece in held {
                    self.take(piece, secrets);
                }
            }
            Found::Tunnel(door) if self.tunnel.is_none() => {
                self.phase = Phase::Tunnel(Box::new(Tunnel::new(door)));
                for piece in held {
                    self.understand(piece, secrets);
                }
            }
            Found::Tls | Found::Tunnel(_) => self.speak(Speech::Raw, held),
            Found::Speech(speech) => self.speak(speech, held),
        }
    }

    fn held(&mut self) -> Vec<Piece> {
        match std::mem::take(&mut self.phase) {
            Phase::Opening(opening) => opening.into_held(),
            Phase::Tunnel(mut tunnel) => tunnel.give_up(),
            Phase::Speaking(_) => Vec::new(),
        }
    }

    /// From here on it is known what is spoken.
    fn speak(&mut self, speech: Speech, said: Vec<Piece>) {
        self.phase = Phase::Speaking(Box::new(Track::new(speech)));
        for piece in said {
            self.say(piece);
        }
        if let Phase::Speaking(track) = &mut self.phase {
            self.ends.closes().iter().for_each(|close| track.close(close, &mut self.sink));
        }
    }

    fn say(&mut self, piece: Piece) {
        let at: Timestamp = self.moment(piece.at);
        let owned = self.veil.is_some();
        let Phase::Speaking(track) = &mut self.phase else { return };
        match piece.what {
            // What a parser holds of a slice would keep a whole block of the capture in memory.
            What::Bytes(bytes) if !owned => {
                let copy = Bytes::copy_from_slice(&bytes);
                track.receive(piece.direction, at, copy, &mut self.sink);
            }
            What::Bytes(bytes) => track.receive(piece.direction, at, bytes, &mut self.sink),
            What::Lost(length) => track.lose(piece.direction, at, length, &mut self.sink),
        }
    }

    fn end_sides(&mut self) {
        for close in std::mem::take(&mut self.early_ends) {
            self.end_side(&close);
        }
    }
}
