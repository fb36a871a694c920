//! A mutated cassette plays what its faults play on the one that it was made of: for every kind.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cassettes::fault::{
    Asking, Fault, FaultSet, Kind, Neighbours, Place, PointUse, Random, Scene, Selector, catalogue,
    mutate,
};
use cassettes::format::{Reader, encode};
use cassettes::model::{Cassette, Direction, Exchange, Protocol, Script, Timestamp};
use cassettes::transcribe::compile;
use cassettes::wire::http2::setting::{INITIAL_WINDOW_SIZE, MAX_WINDOW_SIZE};
use cassettes::wire::http2::{Kind as Frames, PREFACE, compose, frames};

use crate::verify::Rules;
use crate::{Action, Arrival, Deck, NamedReader, Player, ReplayOptions, Stage};

/// Points tried of an exchange.
const MAX_POINTS: usize = 6;

/// Exchanges that each sample is tried on.
const MAX_TRIED: usize = 2;

fn library() -> Vec<Cassette> {
    macro_rules! golden {
        ($($name:literal),*) => {
            vec![$(cassettes::text::read(include_str!(concat!(
                "../../cassettes/library/", $name, ".yaml"
            ))).unwrap()),*]
        };
    }
    golden!["streams", "json", "chunked", "recorded", "http2-messages", "http2", "raw", "bodies"]
}

/// An exchange's script where no fault is in force.
fn script(cassette: &Cassette, index: usize) -> Script {
    let exchange = &cassette.exchanges()[index];
    let mut later = cassette.exchanges()[index + 1..].iter();
    let last = later.all(|other| other.connection != exchange.connection);
    compile(exchange, cassette.connection_of(exchange), last)
}

/// What of this kind fits an exchange, once and for ever.
fn fitting(kind: &Kind, sample: &str, cassette: &Cassette, index: usize) -> Option<[Fault; 2]> {
    let exchange = &cassette.exchanges()[index];
    let tls = cassette.connection_of(exchange).tls.is_some();
    let others = Neighbours { cassette };
    let scene =
        || Scene::new(exchange, script(cassette, index), tls, Random::new(0, 1, 1), &others);
    let points = match kind.point {
        PointUse::Required => {
            let points = scene().layout().points().into_iter().rev().take(MAX_POINTS);
            points.map(|point| format!("at {point}")).collect()
        }
        PointUse::Json => {
            let points = scene().json_points().into_iter().take(MAX_POINTS);
            points.map(|point| format!("at {point}")).collect()
        }
        _ => vec![String::new()],
    };
    points.iter().find_map(|point| {
        let words = [kind.name, sample, point, &format!("on {}", index + 1)];
        let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let fault: Fault = words.join(" ").parse().unwrap();
        fault.apply(scene()).ok()?;
        let once: Fault = format!("{fault} once").parse().unwrap();
        Some([fault, once])
    })
}

/// Three clients in turn that ask as the recorded one did.
fn played(deck: &Arc<Deck>, faults: FaultSet, asked: &Exchange) -> Vec<Vec<Action>> {
    let options = ReplayOptions { faults, ..ReplayOptions::default() };
    let stage = Arc::new(Stage::new(Arc::clone(deck), Rules::default(), options));
    let arrival = arrival(asked);
    (0..3).map(|_| play(&stage, &arrival, asked)).collect()
}

/// A client that waits for the server where the recorded one did.
fn arrival(asked: &Exchange) -> Arrival {
    let silent = asked.chunks[0].direction == Direction::ToClient;
    Arrival { silent, ..Arrival::direct(0) }
}

fn deck(cassette: &Cassette) -> Arc<Deck> {
    let reader = Reader::open(encode(cassette).unwrap()).unwrap();
    let named = NamedReader { name: String::new(), reader };
    Arc::new(Deck::load(vec![named]).unwrap())
}

fn play(stage: &Arc<Stage>, arrival: &Arrival, asked: &Exchange) -> Vec<Action> {
    let mut now = Timestamp::from_nanos(1);
    let mut player = Player::new(Arc::clone(stage), arrival.clone(), now);
    let mut done = Vec::new();
    for bytes in client(asked) {
        player.receive(bytes, now);
        settle(&mut player, &mut now, &mut done);
    }
    player.client_closed(now);
    settle(&mut player, &mut now, &mut done);
    if done.iter().any(is_miss) {
        // It names the nearest exchanges, which have other numbers.
        done.clear();
    }
    done
}

fn is_miss(action: &Action) -> bool {
    let says = |bytes: &Bytes| memchr::memmem::find(bytes, b"nearest: exchange").is_some();
    matches!(action, Action::Send(bytes) if says(bytes))
}

