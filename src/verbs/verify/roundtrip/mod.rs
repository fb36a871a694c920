//! Proves that replay gives back what was recorded: every exchange is played to its own recorded
//! client, in memory, and what the player sends is compared with what the server had sent.

mod http2;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use cassettes::format::Reader;
use cassettes::model::{
    Connection, ConnectionId, Direction, Exchange, Protocol, RequestKeys, Timestamp,
};
use replayer::report;
use replayer::verify::Rules;
use replayer::{Action, Arrival, Deck, Limits, NamedReader, Pace, Player, ReplayOptions, Stage};

use crate::exit::{Failure, Outcome};
use http2::Talk;

/// What a roundtrip showed.
pub(super) struct Roundtrip {
    /// How many server bytes were compared.
    pub(super) bytes: u64,
    /// What was not given back as recorded.
    pub(super) problems: Vec<String>,
}

/// Plays all exchanges, in the order of their first bytes, each connection to a player of its own.
pub(super) fn check(reader: &Reader) -> Outcome<Roundtrip> {
    let stage = Arc::new(stage(reader)?);
    let mut done = Roundtrip { bytes: 0, problems: Vec::new() };
    let mut rooms: HashMap<ConnectionId, Room> = HashMap::new();
    let mut shadows = Shadows::default();
    let mut now = Timestamp::ZERO;
    for (n, entry) in reader.entries().enumerate() {
        // What cannot be read, the check of the file has told already.
        let Ok(exchange) = reader.exchange(n) else { continue };
        // A connection's own frames are nobody's answer; what follows an upgrade is played with the request for it;
        // what is left after a gap cannot be asked for.
        let deck = stage.deck();
        let asked = !deck.is_upgraded(n) && !deck.is_remains(n) && !shadows.hide(reader, n);
        if !entry.protocol.is_conversation() || !asked {
            continue;
        }
        let id = entry.connection;
        let upgraded = stage.deck().upgrade_of(n).and_then(|answer| reader.exchange(answer).ok());
        if let Some(talk) = Talk::of(&exchange, upgraded.as_ref()) {
            match talk.check(&stage, reader.connection(id).ok().as_ref(), now) {
                Ok(bytes) => done.bytes += bytes,
                Err(problem) => done.problems.push(format!("exchange {}: {problem}", n + 1)),
            }
            now = now.later(Duration::from_nanos(1));
            continue;
        }
        let breaks_off = !entry.complete()
            && reader.connection(id).is_ok_and(|it| it.gap_after(&exchange).is_some());
        // Faults end connections, and silence them, amid what was recorded there.
        if let Some(room) = rooms.remove(&id).and_then(|room| room.unless_dead(&mut done)) {
            rooms.insert(id, room);
        }
        let room = rooms.entry(id).or_insert_with(|| {
            let waits =
                exchange.chunks.first().is_some_and(|it| it.direction == Direction::ToClient);
            let silent = waits && entry.protocol == Protocol::Raw;
            Room::new(&stage, reader.connection(id).ok(), silent)
        });
        now = room.play(n + 1, &exchange, now);
        if (entry.last_on_connection || breaks_off)
            && let Some(room) = rooms.remove(&id)
        {
            room.leave(&mut done);
        }
    }
    for room in rooms.into_values() {
        room.leave(&mut done);
    }
    done.problems.extend(false_differences(&stage, &shadows));
    Ok(done)
}

/// A client that is the recorded one must be told so.
fn false_differences(stage: &Stage, shadows: &Shadows) -> Vec<String> {
    let number = |outcome: &report::Outcome| outcome.exchange.as_ref().map_or(0, |it| it.number);
    let verdict = stage.verdict();
    let failures = verdict.outcomes.iter().filter(|outcome| outcome.is_failure());
    let failures = failures.filter(|outcome| !shadows.hidden.contains(&number(outcome)));
    let tell = failures.map(|outcome| {
        let number = number(outcome);
        format!(
            "exchange {number}: its own client is found {}: {}",
            outcome.kind.name(),
            outcome.label
        )
    });
    tell.collect()
}

/// What faults take from the recorded client.
#[derive(Debug, Default)]
struct Shadows {
    /// The keys of exchanges that are played again whenever the same is asked for: those after them are never reached.
    cast_by: HashSet<(Protocol, RequestKeys)>,
    /// Those that are never reached, or end before their client has said all. Counted from 1.
    hidden: HashSet<usize>,
}

impl Shadows {
    /// Whether exchange `n`, counted from 0, is never reached.
    fn hide(&mut self, reader: &Reader, n: usize) -> bool {
        let entry = reader.entry(n);
        let key = (entry.protocol, entry.keys);
        if self.cast_by.contains(&key) && entry.protocol != Protocol::Raw {
            return self.hidden.insert(n + 1);
        }
        if let Ok(Some(staging)) = reader.staging(n) {
            self.cast_by.extend(staging.repeats.then_some(key));
            self.hidden.extend(staging.script.is_some().then_some(n + 1));
        }
        false
    }
}

