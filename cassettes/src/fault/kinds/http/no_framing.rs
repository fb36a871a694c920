//! A body that only the connection's end ends.

use crate::fault::{Action, Answer, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::http1::Framing;

pub(super) const KIND: Kind = Kind {
    name: "no-framing",
    family: Family::Http,
    meaning: "Sends the body without `Content-Length` and chunks, then FIN: only the connection's end ends it, as RFC 9112 allows. Needs HTTP/1.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: false,
    samples: &[""],
    action: Action::Edit(no_framing),
};

fn no_framing(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.need_http1()?;
    let mut answer = Answer::of(scene)?;
    answer.need_body()?;
    if answer.framing == Framing::UntilClose {
        return Err(Misfit::new("it needs a body with a framing, and this one has none"));
    }
    answer.head.remove("content-length");
    answer.head.remove("transfer-encoding");
    answer.framing = Framing::UntilClose;
    answer.end_connection(Step::Close);
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, http2, plain, played, until_close};

    #[test]
    fn the_body_ends_with_the_connection() {
        assert_eq!(played("no-framing", &plain()), "HTTP/1.1 200 OK~X: y~~0123456789<Close>");
        assert_eq!(played("no-framing", &chunked()), "HTTP/1.1 200 OK~~abcde<Close>");
        assert!(played("no-framing", &until_close()).starts_with("no: it needs a body with"));
        assert_eq!(played("no-framing", &http2("{}")), "no: it needs HTTP/1");
    }
}