/// What the client says; of HTTP/2, with windows wide open.
fn client(asked: &Exchange) -> Vec<Bytes> {
    let said = asked.sent(Direction::ToServer).map(|chunk| chunk.bytes.clone());
    if asked.protocol != Protocol::Http2 {
        return said.collect();
    }
    let mut hello = BytesMut::from(&PREFACE[..]);
    compose::settings(&[(INITIAL_WINDOW_SIZE, MAX_WINDOW_SIZE)]).write(&mut hello);
    compose::window_update(0, MAX_WINDOW_SIZE - 65_535).write(&mut hello);
    let spoken = said.map(|chunk| {
        let mut bytes = BytesMut::new();
        let frames = frames(&chunk).map_while(Result::ok);
        for frame in frames.filter(|frame| frame.kind() != Frames::WindowUpdate) {
            frame.write(&mut bytes);
        }
        bytes.freeze()
    });
    std::iter::once(hello.freeze()).chain(spoken).collect()
}

/// Acts, and lets time pass, for no longer than the replay has patience.
fn settle(player: &mut Player, now: &mut Timestamp, done: &mut Vec<Action>) {
    let end = now.later(Duration::from_secs(20));
    loop {
        while let Some(action) = player.poll_action() {
            push(done, action);
        }
        match player.poll_timeout().filter(|due| *due <= end) {
            Some(due) => {
                *now = (*now).max(due);
                player.timeout(*now);
            }
            None => return,
        }
    }
}

/// Sends that are not set apart are one, as they are for a socket.
fn push(done: &mut Vec<Action>, action: Action) {
    match (done.last_mut(), action) {
        (_, Action::Applied(_)) => {}
        (Some(Action::Send(before)), Action::Send(bytes)) => {
            *before = [&before[..], &bytes[..]].concat().into();
        }
        (_, action) => done.push(action),
    }
}

#[test]
fn a_mutated_cassette_plays_what_its_faults_play_for_every_kind() {
    let library = library();
    let decks: Vec<_> = library.iter().map(deck).collect();
    let all = library.iter().zip(&decks).flat_map(|(cassette, deck)| {
        (0..cassette.exchanges().len()).map(move |index| (cassette, deck, index))
    });
    let is_asked = |(cassette, _, index): &(&Cassette, &Arc<Deck>, usize)| {
        cassette.exchanges()[*index].protocol.is_conversation()
    };
    let places: Vec<_> = all.filter(is_asked).collect();
    let kinds = catalogue().iter().filter(|kind| !kind.action.hits_connections());
    let samples = kinds.flat_map(|kind| kind.samples.iter().map(move |sample| (kind, *sample)));
    let mut found = Vec::new();
    for (kind, sample) in samples {
        let fits = places.iter().filter_map(|&(cassette, deck, index)| {
            Some((cassette, deck, index, fitting(kind, sample, cassette, index)?))
        });
        for (cassette, deck, index, faults) in fits.take(MAX_TRIED) {
            for fault in faults {
                assert_eq!(fault.selector(), &Selector::Exchange(index as u64 + 1));
                found.extend(difference(cassette, deck, index, &fault));
            }
        }
    }
    assert!(found.is_empty(), "{} differ:\n{}", found.len(), found.join("\n"));
}

fn difference(
    cassette: &Cassette,
    recorded: &Arc<Deck>,
    index: usize,
    fault: &Fault,
) -> Option<String> {
    let asked = &cassette.exchanges()[index];
    let set = FaultSet::new(vec![fault.clone()], 7);
    let mutated = mutate(cassette, &set).ok()?;
    let live = played(recorded, set, asked);
    let kept = played(&deck(&mutated.cassette), FaultSet::default(), asked);
    // What is drawn anew at each asking, a cassette can only say once.
    let is_drawn =
        mutated.cassette.staging(index).is_some_and(|it| it.repeats) && live[0] != live[1];
    let comparable = if is_drawn { 1 } else { live.len() };
    let mut attempts = live.iter().zip(&kept).take(comparable).enumerate();
    let (attempt, (live, kept)) = attempts.find(|(_, (live, kept))| live != kept)?;
    let number = attempt + 1;
    Some(format!("{fault}, attempt {number}:\n  live {live:?}\n  kept {kept:?}"))
}

#[test]
fn a_mutated_cassette_breaks_requests_where_its_faults_do() {
    let library = library();
    let mut tried = 0;
    let mut found = Vec::new();
    for cassette in &library {
        let recorded = deck(cassette);
        for (index, exchange) in cassette.exchanges().iter().enumerate() {
            let places = Asking::of(exchange).points().into_iter().map(Place::in_request);
            let places: Vec<_> = places.take(MAX_POINTS).collect();
            let kinds = catalogue().iter().filter(|kind| kind.takes_points_of_requests());
            for (kind, place) in kinds.flat_map(|kind| places.iter().map(move |it| (kind, it))) {
                for attempts in ["once", "sticky"] {
                    let text = format!("{} at {place} on {} {attempts}", kind.name, index + 1);
                    tried += 1;
                    found.extend(difference(cassette, &recorded, index, &text.parse().unwrap()));
                }
            }
        }
    }
    assert!(tried > 50, "{tried}");
    assert!(found.is_empty(), "{} differ:\n{}", found.len(), found.join("\n"));
}
