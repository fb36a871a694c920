//! A connection that is not kept alive.

use crate::fault::{Action, Answer, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "connection-close",
    family: Family::Http,
    meaning: "Says `Connection: close`, and after the whole answer sends FIN. Needs HTTP/1.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: false,
    samples: &[""],
    action: Action::Edit(connection_close),
};

fn connection_close(
    scene: &mut Scene<'_>,
    _args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    scene.need_http1()?;
    if scene.switches() {
        return Err(Misfit::new("it needs an answer that does not switch protocols"));
    }
    let mut answer = Answer::of(scene)?;
    answer.head.set("Connection", b"close");
    answer.end_connection(Step::Close);
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, http2, plain, played};

    #[test]
    fn the_whole_answer_comes_and_then_fin() {
        assert_eq!(
            played("connection-close", &plain()),
            "HTTP/1.1 200 OK~Content-Length: 10~X: y~Connection: close~~0123456789<Close>"
        );
        let told =
            "HTTP/1.1 200 OK~Transfer-Encoding: chunked~Connection: close~~3~abc~2~de~0~~<Close>";
        assert_eq!(played("connection-close", &chunked()), told);
        assert_eq!(played("connection-close", &http2("{}")), "no: it needs HTTP/1");
    }
}
