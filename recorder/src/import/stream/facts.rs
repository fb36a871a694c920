//! What the cassette, and the reader of a list, are told of a stream besides its bytes.

use cassettes::model::{Connection, Direction};

use super::Stream;
use super::layers::{Phase, Veil};
use crate::import::Speech;
use crate::import::filter::Spoken;
use crate::import::introduction::Addressed;
use crate::import::origin::Lead;
use crate::import::report::{DirectionReport, Secrecy, StreamReport};
use crate::tcp::{Ending, StreamTally};

impl Stream {
    /// As far as they are known.
    pub(super) fn facts(&self) -> Connection {
        let beginning = &self.beginning;
        let (way, upstream) = self.lead().settle();
        let tls = self.lifted_veil().and_then(|veil| veil.facts.clone());
        Connection {
            way,
            client: beginning.client.to_string(),
            server: beginning.server.to_string(),
            upstream: upstream.origin(),
            tls,
            ..Connection::opened_at(self.moment(beginning.opened))
        }
    }

    /// What a filter may know of it; none if it may become more.
    pub(super) fn spoken(&self) -> Option<Spoken<'_>> {
        let (secure, sni) = (self.veil.is_some(), self.sni());
        match &self.phase {
            Phase::Speaking(track) if track.is_introduced() || !sni.is_empty() => {
                Some(Spoken { secure, speech: track.speech(), name: self.name() })
            }
            _ if self.is_over => Some(Spoken { secure, speech: Speech::Raw, name: self.name() }),
            _ => None,
        }
    }

    pub(super) fn secrecy(&self) -> Secrecy {
        match &self.veil {
            None => Secrecy::Plain,
            Some(veil) => veil.failure.map_or(Secrecy::Decrypted, Secrecy::Undecrypted),
        }
    }

    pub(super) fn report(&self, ending: Ending, tally: &StreamTally) -> StreamReport {
        let beginning = &self.beginning;
        StreamReport {
            stream: beginning.stream,
            client: beginning.client,
            server: beginning.server,
            opened: beginning.opened,
            start: beginning.start,
            ending,
            speech: self.speech(),
            tls: self.secrecy(),
            name: self.name().to_owned(),
            to_server: self.of_direction(Direction::ToServer, tally),
            to_client: self.of_direction(Direction::ToClient, tally),
        }
    }

    fn of_direction(&self, direction: Direction, tally: &StreamTally) -> DirectionReport {
        DirectionReport {
            tally: *tally.direction(direction),
            gaps: self.gaps.as_ref().map(|gaps| gaps.of(direction).clone()).unwrap_or_default(),
            digest: self.digests.as_ref().and_then(|digests| digests.of(direction).so_far()),
            decrypted: self.lifted_veil().map(|veil| veil.of_direction(direction)),
        }
    }

    fn lead(&self) -> Lead<'_> {
        Lead {
            server: self.beginning.server,
            tunnel: self.tunnel.as_ref(),
            secure: self.lifted_veil().is_some(),
            speech: self.speech().unwrap_or(Speech::Raw),
            sni: self.lifted_veil().map_or("", |_| self.sni()),
            addressed: self.addressed(),
        }
    }

    /// What the client calls its server; empty if it does not.
    fn name(&self) -> &str {
        let authority = || self.addressed().map_or("", |addressed| addressed.host());
        let sni = self.sni();
        if sni.is_empty() { authority() } else { sni }
    }

    fn addressed(&self) -> Option<&Addressed> {
        match &self.phase {
            Phase::Speaking(track) => track.introduction().addressed(),
            _ => None,
        }
    }

    fn sni(&self) -> &str {
        let facts = self.veil.as_ref().and_then(|veil| veil.facts.as_ref());
        facts.map_or("", |facts| &facts.sni)
    }

    /// The TLS that what is written down was in; none where it still is.
    fn lifted_veil(&self) -> Option<&Veil> {
        self.veil.as_deref().filter(|veil| veil.is_lifted() || veil.failure.is_none())
    }
}
