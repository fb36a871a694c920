//! Chance that is the same each time: drawn from a seed and what it is for.

use std::time::Duration;

/// Numbers drawn from a seed: `SplitMix64` (Steele, Lea, Flood 2014), small and good enough for garbage and jitter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Random {
    state: u64,
}

impl Random {
    /// Of a seed, for one exchange and attempt: each gets numbers of its own.
    pub const fn new(seed: u64, exchange: u64, attempt: u32) -> Self {
        let mut random = Self { state: seed };
        random.state ^= exchange.wrapping_mul(0xa076_1d64_78bd_642f);
        random.state ^= (attempt as u64).wrapping_mul(0xe703_7ed1_a0b4_28db);
        random
    }

    /// Any number.
    pub const fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, and without, 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Around 0, with a standard deviation of 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        // Without 0, of which there is no logarithm.
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// From 0 up to, and without, `bound`; 0 if that is 0.
    pub const fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.number() % bound }
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        std::iter::repeat_with(|| self.number().to_le_bytes()).flatten().take(count).collect()
    }

    /// Between two times.
    pub fn time(&mut self, least: Duration, most: Duration) -> Duration {
        let span = most.saturating_sub(least);
        least.saturating_add(span.mul_f64(self.unit()))
    }
}
