//! Times as typed: `30s`, `250ms`, `5m`, `2h`.

use std::time::Duration;

const UNITS: [(&str, f64); 4] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

pub(super) fn read(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time above 0: write 250ms, 30s, 5m or 2h");
    // "ms" before "m" and "s": the longest unit that fits.
    let unit = UNITS.iter().find_map(|(unit, size)| Some((text.strip_suffix(unit)?, size)));
    let (number, size) = unit.ok_or_else(wrong)?;
    let seconds = number.parse::<f64>().ok().filter(|it| *it > 0.0).map(|it| it * size);
    seconds.and_then(|it| Duration::try_from_secs_f64(it).ok()).ok_or_else(wrong)
}

/// As it can be typed.
pub(super) fn typed(time: Duration) -> String {
    match time.as_millis() {
        whole if whole.is_multiple_of(1000) => format!("{}s", whole / 1000),
        parts => format!("{parts}ms"),
    }
}

/// For people: to the second where it is long.
pub(super) fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit() {
        assert_eq!(read("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(read("1.5m"), Ok(Duration::from_secs(90)));
        for wrong in ["", "5", "0s", "-1s", "xs", "1d", "1e400s"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_is_typed_as_it_is_read() {
        for time in [Duration::from_millis(250), Duration::from_secs(90)] {
            assert_eq!(read(&typed(time)), Ok(time));
        }
    }

    #[test]
    fn a_time_is_shown_as_people_say_it() {
        let shown_seconds = |seconds| shown(Duration::from_secs(seconds));
        assert_eq!(shown(Duration::from_millis(2500)), "2.5 s");
        assert_eq!(
            [shown_seconds(90), shown_seconds(7199), shown_seconds(7200)],
            ["90 s", "119 min", "2 h 0 min"]
        );
    }
}
