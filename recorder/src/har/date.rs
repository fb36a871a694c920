//! Dates with times, as HAR has them: ISO 8601, `2026-11-21T02:30:00.123Z` or with an offset from UTC.

const NANOS: u64 = 1_000_000_000;
const DAY: u64 = 86_400;

/// Nanoseconds since 1970; none for what is no date, or before that.
pub(super) fn read(text: &str) -> Option<u64> {
    let (date, time) = text.trim().split_once(['T', 't', ' '])?;
    let mut date = date.split('-').map(number);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    if date.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at_checked(zone_at)?;
    let (time, fraction) = time.split_once(['.', ',']).unwrap_or((time, ""));
    let mut clock = time.split(':').map(number);
    let (hour, minute) = (clock.next()??, clock.next()??);
    let second = clock.next().unwrap_or(Some(0))?;
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let local = days(year, month, day)? * DAY + hour * 3600 + minute * 60 + second;
    let seconds = local.checked_add_signed(-offset(zone)?)?;
    seconds.checked_mul(NANOS)?.checked_add(nanos(fraction)?)
}

/// The inverse, to the microsecond: finer times are not what readers expect.
pub(super) fn show(unix_nanos: u64) -> String {
    let seconds = unix_nanos / NANOS;
    let (year, month, day) = civil(seconds / DAY);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let micros = unix_nanos % NANOS / 1000;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

fn number(digits: &str) -> Option<u64> {
    let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

/// Digits after the point, as nanoseconds.
fn nanos(fraction: &str) -> Option<u64> {
    let digits: String = fraction.chars().take(9).collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<9}").parse().ok()
}

/// `+02:00`, `+0200` or `+02`, in seconds.
fn offset(zone: &str) -> Option<i64> {
    let sign = match zone.as_bytes().first() {
        None | Some(b'Z' | b'z') => return Some(0),
        Some(b'-') => -1,
        Some(_) => 1,
    };
    let digits: String = zone.chars().filter(char::is_ascii_digit).take(4).collect();
    let digits = format!("{digits:0<4}");
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
    Some(sign * minutes * 60)
}

/// Days from 1970 to a date of the Gregorian calendar. Years begin in March here, so that leap days come last.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = if month > 2 { year } else { year.checked_sub(1)? };
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let since_0 = year * 365 + year / 4 - year / 100 + year / 400 + in_year;
    since_0.checked_sub(EPOCH)
}

/// From 1 March of year 0 to 1970.
const EPOCH: u64 = 719_468;

/// The inverse of [`days`].
fn civil(days: u64) -> (u64, u64, u64) {
    const ERA: u64 = 146_097; // days in 400 years
    let days = days + EPOCH;
    let (era, day) = (days / ERA, days % ERA);
    let of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * of_era + of_era / 4 - of_era / 100);
    let march_month = (5 * day + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + of_era + u64::from(month <= 2);
    (year, month, day - (153 * march_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_read_as_every_browser_writes_them() {
        let noon = 1_795_262_400 * NANOS;
        let same = [
            "2026-11-21T12:00:00Z",
            "2026-11-21T12:00:00.000Z",
            "2026-11-21T13:30:00.000+01:30",
            "2026-11-21T05:00:00-0700",
            "2026-11-21 12:00:00",
        ];
        for text in same {
            assert_eq!(read(text), Some(noon), "{text}");
        }
        assert_eq!(read("2026-11-21T12:00:00.1234567899Z"), Some(noon + 123_456_789));
        assert_eq!(read("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(read("2024-02-29T00:00:00Z"), Some(1_709_164_800 * NANOS));
    }

    #[test]
    fn what_is_no_date_is_none() {
        let wrong = ["", "T", "2026-11-21", "1969-12-31T23:59:59Z", "2026-13-01T00:00:00Z", "x"];
        let more = ["2026-11-21T99:00:00Z", "2026-11-21T1x:00:00Z", "99999-01-01T00:00:00Z"];
        for text in wrong.iter().chain(&more) {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn dates_are_shown_as_they_are_read(micros in 0..7_000_000_000_000_000_u64) {
            prop_assert_eq!(read(&show(micros * 1000)), Some(micros * 1000));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "[-0-9TZ:.+ é]{0,32}") {
            let _ = read(&text);
        }
    }
}
