//! A redirect to where the client is.

use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;
use crate::wire::http::Message;

pub(super) const KIND: Kind = Kind {
    name: "redirect-loop",
    family: Family::Http,
    meaning: "Answers with a redirect without a body to the very URL that was asked for: each time, or with `first K` in a chain of K before the recorded \
              answer.",
    standard: false,
    params: &[Param::keyed("status", ParamType::Number(300, 399), "the status; default: 302")],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(redirect_loop),
};

fn redirect_loop(
    scene: &mut Scene<'_>,
    args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let request = scene.request();
    let target =
        request.as_ref().and_then(Message::request_head).map(|head| head.target().to_vec());
    let target = target.ok_or_else(|| Misfit::new("it needs a request of HTTP"))?;
    super::redirect::to(scene, args, &target)
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{http2, plain, played};

    #[test]
    fn the_client_is_sent_to_where_it_is() {
        assert_eq!(
            played("redirect-loop", &plain()),
            "HTTP/1.1 302 Found~Content-Length: 0~X: y~Location: /~~"
        );
        assert_eq!(
            played("redirect-loop status 307", &http2("{}")),
            "[:status=307 location=/ END]"
        );
    }
}
