//! A status line without its phrase.

use crate::fault::{Action, Answer, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "no-reason",
    family: Family::Http,
    meaning: "Ends the status line right after the status: no phrase, and not the blank that RFC 9112 demands before it. Needs HTTP/1.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(no_reason),
};

fn no_reason(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.need_http1()?;
    let mut answer = Answer::of(scene)?;
    let words = answer.head.start().splitn(3, |byte| *byte == b' ').take(2);
    let line = words.collect::<Vec<_>>().join(&b' ');
    answer.head.set_start(line);
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, played};

    #[test]
    fn the_status_line_ends_with_the_status() {
        let told = "HTTP/1.1 200~Transfer-Encoding: chunked~~3~abc~2~de~0~~";
        assert_eq!(played("no-reason", &chunked()), told);
    }
}
