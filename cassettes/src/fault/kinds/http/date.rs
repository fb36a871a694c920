//! Dates as HTTP writes them: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The first is that of 1 January 1970.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Seconds since 1970; none: not in that form.
pub(super) fn read(text: &str) -> Option<i64> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let [_, day, month, year, time, "GMT"] = words[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)?;
    let mut time = time.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (time.next()??, time.next()??, time.next()??);
    let year = year.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let days = days_before(year, month) + day.parse::<i64>().ok()? - 1;
    Some(days * DAY_SECONDS + hours * 3600 + minutes * 60 + seconds)
}

/// The date so many seconds after 1970; never before it.
pub(super) fn write(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (days, time) = (seconds / DAY_SECONDS, seconds % DAY_SECONDS);
    let mut year = 1970 + days / 366;
    while days_before(year + 1, 0) <= days {
        year += 1;
    }
    let month = (0..12).rev().find(|month| days_before(year, *month) <= days).unwrap_or(0);
    let day = days - days_before(year, month) + 1;
    let weekday =
        usize::try_from(days % 7).ok().and_then(|day| WEEKDAYS.get(day)).unwrap_or(&"Thu");
    let month = MONTHS.get(month).unwrap_or(&"Jan");
    let (hours, minutes, seconds) = (time / 3600, time / 60 % 60, time % 60);
    format!("{weekday}, {day:02} {month} {year} {hours:02}:{minutes:02}:{seconds:02} GMT")
}

/// Days from 1970 to the first of this month, counted from 0.
fn days_before(year: i64, month: usize) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap_days = |year: i64| year / 4 - year / 100 + year / 400;
    let is_leap = leap_days(year) > leap_days(year - 1);
    let in_year = BEFORE.get(month).copied().unwrap_or(0) + i64::from(is_leap && month > 1);
    (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969) + in_year
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    #[test]
    fn a_date_is_written_as_it_is_read() {
        for (date, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Fri, 31 Dec 2100 23:59:59 GMT", 4_133_980_799),
        ] {
            assert_eq!(read(date), Some(seconds), "{date}");
            assert_eq!(write(seconds), date);
        }
        assert_eq!(read("0"), None);
    }
}
