//! A body, and nothing else.

use bytes::Bytes;

use crate::fault::{Action, Answer, Args, Family, Item, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::wire::http1::Framing;

pub(super) const KIND: Kind = Kind {
    name: "http-0.9",
    family: Family::Http,
    meaning: "Answers as HTTP/0.9: the body without any head or framing, then FIN. Needs HTTP/1.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(headless),
};

fn headless(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.need_http1()?;
    let mut answer = Answer::of(scene)?;
    answer.need_body()?;
    for name in ["content-length", "transfer-encoding"] {
        answer.head.remove(name);
    }
    answer.framing = Framing::UntilClose;
    answer.end_connection(Step::Close);
    let scene = scene.with_script(answer.into_script(scene));
    let (range, _) = super::wire_head(&scene)?;
    scene.replace(Item::Wire(range), Bytes::new())
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, chunked, exchange, plain, played, until_close};

    #[test]
    fn the_body_comes_bare_and_ends_with_the_connection() {
        assert_eq!(played("http-0.9", &plain()), "0123456789<Close>");
        assert_eq!(played("http-0.9", &chunked()), "abcde<Close>");
        assert_eq!(played("http-0.9", &until_close()), "abcde<Close>");
        let empty = exchange(GET, &["HTTP/1.1 204 No Content\r\n\r\n"]);
        assert!(played("http-0.9", &empty).starts_with("no: it needs an answer with a body"));
    }
}
