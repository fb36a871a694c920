//! An answer before the question is out.

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Direction, Protocol, Script, Step, Until};

pub(super) const KIND: Kind = Kind {
    name: "early-response",
    family: Family::Tcp,
    meaning: "Answers as soon as the request's head is there, and reads the body afterwards: what servers do that refuse an upload.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: false,
    samples: &[""],
    action: Action::Edit(early_response),
};

fn early_response(
    scene: &mut Scene<'_>,
    _args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let asked = scene.exchange.bytes(Direction::ToServer);
    let head = memchr::memmem::find(&asked, b"\r\n\r\n").map(|at| at + 4);
    if scene.exchange.protocol != Protocol::Http1 || head.is_none_or(|head| head == asked.len()) {
        return Err(Misfit::new("it needs a request of HTTP/1 with a body"));
    }
    let mut script = std::mem::take(&mut scene.script);
    for step in &mut script.steps {
        if let Step::Receive(Until::RequestEnd | Until::Bytes(_) | Until::Body(_)) = step {
            *step = Step::Receive(Until::Head);
        }
    }
    Ok(script)
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{exchange, plain, played};

    #[test]
    fn an_upload_is_answered_after_its_head() {
        let head = "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab";
        let upload = exchange(head, &["HTTP/1.1 204 No Content\r\n\r\n"]);
        let early = played("early-response", &upload);
        assert_eq!(early, "<Receive(Head)>HTTP/1.1 204 No Content~~");
        let told = played("early-response", &plain());
        assert_eq!(told, "no: it needs a request of HTTP/1 with a body");
    }
}
