//! Recorded connections that came to nothing: a server that could not be reached, or a handshake that it ended.
//!
//! Each is played once, in its place: when all that had ended before it began has been asked for.

use std::collections::HashMap;

use cassettes::model::{Connection, How, Side, Timestamp, Way};

use super::{Claims, Named, Slot};

/// How far a connection got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Stop {
    /// Its tunnel was not opened.
    Tunnel,
    /// Its client had asked for TLS.
    Handshake,
    /// TLS stood, and nothing had been asked.
    Silence,
}

/// All of a deck's.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    all: Vec<Failure>,
    /// Places in `all`, in recorded order.
    queues: HashMap<Key, Vec<usize>>,
}

/// A server by host and port (none: whoever is taken for it), and how far its clients got.
type Key = (Option<(Vec<u8>, u16)>, Stop);

/// One of them.
#[derive(Debug)]
struct Failure {
    how: How,
    opened: Timestamp,
    /// Exchanges with the same server that had ended by then; without those before an earlier failure.
    before: Vec<Slot>,
}

/// How a connection without exchanges was ended by its server, and at which point; none if it was not.
pub(super) fn failure_of(connection: &Connection) -> Option<(Stop, How)> {
    let close = connection.closes.first().filter(|close| close.by == Side::Server)?;
    let stop = match (&connection.tls, connection.way) {
        (Some(tls), _) if tls.version == 0 => Stop::Handshake,
        (Some(_), _) => Stop::Silence,
        (None, Way::Connect | Way::Socks5) => Stop::Tunnel,
        (None, _) => return None,
    };
    // A server that tires of a silent client says nothing of itself.
    let idle = stop == Stop::Silence && !matches!(close.how, How::Alert(_));
    (!idle).then_some((stop, close.how))
}

impl Failures {
    /// Adds one that a connection to this server came to; those of one deck in recorded order.
    pub(super) fn push(
        &mut self,
        server: Option<Named<'_>>,
        direct: bool,
        found: (Stop, How),
        opened: Timestamp,
    ) {
        let (stop, how) = found;
        let number = self.all.len();
        self.all.push(Failure { how, opened, before: Vec::new() });
        let named = server.map(|server| Some(key_of(server)));
        for key in named.into_iter().chain(direct.then_some(None)) {
            self.queues.entry((key, stop)).or_default().push(number);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Notes that an exchange with this server was over at that time.
    pub(super) fn note(&mut self, server: Option<Named<'_>>, slot: Slot, ended: Timestamp) {
        let key = server.map(key_of);
        for stop in [Stop::Tunnel, Stop::Handshake, Stop::Silence] {
            let Some(queue) = self.queues.get(&(key.clone(), stop)) else { continue };
            let all = &mut self.all;
            let next =
                queue.iter().copied().find(|&n| all.get(n).is_some_and(|it| it.opened > ended));
            if let Some(failure) = next.and_then(|number| all.get_mut(number)) {
                failure.before.push(slot);
            }
        }
    }

    /// What comes next of a client that has got so far with this server, if it is a failure.
    pub(crate) fn next(
        &self,
        server: Option<Named<'_>>,
        stop: Stop,
        claims: &Claims,
    ) -> Option<How> {
        if self.is_empty() {
            return None;
        }
        let queue = self.queues.get(&(server.map(key_of), stop))?;
        let next = queue.iter().find(|number| !claims.has_failed(**number))?;
        let failure = self.all.get(*next)?;
        let due = failure.before.iter().all(|slot| claims.is_played(*slot));
        (due && claims.claim_failure(*next)).then_some(failure.how)
    }
}

fn key_of(server: Named<'_>) -> (Vec<u8>, u16) {
    (server.host.to_ascii_lowercase(), server.port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Timestamp {
        Timestamp::from_nanos(nanos)
    }

    #[test]
    fn a_failure_is_played_once_and_in_its_place() {
        let server = Named::of_origin("https://api.test");
        let mut failures = Failures::default();
        for opened in [5, 20] {
            failures.push(server, true, (Stop::Handshake, How::Alert(40)), at(opened));
        }
        failures.note(server, Slot(0), at(10));
        let claims = Claims::new(1, false);
        let next = |server| failures.next(server, Stop::Handshake, &claims);
        assert_eq!(next(Named::of_origin("https://other.test")), None);
        assert_eq!(next(server), Some(How::Alert(40)));
        assert_eq!(next(server), None, "an exchange comes first");
        claims.claim(Slot(0), 0, false);
        assert_eq!(next(None), Some(How::Alert(40)));
        assert_eq!(next(server), None);
    }
}
