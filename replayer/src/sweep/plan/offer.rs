//! What the exchanges of a cassette offer to break.

use std::collections::HashSet;
use std::time::Duration;

use cassettes::fault::{
    Asking, Family, Fault, Kind, Layout, Neighbours, Others, Place, PointUse, Random, Scene,
    Selector, catalogue,
};
use cassettes::model::{Cassette, Direction, Exchange, Protocol, Script, Step};

use super::{Group, Places, Scope};

/// What a quick plan tries at each boundary.
const ENDS: &[&str] = &["close", "reset", "stall"];

/// What a quick plan tries once an exchange, or once a value in JSON.
const CLASSICS: &[&str] =
    &["status", "truncate", "empty", "html-instead", "remove", "null", "retype"];

/// What an every-byte plan tries. Not silence: that takes the whole deadline each time.
const AT_EVERY_BYTE: &[&str] = &["close", "reset"];

/// Most connections that are met with faults, the first ones: what a client does when it connects is much the same each time.
const MAX_MET: usize = 4;

/// What a cassette offers, in the catalogue's order of kinds: its connections first, then exchange by exchange.
pub(super) fn groups(cassette: &Cassette, scope: Scope, seed: u64) -> Vec<Group> {
    let offers = (1..=cassette.exchanges().len() as u64)
        .filter_map(|number| Offer::of(cassette, number, seed));
    let exchanges = offers.flat_map(|offer| offer.groups(scope));
    connection_groups(cassette, scope)
        .into_iter()
        .chain(exchanges)
        .filter(|it| it.len() > 0)
        .collect()
}

/// What meets a client that connects.
fn connection_groups(cassette: &Cassette, scope: Scope) -> Vec<Group> {
    let kinds =
        || catalogue().iter().filter(|kind| is_in(scope, kind) && kind.action.hits_connections());
    let connections = (1..).zip(cassette.connections()).take(MAX_MET);
    let groups = connections.flat_map(|(number, connection)| {
        let fits = |kind: &&&Kind| kind.family != Family::Tls || connection.tls.is_some();
        let samples =
            kinds().filter(fits).flat_map(|kind| kind.samples.iter().map(move |it| (kind, it)));
        samples.map(move |(kind, sample)| Group {
            sentence: sentence(kind, sample),
            on: Selector::Connection(number),
            places: Places::Listed(vec![(None, Duration::ZERO)]),
            once_too: kind.breaks,
        })
    });
    groups.collect()
}

fn sentence(kind: &Kind, sample: &str) -> String {
    format!("{} {sample}", kind.name).trim_end().to_owned()
}

/// The fault of this kind, with these parameters, at this place.
pub(super) fn fault_of(sentence: &str, place: Option<&Place>) -> Option<Fault> {
    match place {
        None => sentence.parse().ok(),
        Some(place) => format!("{sentence} at {place}").parse().ok(),
    }
}

/// One exchange.
struct Offer<'c> {
    number: u64,
    exchange: &'c Exchange,
    script: Script,
    tls: bool,
    others: Neighbours<'c>,
    /// What faults made of it so far: two that do the same are one, and what changes nothing is none.
    seen: HashSet<[u8; 32]>,
    seed: u64,
}

impl<'c> Offer<'c> {
    fn of(cassette: &'c Cassette, number: u64, seed: u64) -> Option<Self> {
        let exchange = cassette.exchanges().get(usize::try_from(number - 1).ok()?)?;
        if !exchange.protocol.is_conversation() || !is_asked(exchange) {
            return None;
        }
        let others = Neighbours { cassette };
        let (_, script) = others.exchange(number)?;
        Some(Self {
            number,
            exchange,
            tls: cassette.connection_of(exchange).tls.is_some(),
            others,
            seen: HashSet::from([digest(&script)]),
            script,
            seed,
        })
    }

