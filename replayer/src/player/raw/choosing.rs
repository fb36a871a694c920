//! Which recorded connection a client's is: in recorded order, by what it says first.

use bytes::Bytes;
use cassettes::model::{Direction, Exchange};

use crate::arrival::Arrival;
use crate::deck::Slot;
use crate::select::Cue;
use crate::stage::Stage;

/// The next one, if the server speaks first there.
pub(super) fn server_first(stage: &Stage, arrival: &Arrival) -> Option<Cue> {
    loop {
        let (slot, exchange) = stage.selector().raw_lines(arrival.server()).next()?;
        if !stage.deck().acts_first(slot, &exchange) {
            return None;
        }
        if let Some(cue) = claim(stage, slot, exchange) {
            return Some(cue);
        }
    }
}

/// The first on which the server speaks first, for a client of no server in particular that waits for it to.
pub(super) fn greeting(stage: &Stage, arrival: &Arrival) -> Option<Cue> {
    if !arrival.silent || arrival.origin.is_some() {
        return None;
    }
    stage.greetings().find_map(|slot| claim(stage, slot, stage.deck().exchange(slot).ok()?))
}

/// Every one was played.
pub(super) fn is_exhausted(stage: &Stage, arrival: &Arrival) -> bool {
    stage.selector().raw_lines(arrival.server()).next().is_none()
}

/// The first that begins like this; else the one that begins most like it: its verdict names the byte.
pub(super) fn by_first_bytes(stage: &Stage, arrival: &Arrival, first: &[u8]) -> Option<Cue> {
    loop {
        let mut best: Option<(usize, Slot, Exchange)> = None;
        for (slot, exchange) in stage.selector().raw_lines(arrival.server()) {
            let recorded = exchange.bytes(Direction::ToServer);
            let common = first.iter().zip(&recorded).take_while(|(a, b)| a == b).count();
            let all = common == first.len().min(recorded.len());
            if best.as_ref().is_none_or(|(most, ..)| common > *most) || all {
                best = Some((common, slot, exchange));
            }
            if all {
                break;
            }
        }
        let (_, slot, exchange) = best?;
        if let Some(cue) = claim(stage, slot, exchange) {
            return Some(cue);
        }
    }
}

/// The first on which the client said nothing.
pub(super) fn silent(stage: &Stage, arrival: &Arrival) -> Option<Cue> {
    let selector = stage.selector();
    let mut lines = selector.raw_lines(arrival.server());
    let (slot, exchange) =
        lines.find(|(_, exchange)| exchange.sent(Direction::ToServer).next().is_none())?;
    claim(stage, slot, exchange)
}

/// What the recorded client sent; where it named the address that it connected to, with the one that it has now.
pub(super) fn recorded(stage: &Stage, cue: &Cue, arrival: &Arrival) -> Bytes {
    let recorded = cue.exchange.bytes(Direction::ToServer);
    let was = stage.deck().line(cue.slot).and_then(|line| line.own.port());
    match was.filter(|was| arrival.origin.is_none() && *was != arrival.own_port) {
        Some(was) => with_own_port(&recorded, was, arrival.own_port),
        None => recorded,
    }
}

fn claim(stage: &Stage, slot: Slot, exchange: Exchange) -> Option<Cue> {
    stage.selector().take_fresh(Cue::new(slot, exchange))
}

/// Protocols name the server's address in what a client says (git does): `127.0.0.1:4000` becomes `127.0.0.1:5000`. Only where
/// that has the same length: others count it.
fn with_own_port(recorded: &Bytes, was: u16, is: u16) -> Bytes {
    const OWN_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];
    let mut replaced = recorded.to_vec();
    for name in OWN_NAMES {
        let (old, new) = (format!("{name}:{was}"), format!("{name}:{is}"));
        if old.len() == new.len() {
            let places: Vec<_> = memchr::memmem::find_iter(recorded, &old).collect();
            for at in places {
                if let Some(place) = replaced.get_mut(at..at + old.len()) {
                    place.copy_from_slice(new.as_bytes());
                }
            }
        }
    }
    replaced.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_address_in_the_bytes_is_the_one_that_the_client_has_now() {
        let git = Bytes::from_static(b"003agit-upload-pack /project\0host=127.0.0.1:40123\0");
        let replaced = with_own_port(&git, 40123, 50456);
        assert_eq!(&*replaced, b"003agit-upload-pack /project\0host=127.0.0.1:50456\0");
        assert_eq!(with_own_port(&git, 40123, 80), git, "its length is counted");
    }
}
