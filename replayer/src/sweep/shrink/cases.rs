//! Smaller cases made of a case.

use std::collections::BTreeMap;

use bytes::Bytes;
use cassettes::fault::{Attempts, Fault, Place, Point, Selector};
use cassettes::model::{Cassette, Chunk, ConnectionId, Direction, Exchange, Played};

use super::Case;

/// The places of the exchanges that can be left out.
pub(super) fn others(case: &Case) -> Vec<usize> {
    let broken = broken(case);
    (0..case.cassette.exchanges().len()).filter(|place| Some(*place) != broken).collect()
}

/// With only these of the others, by their places among them.
pub(super) fn with_exchanges(case: &Case, kept: &[usize]) -> Option<Case> {
    let others = others(case);
    let broken = broken(case);
    let mut places: Vec<_> = kept.iter().filter_map(|at| others.get(*at).copied()).collect();
    places.extend(broken);
    places.sort_unstable();
    let played: Vec<Played> =
        places.iter().filter_map(|place| played(&case.cassette, *place)).collect();
    let number = broken.and_then(|broken| places.binary_search(&broken).ok());
    let fault = match number {
        Some(number) => case.fault.clone().on(Selector::Exchange(number as u64 + 1)),
        None => case.fault.clone(),
    };
    Some(Case { cassette: rebuilt(&case.cassette, played)?, fault })
}

/// The places of the chunks of the broken answer.
pub(super) fn answer_chunks(case: &Case) -> Vec<usize> {
    let exchange = broken(case).and_then(|broken| case.cassette.exchanges().get(broken));
    let Some(exchange) = exchange.filter(|_| is_plain(case)) else { return Vec::new() };
    let chunks = exchange.chunks.iter().enumerate();
    chunks.filter(|(_, chunk)| chunk.direction == Direction::ToClient).map(|(at, _)| at).collect()
}

/// With only these chunks of the broken answer.
pub(super) fn with_chunks(case: &Case, kept: &[usize]) -> Option<Case> {
    let chunks = answer_chunks(case);
    let stays = |at: usize| match chunks.binary_search(&at) {
        Ok(place) => kept.contains(&place),
        Err(_) => true,
    };
    changed(case, |place, exchange| {
        if Some(place) == broken(case) {
            let mut at = 0..;
            exchange.chunks.retain(|_| at.next().is_some_and(stays));
        }
    })
}

/// With what was sent at once in one direction in one chunk; none: it is so already.
pub(super) fn joined(case: &Case) -> Option<Case> {
    let cut = |exchange: &Exchange| {
        exchange.chunks.windows(2).any(|two| matches!(two, [a, b] if a.direction == b.direction))
    };
    if !is_plain(case) || !case.cassette.exchanges().iter().any(cut) {
        return None;
    }
    changed(case, |_, exchange| {
        let runs = exchange.chunks.chunk_by(|a, b| a.direction == b.direction);
        exchange.chunks = runs.filter_map(one).collect();
    })
}

/// Simpler faults that may do the same, the simplest last.
pub(super) fn simpler_faults(case: &Case) -> Vec<Fault> {
    let fault = &case.fault;
    let mut simpler = Vec::new();
    for place in fault.at().map(simpler_places).unwrap_or_default() {
        simpler.push(fault.clone().moved(place));
    }
    let once: Vec<_> = std::iter::once(fault).chain(&simpler).cloned().collect();
    if fault.attempts() == Attempts::Sticky {
        simpler.extend(once.into_iter().map(|fault| fault.times(Attempts::Once)));
    }
    simpler.retain(|simple| simple != fault);
    simpler
}

/// Places on the same side that are easier to name, the easiest last.
fn simpler_places(place: &Place) -> Vec<Place> {
    let mut points = simpler_points(&place.point);
    if place.is_in_request() {
        points.retain(|point| !matches!(point, Point::Head));
    }
    points.into_iter().map(|point| Place { point, of: place.of }).collect()
}

fn simpler_points(point: &Point) -> Vec<Point> {
    let lower = |number: u64| {
        let mut numbers = vec![number / 2, number / 4, 1];
        numbers.retain(|it| (1..number).contains(it));
        numbers
    };
    let counted =
        |make: fn(u64) -> Point, number: u64| lower(number).into_iter().map(make).collect();
    match point {
        Point::Byte(number) => {
            let mut points: Vec<_> = counted(Point::Byte, *number);
            points.extend([Point::End, Point::BodyPercent(50.0), Point::AfterHeaders, Point::Head]);
            points
        }
        Point::Body(_) => vec![Point::BodyPercent(50.0), Point::AfterHeaders],
        Point::Header(_) => vec![Point::Header(1), Point::Head],
        Point::Chunk(number) => counted(Point::Chunk, *number),
        Point::Part(number) => counted(Point::Part, *number),
        Point::Event(number) => counted(Point::Event, *number),
        Point::Message(number) => counted(Point::Message, *number),
        Point::Frame(number) => counted(Point::Frame, *number),
        _ => Vec::new(),
    }
}

/// The place of the exchange that is broken, if one is.
fn broken(case: &Case) -> Option<usize> {
    match case.fault.selector() {
        Selector::Exchange(number) => usize::try_from(number.checked_sub(1)?).ok(),
        _ => None,
    }
}

/// No exchange has a script of its own, which counts its bytes.
fn is_plain(case: &Case) -> bool {
    (0..case.cassette.exchanges().len()).all(|place| case.cassette.staging(place).is_none())
}

fn played(cassette: &Cassette, place: usize) -> Option<Played> {
    Some((cassette.exchanges().get(place)?.clone(), cassette.staging(place).cloned()))
}

fn changed(case: &Case, change: impl Fn(usize, &mut Exchange)) -> Option<Case> {
    let count = case.cassette.exchanges().len();
    let mut all: Vec<_> = (0..count).filter_map(|place| played(&case.cassette, place)).collect();
    for (place, (exchange, _)) in all.iter_mut().enumerate() {
        change(place, exchange);
    }
    Some(Case { cassette: rebuilt(&case.cassette, all)?, fault: case.fault.clone() })
}

/// A cassette of these exchanges, with the connections that they are on.
fn rebuilt(cassette: &Cassette, mut played: Vec<Played>) -> Option<Cassette> {
    let mut ids = BTreeMap::new();
    for (exchange, _) in &played {
        ids.insert(exchange.connection, ConnectionId(0));
    }
    for (id, new) in ids.values_mut().zip(0..) {
        *id = ConnectionId(new);
    }
    for (exchange, _) in &mut played {
        exchange.connection = ids.get(&exchange.connection).copied()?;
    }
    let connections = ids.keys().filter_map(|id| cassette.connections().get(id.index()).cloned());
    Cassette::staged(cassette.header.clone(), connections.collect(), played).ok()
}

/// Of several in one direction.
fn one(chunks: &[Chunk]) -> Option<Chunk> {
    let first = chunks.first()?;
    let bytes: Bytes = chunks.iter().flat_map(|chunk| chunk.bytes.iter().copied()).collect();
    Some(Chunk { bytes, ..first.clone() })
}
