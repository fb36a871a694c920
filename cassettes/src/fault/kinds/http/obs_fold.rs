//! A header value over two lines.

use bytes::Bytes;

use crate::fault::{
    Action, Answer, Args, Family, HeadLine, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "obs-fold",
    family: Family::Http,
    meaning: "Writes a header's value on a line of its own that begins with a blank, as RFC 9112 has forbidden. Needs HTTP/1.",
    standard: false,
    params: &[Param::place("header", ParamType::Text, "its name; default: the last one").optional()],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(obs_fold),
};

fn obs_fold(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.need_http1()?;
    let mut answer = Answer::of(scene)?;
    let place = super::header_or_last(&answer, args)?;
    if let Some(line) = answer.head.lines.get_mut(place) {
        let folded = [&line.name[..], b":\r\n ", &line.value, b"\r\n"].concat();
        *line = HeadLine::of_line(&Bytes::from(folded));
    }
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{plain, played};

    #[test]
    fn the_value_stands_on_a_line_of_its_own() {
        assert_eq!(
            played("obs-fold", &plain()),
            "HTTP/1.1 200 OK~Content-Length: 10~X:~ y~~0123456789"
        );
        assert!(played("obs-fold content-length", &plain()).contains("~Content-Length:~ 10~X"));
    }
}
