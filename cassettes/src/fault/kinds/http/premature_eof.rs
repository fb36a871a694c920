//! A body that ends before its framing says so.

use crate::fault::{Action, Answer, Args, End, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "premature-eof",
    family: Family::Http,
    meaning: "Sends the answer, framing and all, as far as the point in its body, then FIN (in TLS after `close_notify`). Over HTTP/2 the stream \
              ends there with `END_STREAM`.",
    standard: true,
    params: &[],
    point: PointUse::Default(Point::BodyPercent(50.0)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(premature_eof),
};

fn premature_eof(
    scene: &mut Scene<'_>,
    _args: &Args,
    at: Option<&Point>,
) -> Result<Script, Misfit> {
    Answer::of(scene)?.need_body()?;
    let (mut steps, _) = scene.cut(at.unwrap_or(&Point::BodyPercent(50.0)))?;
    steps.extend(scene.ending(End::Close, false, &steps));
    Ok(Script { steps })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, chunked, exchange, http2, plain, played};

    #[test]
    fn the_body_ends_in_its_middle_and_the_framing_stays() {
        assert_eq!(
            played("premature-eof", &plain()),
            "HTTP/1.1 200 OK~Content-Length: 10~X: y~~01234<Close>"
        );
        assert_eq!(
            played("premature-eof at body 4", &chunked()),
            "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~3~abc~2~d<Close>"
        );
        let told = "[:status=200 content-type=application/json][{\"a][ END]";
        assert_eq!(played("premature-eof at body 3", &http2("{\"a\":1}")), told);
        let empty = exchange("GET / HTTP/1.1\r\n\r\n", &["HTTP/1.1 204 No Content\r\n\r\n"]);
        assert!(played("premature-eof", &empty).starts_with("no: it needs an answer with a body"));
        assert!(played("premature-eof", &answering("")).starts_with("no: it needs"));
    }
}
