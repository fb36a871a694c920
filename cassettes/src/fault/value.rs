//! Quantities as they are typed: bytes, times, rates.

use std::time::Duration;

/// Units of bytes, largest first.
const BYTE_UNITS: &[(&str, u64)] = &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

/// Longest time that a fault may take. What is to last longer is for ever.
const MAX_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// `812`, `4KiB`, `1MiB`.
pub(super) fn read_bytes(text: &str) -> Option<u64> {
    for (unit, size) in BYTE_UNITS {
        if let Some(number) = text.strip_suffix(unit) {
            return number.parse::<u64>().ok()?.checked_mul(*size);
        }
    }
    text.strip_suffix('B').unwrap_or(text).parse().ok()
}

/// In the largest unit that fits exactly.
pub(super) fn write_bytes(bytes: u64) -> String {
    let fits = |(_, size): &&(&str, u64)| bytes > 0 && bytes.is_multiple_of(*size);
    match BYTE_UNITS.iter().find(fits) {
        Some((unit, size)) => format!("{}{unit}", bytes / size),
        None => bytes.to_string(),
    }
}

/// `250us`, `250ms`, `2s`, `5m`.
pub(super) fn read_time(text: &str) -> Option<Duration> {
    let digits = text.find(|byte: char| !byte.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let number = number.parse::<u64>().ok()?;
    let time = match unit {
        "us" => Duration::from_micros(number),
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.checked_mul(60)?),
        _ => return None,
    };
    (time <= MAX_TIME).then_some(time)
}

/// In the largest unit that fits exactly.
pub(super) fn write_time(time: Duration) -> String {
    let micros = time.as_micros();
    match micros {
        _ if !micros.is_multiple_of(1000) => format!("{micros}us"),
        _ if !micros.is_multiple_of(1_000_000) => format!("{}ms", micros / 1000),
        _ if micros > 0 && micros.is_multiple_of(60_000_000) => format!("{}m", micros / 60_000_000),
        _ => format!("{}s", micros / 1_000_000),
    }
}

/// `10KiB/s`.
pub(super) fn read_rate(text: &str) -> Option<u64> {
    read_bytes(text.strip_suffix("/s")?).filter(|rate| *rate > 0)
}
