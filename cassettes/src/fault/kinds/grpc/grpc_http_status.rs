//! An answer of a proxy that knows no gRPC.

use bytes::Bytes;

use super::flavour::Call;
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::Script;
use crate::text::status::reason;

pub(super) const KIND: Kind = Kind {
    name: "grpc-http-status",
    family: Family::Grpc,
    meaning: "Answers with this status of HTTP and a page of HTML, without anything of gRPC, as a proxy before the server does.",
    standard: false,
    params: &[Param::place("status", ParamType::Number(100, 999), "the status of HTTP")],
    point: PointUse::None,
    breaks: true,
    samples: &["503", "502"],
    action: Action::Edit(answer),
};

fn answer(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut call = Call::of(scene)?;
    call.cut(0);
    let status = args.number("status").and_then(|status| u16::try_from(status).ok()).unwrap_or(503);
    let title = format!("{status} {}", reason(status));
    let answer = &mut call.answer;
    answer.head.set_status(status, reason(status));
    answer.head.lines.retain(|line| !line.name.to_ascii_lowercase().starts_with(b"grpc-"));
    answer.head.set("content-type", b"text/html");
    answer.set_whole_body(Bytes::from(format!("<html><body><h1>{title}</h1></body></html>\n")));
    Ok(call.answer.into_script(scene))
}