/// Time is not real here, so nothing runs into a limit; and waits cost nothing, so all are kept.
fn stage(reader: &Reader) -> Outcome<Stage> {
    let reader = NamedReader { name: String::new(), reader: reader.clone() };
    let deck = Deck::load(vec![reader]).map_err(|error| Failure::input(error.to_string()))?;
    let deck = deck.as_said();
    let limits = Limits { head: Duration::MAX, step: Duration::MAX, ..Limits::default() };
    let options = ReplayOptions { pace: Pace::Times(1.0), limits, ..ReplayOptions::default() };
    Ok(Stage::new(deck, Rules::default(), options))
}

/// One connection: the recorded client, and a player.
struct Room {
    player: Player,
    now: Timestamp,
    /// What the server had sent and the player has not: by exchange.
    expected: VecDeque<(usize, Bytes)>,
    /// What the player has sent before its turn: time passes at once here, so that what the server
    /// said unasked on an idle connection comes with the exchange before it.
    early: Vec<Bytes>,
    compared: u64,
    problem: Option<String>,
}

impl Room {
    fn new(stage: &Arc<Stage>, connection: Option<Connection>, silent: bool) -> Self {
        // As the recorded client came: its `Host` may name the recorder, or whoever its tunnel led to.
        let arrival = connection.map_or(Arrival::direct(0), |it| Arrival::recorded(&it));
        Self {
            player: Player::new(Arc::clone(stage), Arrival { silent, ..arrival }, Timestamp::ZERO),
            now: Timestamp::ZERO,
            expected: VecDeque::new(),
            early: Vec::new(),
            compared: 0,
            problem: None,
        }
    }

    /// Plays it from `now` on; gives back a moment after that.
    fn play(&mut self, number: usize, exchange: &Exchange, now: Timestamp) -> Timestamp {
        self.now = now;
        let said = exchange.sent(Direction::ToClient);
        self.expected.extend(said.map(|chunk| (number, chunk.bytes.clone())));
        for bytes in std::mem::take(&mut self.early) {
            self.compare(bytes);
        }
        for chunk in exchange.sent(Direction::ToServer) {
            self.player.receive(chunk.bytes.clone(), self.now);
            self.settle();
        }
        self.settle();
        self.now.later(Duration::from_nanos(1))
    }

    /// The same room, unless its player says no more, and nothing that it said is still to be compared; then it is left.
    fn unless_dead(self, done: &mut Roundtrip) -> Option<Self> {
        let says_more = !self.player.is_over() && !self.player.is_silent();
        if says_more || !self.early.is_empty() {
            return Some(self);
        }
        self.leave(done);
        None
    }

    /// The client ends; what is still expected will not come.
    fn leave(mut self, done: &mut Roundtrip) {
        self.player.client_closed(self.now);
        self.settle();
        if !self.early.is_empty() {
            let more: usize = self.early.iter().map(Bytes::len).sum();
            let surplus = format!("{more} bytes are played that were not recorded");
            self.problem.get_or_insert(surplus);
        }
        if let Some((number, _)) = self.expected.front() {
            let count = self.expected.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
            let missing = format!("exchange {number}: {count} recorded bytes are not played");
            self.problem.get_or_insert(missing);
        }
        done.bytes += self.compared;
        done.problems.extend(self.problem);
    }

    /// Acts, and lets time pass, until only the client can go on.
    fn settle(&mut self) {
        loop {
            while let Some(action) = self.player.poll_action() {
                if let Action::Send(bytes) = action {
                    self.compare(bytes);
                }
            }
            match self.player.poll_timeout().filter(|at| *at < NEVER) {
                Some(at) => {
                    self.now = self.now.max(at);
                    self.player.timeout(self.now);
                }
                None => return,
            }
        }
    }

    fn compare(&mut self, mut played: Bytes) {
        while !played.is_empty() && self.problem.is_none() {
            let Some((number, recorded)) = self.expected.front_mut() else {
                self.early.push(played);
                return;
            };
            let common = recorded.len().min(played.len());
            if recorded.get(..common) != played.get(..common) {
                let number = *number;
                self.problem =
                    Some(format!("exchange {number}: other bytes are played than recorded"));
                return;
            }
            recorded.advance(common);
            played.advance(common);
            self.compared += common as u64;
            if recorded.is_empty() {
                self.expected.pop_front();
            }
        }
    }
}

/// What a limit of [`Duration::MAX`] comes to.
const NEVER: Timestamp = Timestamp::from_nanos(u64::MAX);