    fn groups(mut self, scope: Scope) -> Vec<Group> {
        let boundaries = self.boundaries();
        let mut groups = Vec::new();
        let kinds = catalogue().iter().filter(|kind| !kind.action.hits_connections());
        for kind in kinds.filter(|kind| is_in(scope, kind)) {
            for sample in kind.samples {
                let sentence = sentence(kind, sample);
                let places = match scope {
                    Scope::EveryByte => Places::Bytes(self.len() + 1),
                    _ => Places::Listed(self.places(kind, &sentence, &boundaries)),
                };
                let on = Selector::Exchange(self.number);
                groups.push(Group { sentence, on, places, once_too: kind.breaks });
            }
        }
        groups
    }

    /// How many bytes the server sends.
    fn len(&self) -> u64 {
        self.script.sends().map(|bytes| bytes.len() as u64).sum()
    }

    /// Where it does something that nothing before it did.
    fn places(
        &mut self,
        kind: &Kind,
        sentence: &str,
        boundaries: &[Place],
    ) -> Vec<(Option<Place>, Duration)> {
        let candidates: Vec<_> = match kind.point {
            PointUse::Required => {
                let fits = |it: &&Place| !it.is_in_request() || kind.takes_points_of_requests();
                boundaries.iter().filter(fits).cloned().map(Some).collect()
            }
            PointUse::Json => self.values().into_iter().map(Some).collect(),
            PointUse::Default(_) | PointUse::Request(_) | PointUse::None => vec![None],
        };
        candidates.into_iter().filter_map(|place| self.place(sentence, place)).collect()
    }

    /// Those of the request first, as they come.
    fn boundaries(&self) -> Vec<Place> {
        let asking = Asking::of(self.exchange).points().into_iter().map(Place::in_request);
        let answer = Layout::of(self.exchange, &self.script).points();
        asking.chain(answer.into_iter().map(Place::in_answer)).collect()
    }

    /// The values in its body, if that is JSON.
    fn values(&self) -> Vec<Place> {
        let points = self.scene(Random::new(self.seed, self.number, 1)).json_points();
        points.into_iter().map(Place::in_answer).collect()
    }

    fn scene(&self, random: Random) -> Scene<'_> {
        Scene::new(self.exchange, self.script.clone(), self.tls, random, &self.others)
    }

    fn place(&mut self, sentence: &str, place: Option<Place>) -> Option<(Option<Place>, Duration)> {
        let fault = fault_of(sentence, place.as_ref())?;
        let random = fault.random(self.number, 1, self.seed);
        let script = fault.apply(self.scene(random)).ok()?;
        self.seen.insert(digest(&script)).then(|| (place, time_of(&script)))
    }
}

fn is_in(scope: Scope, kind: &Kind) -> bool {
    match scope {
        Scope::Quick => ENDS.contains(&kind.name) || CLASSICS.contains(&kind.name),
        Scope::Standard => kind.standard,
        Scope::EveryByte => AT_EVERY_BYTE.contains(&kind.name),
    }
}

/// A client can be expected to ask for it: not so for what a server said unasked.
fn is_asked(exchange: &Exchange) -> bool {
    exchange.protocol == Protocol::Raw || exchange.byte_count(Direction::ToServer) > 0
}

/// Of what a script does.
fn digest(script: &Script) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for step in &script.steps {
        match step {
            Step::Send(bytes) => {
                hasher.update(b"send");
                hasher.update(&(bytes.len() as u64).to_le_bytes());
                hasher.update(bytes);
            }
            other => {
                hasher.update(format!("{other:?}").as_bytes());
            }
        }
    }
    *hasher.finalize().as_bytes()
}

/// How long a script waits, whatever the pace.
fn time_of(script: &Script) -> Duration {
    let delay = |step: &Step| if let Step::Delay(time) = step { *time } else { Duration::ZERO };
    script.steps.iter().map(delay).fold(Duration::ZERO, Duration::saturating_add)
}
