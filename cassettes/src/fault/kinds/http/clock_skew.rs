//! A server whose clock is wrong.

use super::date;
use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "clock-skew",
    family: Family::Http,
    meaning: "Answers as a server whose clock is ahead by this time: `Date` and `Expires` are that much later, or earlier.",
    standard: false,
    params: &[
        Param::place("time", ParamType::Time, "by how much"),
        Param::flag("back", "the clock is behind"),
    ],
    point: PointUse::None,
    breaks: true,
    samples: &["60m", "60m back"],
    action: Action::Edit(clock_skew),
};

fn clock_skew(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    let seconds = args.time("time").unwrap_or_default().as_secs();
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let by = if args.has("back") { -seconds } else { seconds };
    let mut changed = 0;
    for name in ["Date", "Expires"] {
        let said =
            answer.head.get(name).and_then(|value| date::read(std::str::from_utf8(value).ok()?));
        if let Some(said) = said {
            answer.head.set(name, date::write(said.saturating_add(by)).as_bytes());
            changed += 1;
        }
    }
    match changed {
        0 => Err(Misfit::new("it needs an answer with `Date` or `Expires`")),
        _ => Ok(answer.into_script(scene)),
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, exchange, plain, played};

    #[test]
    fn what_its_clock_says_is_later_or_earlier() {
        let answer =
            "HTTP/1.1 204 No Content\r\nDate: Tue, 29 Feb 2028 23:59:59 GMT\r\nExpires: 0\r\n\r\n";
        let exchange = exchange(GET, &[answer]);
        let told = |date| format!("HTTP/1.1 204 No Content~Date: {date} GMT~Expires: 0~~");
        assert_eq!(played("clock-skew 1s", &exchange), told("Wed, 01 Mar 2028 00:00:00"));
        assert_eq!(played("clock-skew 1440m back", &exchange), told("Mon, 28 Feb 2028 23:59:59"));
        assert!(played("clock-skew 1s", &plain()).starts_with("no: it needs an answer with"));
    }
}
