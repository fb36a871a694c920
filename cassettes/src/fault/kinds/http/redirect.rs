//! An answer that sends the client elsewhere.

use bytes::Bytes;

use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;
use crate::text::status::reason;

pub(super) const KIND: Kind = Kind {
    name: "redirect",
    family: Family::Http,
    meaning: "Answers with a redirect without a body to this place, whatever it is: another host, or no URL at all. The other headers stay, but those \
              of the body.",
    standard: false,
    params: &[
        Param::place("location", ParamType::Text, "what `Location` says"),
        Param::keyed("status", ParamType::Number(300, 399), "the status; default: 302"),
    ],
    point: PointUse::None,
    breaks: true,
    samples: &["http://localhost:1/", "http://[", "\"\"", "ftp://localhost/"],
    action: Action::Edit(redirect),
};

fn redirect(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    to(scene, args, args.text("location").unwrap_or_default().as_bytes())
}

/// The redirect to `location`, with the status of the parameter `status`.
pub(super) fn to(scene: &Scene<'_>, args: &Args, location: &[u8]) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    let status = args.number("status").and_then(|status| u16::try_from(status).ok()).unwrap_or(302);
    if scene.switches() {
        answer.leave_switch();
    }
    answer.head.set_status(status, reason(status));
    answer.head.set("Location", location);
    answer.head.remove("Content-Type");
    answer.head.remove("Content-Encoding");
    answer.trailers.clear();
    answer.set_whole_body(Bytes::new());
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, chunked, http2, played};

    #[test]
    fn the_client_is_sent_there_without_a_body() {
        assert_eq!(
            played("redirect http://b/c", &answering("{}")),
            "HTTP/1.1 302 Found~Content-Length: 0~Location: http://b/c~~"
        );
        assert_eq!(
            played("redirect \"\" status 308", &chunked()),
            "HTTP/1.1 308 Permanent Redirect~Transfer-Encoding: chunked~Location: ~~0~~"
        );
        assert_eq!(played("redirect x", &http2("{}")), "[:status=302 location=x END]");
    }
}
