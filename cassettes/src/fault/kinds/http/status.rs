//! Another status than the recorded one.

use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;
use crate::text::status::reason;

pub(super) const KIND: Kind = Kind {
    name: "status",
    family: Family::Http,
    meaning: "Answers with this status, and a body as servers send it: a JSON problem (RFC 9457) where the recorded body is JSON, else a small HTML \
              page; 204 and 304 have none. The other headers stay, but those of the body; 401 and 407 bring a challenge (`Basic`). In gRPC and in \
              place of a switch of protocols: an answer of plain HTTP.",
    standard: true,
    params: &[
        Param::place("status", ParamType::Number(100, 999), "the status code"),
        Param::keyed(
            "retry-after",
            ParamType::Text,
            "adds `Retry-After` with this value: seconds or a date",
        ),
        Param::flag("keep-body", "the recorded body stays"),
    ],
    point: PointUse::None,
    breaks: true,
    samples: &["500", "503 retry-after 1", "429 retry-after 1", "404", "401"],
    action: Action::Edit(status),
};

fn status(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    let status = args.number("status").and_then(|status| u16::try_from(status).ok()).unwrap_or(500);
    if scene.switches() {
        answer.leave_switch();
    }
    let is_json = answer.is_json();
    answer.head.set_status(status, reason(status));
    add_usual_headers(&mut answer, status, args);
    if args.has("keep-body") {
        return Ok(answer.into_script(scene));
    }
    answer.head.remove("Content-Encoding");
    answer.trailers.clear();
    if matches!(status, 100..=199 | 204 | 304) {
        answer.drop_body();
        return Ok(answer.into_script(scene));
    }
    let (kind, body) = usual_body(status, is_json);
    answer.head.set("Content-Type", kind.as_bytes());
    answer.set_whole_body(body.into());
    Ok(answer.into_script(scene))
}

/// Those without which a status means nothing (RFC 9110 §15.5.2, §15.5.8).
fn add_usual_headers(answer: &mut Answer, status: u16, args: &Args) {
    let challenge = match status {
        401 => Some("WWW-Authenticate"),
        407 => Some("Proxy-Authenticate"),
        _ => None,
    };
    if let Some(name) = challenge.filter(|name| answer.head.get(name).is_none()) {
        answer.head.set(name, b"Basic realm=\"retape\"");
    }
    if let Some(value) = args.text("retry-after") {
        answer.head.set("Retry-After", value.as_bytes());
    }
}

fn usual_body(status: u16, is_json: bool) -> (&'static str, String) {
    let reason = reason(status);
    if is_json {
        let body =
            format!("{{\"type\":\"about:blank\",\"title\":\"{reason}\",\"status\":{status}}}");
        return ("application/problem+json", body);
    }
    let title = format!("{status} {reason}");
    let body = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    );
    ("text/html", body)
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, answering, chunked, exchange, http2, plain, played};

    const PROBLEM: &str = r#"{"type":"about:blank","title":"Service Unavailable","status":503}"#;

    #[test]
    fn a_body_of_json_is_followed_by_a_problem_of_its_own_length() {
        let told = "HTTP/1.1 503 Service Unavailable~Content-Type: application/problem+json~Content-Length: 65~Retry-After: 2~~";
        assert_eq!(
            played("status 503 retry-after 2", &answering("{}")),
            format!("{told}{PROBLEM}")
        );
        assert_eq!(
            played("status 503", &http2("{}")),
            format!("[:status=503 content-type=application/problem+json][{PROBLEM} END]")
        );
    }

    #[test]
    fn a_chunked_page_stays_chunked() {
        let told = played("status 404", &chunked());
        let head =
            "HTTP/1.1 404 Not Found~Transfer-Encoding: chunked~Content-Type: text/html~~76~<html>~";
        assert!(told.starts_with(head) && told.ends_with("</html>~~0~~"), "{told}");
    }

    #[test]
    fn an_answer_to_head_has_no_body_and_one_without_gets_a_framed_one() {
        let head =
            exchange("HEAD / HTTP/1.1\r\n\r\n", &["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"]);
        let told = "HTTP/1.1 500 Internal Server Error~Content-Length: 9~Content-Type: text/html~~";
        assert_eq!(played("status 500", &head), told);
        let none = exchange(GET, &["HTTP/1.1 204 No Content\r\n\r\n"]);
        let told = played("status 404", &none);
        assert!(
            told.starts_with(
                "HTTP/1.1 404 Not Found~Content-Type: text/html~Content-Length: 118~~<html>"
            ),
            "{told}"
        );
    }

    #[test]
    fn statuses_without_a_body_end_with_their_head() {
        assert_eq!(played("status 304", &plain()), "HTTP/1.1 304 Not Modified~X: y~~");
        assert_eq!(played("status 204", &chunked()), "HTTP/1.1 204 No Content~~");
        let told = "[:status=204 content-type=application/json END]";
        assert_eq!(played("status 204", &http2("{}")), told);
    }

    #[test]
    fn a_refusal_brings_its_challenge_and_no_switch_is_made() {
        let told = played("status 401 keep-body", &plain());
        assert!(told.contains("~WWW-Authenticate: Basic realm=\"retape\"~~01"), "{told}");
        let asks = GET.replace("Host", "Connection: upgrade\r\nUpgrade: websocket\r\nHost");
        let answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nabc";
        let told = played("status 403", &exchange(&asks, &[answer, "def"]));
        let head = "HTTP/1.1 403 Forbidden~Content-Type: text/html~Content-Length: 118~~<html>~";
        assert!(told.starts_with(head) && told.ends_with("</html>~"), "{told}");
    }
}
