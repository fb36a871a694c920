//! Times and dates, exact to the nanosecond in both directions.

use super::error::{Place, Problem, TextError};
use super::tree::Node;

const SECOND: u64 = 1_000_000_000;
const UNITS: [(&str, u64); 4] = [("s", SECOND), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];
const DURATION: &str = "a number and a unit, as in `12.5ms` (s, ms, us, ns)";
const DATE: &str = "a UTC time, as in `2026-11-21T02:30:00.5Z`";

/// `12.5ms`: in the largest unit that is not over it, without rounding.
pub(super) fn show_duration(nanos: u64) -> String {
    let (unit, size) =
        UNITS.into_iter().find(|(_, size)| nanos >= *size).unwrap_or(("ms", 1_000_000));
    let width = size.ilog10() as usize;
    format!("{}{}{unit}", nanos / size, fraction(nanos % size, width))
}

/// A fraction of `width` digits with its point, without trailing zeros.
fn fraction(value: u64, width: usize) -> String {
    if value == 0 {
        return String::new();
    }
    format!(".{value:0width$}").trim_end_matches('0').to_owned()
}

/// The duration that stands in `node`.
pub(super) fn read_duration(node: &Node<'_>, what: &'static str) -> Result<u64, TextError> {
    duration(node.text(what, DURATION)?, what, node.place)
}

/// The duration that `text` says.
pub(super) fn duration(text: &str, what: &'static str, place: Place) -> Result<u64, TextError> {
    let invalid = || place.invalid(what, text, DURATION);
    let unit_at = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let size = match unit {
        "" if number == "0" => 1,
        "µs" | "μs" => 1_000,
        _ => UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(invalid)?.1,
    };
    let nanos = decimal(number, size).ok_or_else(invalid)?;
    u64::try_from(nanos).map_err(|_| place.error(Problem::TimeOverflow))
}

/// `number` times `size`, exactly; `None` if it is no decimal number, or finer than a nanosecond.
fn decimal(number: &str, size: u64) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| {
        (!text.is_empty() && text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<u128>().ok())?
    };
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part = digits(fraction)?.checked_mul(u128::from(size))?;
    (part % scale == 0).then_some(digits(whole)? * u128::from(size) + part / scale)
}

/// Nanoseconds since 1970 as a UTC time.
pub(super) fn show_date(unix_nanos: u64) -> String {
    let seconds = unix_nanos / SECOND;
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let fraction = fraction(unix_nanos % SECOND, 9);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// The date that stands in `node`, as nanoseconds since 1970.
pub(super) fn read_date(node: &Node<'_>, what: &'static str) -> Result<u64, TextError> {
    let text = node.text(what, DATE)?;
    let invalid = || node.place.invalid(what, text, DATE);
    let (date, time) = text.split_once('T').ok_or_else(invalid)?;
    let days = parts::<3>(date, '-').and_then(days_since_1970).ok_or_else(invalid)?;
    let clock = time.strip_suffix('Z').ok_or_else(invalid)?;
    let nanos = clock_nanos(clock).ok_or_else(invalid)?;
    let total = u128::from(days) * 86_400 * u128::from(SECOND) + nanos;
    u64::try_from(total).map_err(|_| node.place.error(Problem::TimeOverflow))
}

fn clock_nanos(clock: &str) -> Option<u128> {
    let (minutes, seconds) = clock.rsplit_once(':')?;
    let [hour, minute] = parts::<2>(minutes, ':')?;
    let nanos = decimal(seconds, SECOND)?;
    (hour < 24 && minute < 60 && nanos < 61 * u128::from(SECOND))
        .then(|| u128::from(hour * 60 + minute) * 60 * u128::from(SECOND) + nanos)
}

fn parts<const N: usize>(text: &str, separator: char) -> Option<[u64; N]> {
    let numbers: Option<Vec<u64>> =
        text.split(separator).map(|part| (part.len() <= 4).then(|| part.parse().ok())?).collect();
    numbers?.try_into().ok()
}

/// Days since 1970-01-01 to year, month and day; eras of 400 years that begin in March.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// The inverse of [`civil`]; `None` for a date that does not exist, or is before 1970.
fn days_since_1970([year, month, day]: [u64; 3]) -> Option<u64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let march_year = year - u64::from(month <= 2);
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let (era, year_of_era) = (march_year / 400, march_year % 400);
    let day_of_year = (153 * march_month + 2) / 5 + day.checked_sub(1)?;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = (era * 146_097 + day_of_era).checked_sub(719_468)?;
    (civil(days) == (year, month, day)).then_some(days)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::tree;

    fn date(text: &str) -> Option<u64> {
        read_date(&tree::parse(text).unwrap(), "a date").ok()
    }

    #[test]
    fn a_duration_is_shown_in_its_largest_unit() {
        let shown = [0, 1, 999, 1_000, 1_500_000, 12_345_678_901].map(show_duration);
        assert_eq!(shown, ["0ms", "1ns", "999ns", "1us", "1.5ms", "12.345678901s"]);
    }

    #[test]
    fn a_duration_without_unit_or_finer_than_a_nanosecond_is_refused() {
        for text in ["5", "", "ms", "1.ms", "0.1ns", "1.5.0ms", "-1ms", "1e3ms", "5 ms"] {
            assert!(duration(text, "a time", Place::default()).is_err(), "{text}");
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        assert_eq!(date("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(date("2024-02-29T00:00:01Z"), Some(1_709_164_801 * SECOND));
        for text in [
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-01-01",
            "2023-01-01T24:00:00Z",
            "2023-1-0T00:00:00Z",
            "2900-01-01T00:00:00Z",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(nanos: u64) {
            prop_assert_eq!(duration(&show_duration(nanos), "a time", Place::default()), Ok(nanos));
            prop_assert_eq!(date(&show_date(nanos)), Some(nanos));
        }
    }
}
