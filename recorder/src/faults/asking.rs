//! A request that still comes, and what faults do at points of it.
//!
//! Which of them hit it is decided by its head: the rest has not come yet. It passes on to the server as it comes, as far as to the point
//! of a fault that ends it.

use cassettes::fault::{Action, Break, Fault, Misfit, Point};
use cassettes::model::Step;
use cassettes::wire::http1::Framing;
use cassettes::wire::messages::Counter;

use super::asked::Asked;
use super::connection::Link;
use super::finder::{Finder, Piece};
use super::items::Items;
use super::shared::About;
use super::sought::{Known, Messages};
use super::told::Outcome;
use super::voice::Voice;

/// A request on its way to the server, as far as faults may hit it.
#[derive(Debug)]
pub(super) struct Asking {
    link: Link,
    about: About,
    /// Its place among all exchanges.
    number: u64,
    hits: Vec<Hit>,
}

/// A fault that hits it.
#[derive(Debug)]
struct Hit {
    /// Its place among all faults.
    place: usize,
    finder: Finder,
    /// It is a message after a switch of protocols that is looked for.
    after_switch: bool,
    broken: Break,
}

/// A point that has come.
#[derive(Debug)]
pub(super) struct Reached {
    /// Bytes of the piece that are before it.
    pub(super) at: usize,
    /// What is done there.
    pub(super) broken: Break,
    place: usize,
    /// Bytes of the request before it.
    after: u64,
}

/// What had come of a request when its head was whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    pub(super) voice: Voice,
    /// What ends its body; none: there is no head of HTTP, but plain TCP.
    pub(super) framing: Option<Framing>,
    /// Bytes of the head on the wire.
    pub(super) head: usize,
    /// How many of these came before the piece in which it ends, and in how many reads.
    pub(super) before: usize,
    pub(super) reads: u64,
}

impl Asking {
    /// Its head has come, or the first byte of a connection of plain TCP. None if no fault hits it.
    pub(super) fn new(link: &Link, asked: &Asked, begun: &Begun) -> Option<Self> {
        let (hits, about) = asked.request_hits(&link.faults, &link.peer)?;
        let known = Known::of(asked.request().as_ref(), begun);
        let mut asking =
            Self { link: link.clone(), about, number: asked.number(), hits: Vec::new() };
        for (place, fault) in hits {
            match asking.hit(place, &fault, &known, begun) {
                Ok(hit) => asking.hits.push(hit),
                Err(misfit) => asking.pass(place, &misfit.to_string()),
            }
        }
        (!asking.hits.is_empty()).then_some(asking)
    }

    /// Its place among all exchanges.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// The next piece. Which points are in it, in their order.
    pub(super) fn take(&mut self, piece: &Piece<'_>) -> Vec<Reached> {
        let len = piece.wire.len() as u64;
        let mut reached = Vec::new();
        self.hits.retain_mut(|hit| {
            let Some(at) = hit.finder.find(piece) else { return true };
            let after = hit.finder.wire() - len + at as u64;
            let (place, broken) = (hit.place, std::mem::take(&mut hit.broken));
            reached.push(Reached { at, broken, place, after });
            false
        });
        reached.sort_by_key(|reached| reached.at);
        reached
    }

    /// The point has come in time.
    pub(super) fn tell(&self, reached: &Reached) {
        let applied = Outcome::Applied { after: Some(reached.after) };
        self.link.faults.tell(reached.place, &self.about, applied);
    }

    /// It has come too late: the answer is over.
    pub(super) fn tell_late(&self, reached: &Reached) {
        self.pass(reached.place, "the server had said all before the point came");
    }

    /// A fault has ended it, or its connection: no other point comes.
    pub(super) fn cut(&mut self) {
        self.miss("another fault had ended it before", |_| true);
    }

    /// All of it has come. Whether messages may follow that are looked for.
    pub(super) fn end(&mut self) -> bool {
        self.miss_rest(|hit| !hit.after_switch);
        !self.hits.is_empty()
    }

    /// HTTP was switched off, perhaps to a WebSocket.
    pub(super) fn switch(&mut self, is_web_socket: bool) {
        if !is_web_socket {
            return self.miss("what follows the switch of protocols is no WebSocket", |_| true);
        }
        for hit in &mut self.hits {
            hit.finder.count(Some(Items::asked(Counter::web_socket())));
        }
    }

    /// The client says no more.
    pub(super) fn client_ended(&mut self) {
        self.miss_rest(|_| true);
    }

    fn hit(
        &self,
        place: usize,
        fault: &Fault,
        known: &Known,
        begun: &Begun,
    ) -> Result<Hit, Misfit> {
        let Action::Break(make) = fault.kind().action else {
            return Err(Misfit::new("a live server answers when it likes"));
        };
        let seed = self.link.faults.set().seed();
        let broken = make(fault.args(), &mut fault.random(self.number, self.about.attempt, seed));
        let stops = broken.steps.contains(&Step::StopReading);
        if stops && broken.end.is_none() && begun.voice != Voice::Bytes {
            let why = "over HTTP/2, a live server opens its windows when it likes: leave out `for`";
            return Err(Misfit::new(why));
        }
        let point = known.sought(fault.point().unwrap_or(&Point::AfterHeaders))?;
        let after_switch =
            matches!(point, Point::Message(_)) && known.messages == Messages::AfterSwitch;
        let mut finder = Finder::new(point, begun.voice);
        finder.skip(begun.before, begun.reads);
        if known.messages == Messages::Grpc {
            finder.count(Some(Items::asked(Counter::grpc())));
        }
        Ok(Hit { place, finder, after_switch, broken })
    }

    fn miss_rest(&mut self, which: impl Fn(&Hit) -> bool) {
        let bytes = self.hits.first().map_or(0, |hit| hit.finder.wire());
        let why = format!("the request ended after {bytes} bytes, before the point came");
        self.miss(&why, which);
    }

    /// The points of these do not come.
    fn miss(&mut self, why: &str, which: impl Fn(&Hit) -> bool) {
        let (missed, rest): (Vec<_>, _) =
            std::mem::take(&mut self.hits).into_iter().partition(which);
        self.hits = rest;
        for hit in &missed {
            self.pass(hit.place, why);
        }
    }

    fn pass(&self, place: usize, why: &str) {
        self.link.faults.tell(place, &self.about, Outcome::Passed { why: why.to_owned() });
    }
}

impl Reached {
    /// It ends the request.
    pub(super) const fn ends(&self) -> bool {
        self.broken.end.is_some()
    }
}

/// What a client gets where its request is broken. On a stream, who takes no more of it opens its window no further: nothing is to be done.
pub(super) fn steps(broken: &Break, voice: Voice) -> Vec<Step> {
    let mut steps = broken.steps.clone();
    steps.retain(|step| voice == Voice::Bytes || *step != Step::StopReading);
    if let Some(end) = broken.end {
        steps.extend(voice.end(end, broken.connection));
    }
    steps
}
