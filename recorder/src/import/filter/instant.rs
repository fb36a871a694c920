//! Points in time, as people write them.

use crate::capture::UnixNanos;

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instant {
    At(UnixNanos),
    /// Nanoseconds after the capture's first packet.
    FromStart(u64),
}

const NANOS: u64 = 1_000_000_000;
const DAY: i64 = 86_400;

impl Instant {
    /// Reads `+1.5`, `1764000000.25`, `2026-11-21` or `2026-11-21T08:00:00.5+01:00` (RFC 3339).
    pub(super) fn read(text: &str) -> Option<Self> {
        if let Some(seconds) = text.strip_prefix('+') {
            return nanos(seconds).map(Self::FromStart);
        }
        let at = if text.contains('-') { date_time(text) } else { nanos(text) };
        at.map(|at| Self::At(UnixNanos(at)))
    }

    /// In a capture that began at `start`.
    pub(super) const fn from(self, start: UnixNanos) -> UnixNanos {
        match self {
            Self::At(at) => at,
            Self::FromStart(nanos) => UnixNanos(start.0.saturating_add(nanos)),
        }
    }
}

/// Seconds, with up to nine decimals.
fn nanos(text: &str) -> Option<u64> {
    let (seconds, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(seconds) || !digits(decimals) || decimals.len() > 9 {
        return None;
    }
    let nanos: u64 = format!("{decimals:0<9}").parse().ok()?;
    seconds.parse::<u64>().ok()?.checked_mul(NANOS)?.checked_add(nanos)
}

fn date_time(text: &str) -> Option<u64> {
    let (date, time) = text.split_once(['T', 't']).unwrap_or((text, "00:00:00Z"));
    let (clock, offset) = split_offset(time)?;
    let (minutes, seconds) = clock.rsplit_once(':')?;
    let (hour, minute) = minutes.split_once(':')?;
    let (hour, minute) = (number(hour, 2, 23)?, number(minute, 2, 59)?);
    let seconds = nanos(seconds).filter(|nanos| *nanos < 61 * NANOS)?;
    let since_midnight = (hour * 60 + minute) * 60 - offset;
    let whole = u64::try_from(days(date)? * DAY + since_midnight).ok()?;
    whole.checked_mul(NANOS)?.checked_add(seconds)
}

/// The time of day, and how many seconds it is ahead of UTC.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let at = time.rfind(['+', '-'])?;
    let (clock, offset) = time.split_at_checked(at)?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    Some((clock, sign * (number(hours, 2, 23)? * 60 + number(minutes, 2, 59)?) * 60))
}

/// Days from 1970-01-01, by the rule of Gregory: years begin in March, so that a leap day ends one.
fn days(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let year = number(parts.next()?, 4, 9999)?;
    let (month, day) = (number(parts.next()?, 2, 12)?, number(parts.next()?, 2, 31)?);
    if month == 0 || day == 0 || parts.next().is_some() {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_years = year * 365 + year / 4 - year / 100 + year / 400;
    let of_months = (153 * month + 2) / 5;
    Some(of_years + of_months + day - 1 - DAYS_BEFORE_1970)
}

/// From 0000-03-01 to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 719_468;

fn number(text: &str, digits: usize, most: i64) -> Option<i64> {
    let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| fits && *number <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_every_way_it_is_written() {
        let at = |seconds: u64, nanos: u64| Some(Instant::At(UnixNanos(seconds * NANOS + nanos)));
        assert_eq!(Instant::read("1970-01-01"), at(0, 0));
        assert_eq!(Instant::read("2000-02-29"), at(951_782_400, 0));
        assert_eq!(Instant::read("2026-11-21T08:42:15Z"), at(1_795_250_535, 0));
        assert_eq!(Instant::read("2026-11-21t09:42:15.5+01:00"), at(1_795_250_535, NANOS / 2));
        assert_eq!(Instant::read("2026-11-21T03:12:15-05:30"), at(1_795_250_535, 0));
        assert_eq!(Instant::read("1795250535.000000001"), at(1_795_250_535, 1));
        assert_eq!(Instant::read("+1.25"), Some(Instant::FromStart(1_250_000_000)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let wrong = [
            "",
            "+",
            "now",
            "1.",
            ".5",
            "1.0000000001",
            "2026-13-01",
            "2026-11-00",
            "2026-1-1",
            "2026-11-21T08:00",
            "2026-11-21T08:00:00",
            "2026-11-21T24:00:00Z",
            "1969-12-31",
            "2026-11-21T08:00:00+25:00",
            "99999999999999999999",
            "2026-11-21-1",
        ];
        for text in wrong {
            assert_eq!(Instant::read(text), None, "{text}");
        }
    }
}
