//! Garbage before the answer.

use crate::fault::{Action, Args, Break, Family, Kind, PointUse, Random};

use super::garbage::{COUNT, garbage};

pub(super) const KIND: Kind = Kind {
    name: "garbage-first",
    family: Family::Tcp,
    meaning: "Sends so many random bytes, the same for a seed, and then the answer. Over HTTP/2: as DATA before the stream's head.",
    standard: true,
    params: &[COUNT],
    point: PointUse::None,
    breaks: true,
    samples: &["16"],
    action: Action::Break(garbage_first),
};

fn garbage_first(args: &Args, random: &mut Random) -> Break {
    Break { insert: garbage(args, random), ..Break::default() }
}

#[cfg(test)]
mod tests {
    use super::super::garbage::tests::seeded;
    use crate::fault::playbook::{plain, scene, sent};

    #[test]
    fn garbage_differs_between_seeds_and_not_for_one() {
        let exchange = plain();
        let said = |seed: u64| {
            let script = seeded(&format!("garbage-first 16 seed={seed}"), scene(&exchange));
            script.sends().flatten().copied().collect::<Vec<u8>>()
        };
        assert_eq!(said(1), said(1));
        assert_ne!(said(1), said(2));
        assert_eq!(said(1)[16..], sent("latency 1s", &exchange));
    }
}
