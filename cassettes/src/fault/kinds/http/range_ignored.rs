//! A part that says it is the whole.

use crate::fault::{Action, Answer, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;
use crate::text::status::reason;

pub(super) const KIND: Kind = Kind {
    name: "range-ignored",
    family: Family::Http,
    meaning: "Answers 200 in place of 206, without `Content-Range`: the client asked for a part, and is to take what comes for the whole. The body stays \
              the recorded part.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(range_ignored),
};

fn range_ignored(
    scene: &mut Scene<'_>,
    _args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    if answer.head.status() != 206 {
        return Err(Misfit::new("it needs an answer 206"));
    }
    answer.head.set_status(200, reason(200));
    answer.head.remove("content-range");
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{plain, played, ranged};

    #[test]
    fn a_part_comes_as_the_whole() {
        assert_eq!(played("range-ignored", &ranged()), "HTTP/1.1 200 OK~Content-Length: 5~~fghij");
        assert_eq!(played("range-ignored", &plain()), "no: it needs an answer 206");
    }
}
