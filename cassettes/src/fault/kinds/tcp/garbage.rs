//! Bytes that mean nothing.

use bytes::Bytes;

use crate::fault::{Args, Param, ParamType, Random};

/// Most that is made: enough to fill any buffer, and not memory.
const MAX_BYTES: u64 = 1 << 20;

/// How many.
pub(super) const COUNT: Param = Param::place("count", ParamType::Size(MAX_BYTES), "how many");

/// As many as the parameter says, drawn from the seed.
pub(super) fn garbage(args: &Args, random: &mut Random) -> Bytes {
    let count = args.bytes("count").unwrap_or(1);
    random.bytes(usize::try_from(count).unwrap_or(0)).into()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::fault::{Fault, Scene};
    use crate::model::Script;

    /// What a fault makes of a scene, with its own seed.
    pub(in crate::fault::kinds::tcp) fn seeded(fault: &str, scene: Scene<'_>) -> Script {
        let fault: Fault = fault.parse().unwrap();
        let random = fault.random(1, 1, 7);
        fault.apply(Scene { random, ..scene }).unwrap()
    }
}
