//! An answer at once.

use bytes::Bytes;

use crate::fault::{Action, Args, Family, Kind, PointUse, Random, Shaper};
use crate::model::Step;

pub(super) const KIND: Kind = Kind {
    name: "coalesce",
    family: Family::Tcp,
    meaning: "Sends in one write what the server had sent in several, as far as it did not wait for the client in between: gaps between them are left out.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: false,
    samples: &[""],
    action: Action::Shape(make),
};

fn make(_args: &Args, _random: Random) -> Box<dyn Shaper> {
    Box::new(Coalesce::default())
}

/// Most bytes that are joined: no system takes more in one write.
const MAX_BYTES: usize = 16 * 1024 * 1024;

#[derive(Debug, Default)]
struct Coalesce {
    held: Vec<Bytes>,
    bytes: usize,
    /// Gaps after what is held.
    gaps: Vec<Step>,
}

impl Coalesce {
    fn let_go(&mut self, out: &mut Vec<Step>) {
        let held = std::mem::take(&mut self.held);
        self.bytes = 0;
        if !held.is_empty() {
            out.push(Step::Send(held.concat().into()));
        }
        out.append(&mut self.gaps);
    }
}

impl Shaper for Coalesce {
    fn step(&mut self, step: Step, out: &mut Vec<Step>) {
        match step {
            Step::Send(bytes) => {
                self.gaps.clear();
                self.bytes += bytes.len();
                self.held.push(bytes);
                if self.bytes >= MAX_BYTES {
                    self.let_go(out);
                }
            }
            Step::Wait(_) | Step::Delay(_) | Step::Flush if !self.held.is_empty() => {
                self.gaps.push(step);
            }
            other => {
                self.let_go(out);
                out.push(other);
            }
        }
    }

    fn end(&mut self, out: &mut Vec<Step>) {
        self.let_go(out);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fault::Fault;
    use crate::fault::playbook::{plain, scene};
    use crate::model::{Direction, Until};

    #[test]
    fn gaps_inside_an_answer_are_left_out_and_those_around_it_stay() {
        let exchange = plain();
        let mut scene = scene(&exchange);
        let gap = |seconds| Step::Delay(Duration::from_secs(seconds));
        for at in [1, 3, 5] {
            scene.script.steps.insert(at, gap(1));
        }
        scene.script.steps.extend([Step::Flush, gap(2), Step::Close]);
        let steps = "coalesce".parse::<Fault>().unwrap().apply(scene).unwrap().steps;
        let heard = Step::Receive(Until::RequestEnd);
        let said = Step::Send(exchange.bytes(Direction::ToClient));
        assert_eq!(steps, [heard, gap(1), said, Step::Flush, gap(2), Step::Close]);
    }
}
