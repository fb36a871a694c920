//! Bits that fell over.

use std::collections::BTreeSet;

use crate::fault::{
    Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Random, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "flip",
    family: Family::Tcp,
    meaning: "Turns bits over, drawn from the seed, in the thing that the point names (`at message 2`, `at header 1`), or in the byte after it. All lengths stay.",
    standard: true,
    params: &[Param::place("bits", ParamType::Number(1, 1024), "how many; default: 1").optional()],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Edit(flip),
};

fn flip(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let span = scene.span(at.unwrap_or(&Point::Byte(0)), None)?;
    let mut bytes = scene.bytes_of(&span).to_vec();
    let bits = bytes.len() as u64 * 8;
    let wanted = args.number("bits").and_then(|count| u64::try_from(count).ok()).unwrap_or(1);
    for bit in distinct(wanted.min(bits), bits, &mut scene.random) {
        let place = usize::try_from(bit / 8).ok().and_then(|place| bytes.get_mut(place));
        if let Some(byte) = place {
            *byte ^= 1 << (bit % 8);
        }
    }
    scene.replace_span(span, bytes.into())
}

/// So many different numbers below a bound, which is not smaller (Floyd 1987).
fn distinct(count: u64, below: u64, random: &mut Random) -> BTreeSet<u64> {
    let mut chosen = BTreeSet::new();
    for last in below - count..below {
        let drawn = random.below(last + 1);
        chosen.insert(if chosen.contains(&drawn) { last } else { drawn });
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::super::garbage::tests::seeded;
    use crate::fault::playbook::{plain, played, scene};

    fn differing_bits(fault: &str) -> Vec<usize> {
        let exchange = plain();
        let (before, after) = (scene(&exchange).sends(), seeded(fault, scene(&exchange)));
        let after: Vec<u8> = after.sends().flatten().copied().collect();
        assert_eq!(before.len(), after.len());
        let bits = before.iter().zip(&after).map(|(one, other)| (one ^ other).count_ones());
        let differing = bits.enumerate().filter(|(_, bits)| *bits > 0);
        differing.flat_map(|(at, bits)| vec![at; bits as usize]).collect()
    }

    #[test]
    fn so_many_bits_of_a_byte_or_a_thing_are_others() {
        assert_eq!(differing_bits("flip at byte 3"), [3]);
        assert_eq!(differing_bits("flip 8 at byte 3"), [3; 8]);
        assert_eq!(differing_bits("flip 9 at byte 3"), [3; 8]);
        let header = differing_bits("flip 20 at header 2");
        assert_eq!(header.len(), 20);
        assert!(header.iter().all(|at| (37..43).contains(at)), "{header:?}");
        assert_ne!(header, differing_bits("flip 20 at header 2 seed=9"));
        assert_eq!(played("flip at end", &plain()), "no: nothing is sent after that");
    }
}
