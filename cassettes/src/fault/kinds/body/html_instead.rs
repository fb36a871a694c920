//! A page in the place of an answer.

use bytes::Bytes;

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "html-instead",
    family: Family::Body,
    meaning: "Sends a small HTML page in the body's place, with `Content-Type: text/html` and the recorded status, as captive portals and login pages do. \
              The other headers stay, but for `Content-Encoding`.",
    standard: true,
    params: &[super::KEEP_FRAMING],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(html_instead),
};

const PAGE: &[u8] =
    b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form method=\"post\">\
    <input name=\"user\"><input name=\"password\" type=\"password\"></form></body></html>\n";

fn html_instead(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = super::answer(scene, args)?;
    answer.head.remove("content-encoding");
    answer.head.set("Content-Type", b"text/html; charset=utf-8");
    answer.set_whole_body(Bytes::from_static(PAGE));
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, http2, played};

    #[test]
    fn a_page_comes_with_the_recorded_status() {
        let told = played("html-instead", &answering("{}"));
        let head = "HTTP/1.1 200 OK~Content-Type: text/html; charset=utf-8~Content-Length: 163~~";
        assert!(told.starts_with(head) && told.ends_with("</html>\n"), "{told}");
        let told = played("html-instead", &http2("{}"));
        assert!(told.starts_with("[:status=200 content-type=text/html; charset=utf-8][<!DOCTYPE"));
    }
}
