//! What a section says of the interfaces that were captured.

use pcap_parser::{InterfaceDescriptionBlock, OptionCode};

use super::options;
use crate::capture::fields::ByteOrder;
use crate::capture::{LinkType, UnixNanos};

/// An interface that was captured.
#[derive(Debug)]
pub(super) struct Interface {
    pub(super) link: LinkType,
    /// How much of each packet was kept at most; 0: all.
    pub(super) snaplen: u32,
    unit: Unit,
    /// What is to be added to its times, in seconds.
    offset: i64,
}

/// What a clock counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// So many nanoseconds.
    Nanos(u32),
    /// So many parts of a nanosecond.
    NanoParts(u128),
    /// A second divided by two, so many times.
    Halves(u8),
    /// Too small for anything that is counted by it to be more than 0.
    Nothing,
}

impl Interface {
    pub(super) fn new(block: &InterfaceDescriptionBlock<'_>, order: ByteOrder) -> Self {
        let value = |code| options(&block.options).find(|it| it.code == code)?.as_bytes().ok();
        let resolution = value(OptionCode::IfTsresol).and_then(|it| it.first().copied());
        let offset = value(OptionCode::IfTsoffset).and_then(|it| order.i64(it, 0));
        Self {
            // 16 bits in the file.
            link: LinkType(u16::try_from(block.linktype.0).unwrap_or(u16::MAX)),
            snaplen: block.snaplen,
            unit: resolution.map_or(Unit::Nanos(1000), Unit::of),
            offset: offset.unwrap_or_default(),
        }
    }

    pub(super) fn time(&self, ticks: u64) -> UnixNanos {
        if ticks == 0 {
            return UnixNanos::UNKNOWN;
        }
        let nanos = self.unit.nanos(ticks).min(i128::MAX.unsigned_abs()).cast_signed();
        let nanos = nanos.saturating_add(i128::from(self.offset) * 1_000_000_000);
        UnixNanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
    }
}

impl Unit {
    /// As `if_tsresol` says: a negative power of ten, or of two if its highest bit is set.
    fn of(resolution: u8) -> Self {
        let exponent = resolution & 0x7f;
        match (resolution >> 7, exponent.checked_sub(9)) {
            (1, _) => Self::Halves(exponent),
            (_, None | Some(0)) => Self::Nanos(10_u32.pow(u32::from(9 - exponent))),
            (_, Some(digits)) => {
                10_u128.checked_pow(digits.into()).map_or(Self::Nothing, Self::NanoParts)
            }
        }
    }

    fn nanos(self, ticks: u64) -> u128 {
        let ticks = u128::from(ticks);
        match self {
            Self::Nanos(nanos) => ticks * u128::from(nanos),
            Self::NanoParts(parts) => ticks / parts.max(1),
            Self::Halves(halves) => (ticks * 1_000_000_000) >> halves,
            Self::Nothing => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(resolution: u8, ticks: u64) -> u128 {
        Unit::of(resolution).nanos(ticks)
    }

    #[test]
    fn clocks_count_by_powers_of_ten_and_of_two() {
        assert_eq!(nanos(0, 3), 3_000_000_000);
        assert_eq!(nanos(6, 1_500_000), 1_500_000_000);
        assert_eq!(nanos(9, 7), 7);
        assert_eq!(nanos(12, 7_999), 7);
        assert_eq!(nanos(0x80, 2), 2_000_000_000);
        assert_eq!(nanos(0x80 | 32, 1 << 31), 500_000_000);
        assert_eq!(nanos(0x80 | 63, u64::MAX), 1_999_999_999);
    }

    #[test]
    fn no_resolution_is_too_fine_and_no_count_too_high() {
        for resolution in 0..=u8::MAX {
            assert!(nanos(resolution, u64::MAX) <= u128::from(u64::MAX) * 1_000_000_000);
        }
        assert_eq!(nanos(127, u64::MAX), 0);
    }

    #[test]
    fn an_offset_moves_times_and_never_wraps() {
        let interface = |offset| Interface {
            link: LinkType::ETHERNET,
            snaplen: 0,
            unit: Unit::Nanos(1_000_000_000),
            offset,
        };
        assert_eq!(interface(-5).time(8), UnixNanos(3_000_000_000));
        assert_eq!(interface(i64::MIN).time(8), UnixNanos(0));
        assert_eq!(interface(i64::MAX).time(u64::MAX), UnixNanos(u64::MAX));
        assert_eq!(interface(8).time(0), UnixNanos::UNKNOWN);
    }
}
