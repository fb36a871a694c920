//! A script into the exchange that it gives: the inverse of compiling, for scripts that were edited.

use crate::model::{Chunk, Direction, Exchange, Script, Step, Timestamp, Until};

/// What is recorded of a server that plays `script` to the client of `exchange`, and the script as it is kept beside
/// that: see [`Staging::script`](crate::model::Staging::script). None if neither side says anything.
///
/// The client's part stays as it is, all of it: a replay compares with it what a client says. Times are those of the
/// script where it has any, and else those of the exchange.
pub fn enact(exchange: &Exchange, script: Script) -> Option<(Exchange, Vec<Step<u64>>)> {
    let mut enactor = Enactor {
        recorded: exchange.chunks.as_slice(),
        at: exchange.started(),
        chunks: Vec::with_capacity(exchange.chunks.len()),
    };
    let mut steps = Vec::with_capacity(script.steps.len());
    for step in script.steps {
        enactor.act(&step);
        let step = step.map_send(|bytes| bytes.len() as u64);
        steps.extend(Some(step).filter(|step| *step != Step::Send(0)));
    }
    enactor.hear_all();
    let chunks = enactor.chunks;
    (!chunks.is_empty()).then(|| (Exchange { chunks, ..*exchange }, steps))
}

struct Enactor<'a> {
    /// What is not heard yet, and what the recorded server said in between.
    recorded: &'a [Chunk],
    /// When anything happened last.
    at: Timestamp,
    chunks: Vec<Chunk>,
}

impl Enactor<'_> {
    fn act(&mut self, step: &Step) {
        match step {
            Step::Receive(Until::ClientClose) => self.hear_all(),
            Step::Receive(_) => self.hear_turn(),
            Step::Wait(time) | Step::Delay(time) | Step::Stall(Some(time)) => {
                self.at = self.at.later(*time);
            }
            Step::Send(bytes) if !bytes.is_empty() => {
                let (direction, bytes) = (Direction::ToClient, bytes.clone());
                self.chunks.push(Chunk { direction, at: self.at, bytes });
            }
            _ => {}
        }
    }

    /// What the client said before the recorded server went on.
    fn hear_turn(&mut self) {
        let mut heard = false;
        while let Some((chunk, rest)) = self.recorded.split_first() {
            match chunk.direction {
                Direction::ToClient if heard => return,
                Direction::ToClient => {}
                Direction::ToServer => {
                    self.hear(chunk);
                    heard = true;
                }
            }
            self.recorded = rest;
        }
    }

    fn hear_all(&mut self) {
        let left = std::mem::take(&mut self.recorded);
        left.iter().filter(|it| it.direction == Direction::ToServer).for_each(|it| self.hear(it));
    }

    fn hear(&mut self, chunk: &Chunk) {
        self.at = self.at.max(chunk.at);
        self.chunks.push(Chunk { at: self.at, ..chunk.clone() });
    }
}
