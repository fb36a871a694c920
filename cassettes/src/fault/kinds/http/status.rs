//! Another status than the recorded one.

use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "status",
    family: Family::Http,
    meaning: "Answers with this status, and a body as servers send it: a JSON problem (RFC 9457) where the recorded body is JSON, else a small HTML \
              page. The other headers stay, but those of the body. In gRPC and after a switch of protocols: an answer of plain HTTP.",
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
    let is_json = answer.is_json();
    answer.head.set_status(status, reason(status));
    if let Some(value) = args.text("retry-after") {
        answer.head.set("Retry-After", value.as_bytes());
    }
    if !args.has("keep-body") {
        let (kind, body) = usual_body(status, is_json);
        answer.head.remove("Content-Encoding");
        answer.head.set("Content-Type", kind.as_bytes());
        answer.set_whole_body(body.into());
    }
    Ok(answer.into_script(scene))
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

/// The usual phrase (RFC 9110 §15).
pub(super) const fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => match status / 100 {
            2 => "OK",
            3 => "Redirect",
            4 => "Client Error",
            _ => "Server Error",
        },
    }
}
