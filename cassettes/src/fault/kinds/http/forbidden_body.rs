//! A body where none may be.

use bytes::Bytes;

use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;
use crate::text::status::reason;

pub(super) const KIND: Kind = Kind {
    name: "forbidden-body",
    family: Family::Http,
    meaning: "Sends a body where none may be: with an answer to HEAD, or one that is 204 or 304, 16 bytes of text with their `Content-Length`; any other \
              answer becomes 204 or 304, its headers, framing and body as recorded.",
    standard: false,
    params: &[Param::place(
        "status",
        ParamType::Word(&["204", "304"]),
        "what it becomes; default: 204",
    )
    .optional()],
    point: PointUse::None,
    breaks: true,
    samples: &["", "304"],
    action: Action::Edit(forbidden_body),
};

fn forbidden_body(
    scene: &mut Scene<'_>,
    args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    if answer.is_bodiless() && !scene.switches() {
        answer.force_body();
        answer.set_whole_body(Bytes::from_static(b"unexpected body\n"));
        answer.head.remove("transfer-encoding");
        answer.head.remove("content-length");
        return Ok(answer.into_script(scene));
    }
    answer.need_body()?;
    let status = if args.text("status") == Some("304") { 304 } else { 204 };
    answer.head.set_status(status, reason(status));
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, chunked, exchange, http2, played};

    #[test]
    fn an_answer_that_may_have_no_body_has_one() {
        let none = exchange(GET, &["HTTP/1.1 204 No Content\r\n\r\n"]);
        let told = "HTTP/1.1 204 No Content~Content-Length: 16~~unexpected body\n";
        assert_eq!(played("forbidden-body", &none), told);
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
        let head = exchange("HEAD / HTTP/1.1\r\n\r\n", &[head]);
        let told = "HTTP/1.1 200 OK~Content-Length: 16~~unexpected body\n";
        assert_eq!(played("forbidden-body", &head), told);
    }

    #[test]
    fn a_body_stays_though_the_status_forbids_it() {
        let told = "HTTP/1.1 304 Not Modified~Transfer-Encoding: chunked~~3~abc~2~de~0~~";
        assert_eq!(played("forbidden-body 304", &chunked()), told);
        let told = "[:status=204 content-type=application/json][{} END]";
        assert_eq!(played("forbidden-body", &http2("{}")), told);
    }
}
