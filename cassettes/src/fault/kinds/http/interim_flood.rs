//! Too many answers before the answer.

use bytes::BytesMut;

use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Script, Step};
use crate::text::status::reason;
use crate::wire::http2::hpack::{Field, encode_standalone};
use crate::wire::http2::{compose, stream_of};

pub(super) const KIND: Kind = Kind {
    name: "1xx-flood",
    family: Family::Http,
    meaning: "Sends so many interim answers, without headers and all at once, before the recorded answer.",
    standard: false,
    params: &[
        Param::place("count", ParamType::Number(1, 100_000), "how many"),
        Param::keyed("status", ParamType::Number(100, 199), "their status; default: 100"),
    ],
    point: PointUse::None,
    breaks: true,
    samples: &["1", "1000"],
    action: Action::Edit(flood),
};

fn flood(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let status = args.number("status").unwrap_or(100);
    let one = if scene.is_http2() {
        let block = encode_standalone(&[Field::new(&b":status"[..], status.to_string())]);
        compose::headers(stream_of(scene.exchange), block, false).encode()
    } else {
        let reason = u16::try_from(status).map_or("", reason);
        format!("HTTP/1.1 {status} {reason}\r\n\r\n").into()
    };
    let mut flood = BytesMut::new();
    for _ in 0..args.number("count").unwrap_or(1) {
        flood.extend_from_slice(&one);
    }
    let (mut steps, rest) = scene.cut(&Point::Head)?;
    steps.push(Step::Send(flood.freeze()));
    steps.extend(rest);
    Ok(Script { steps })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, http2, played};

    #[test]
    fn interim_answers_come_before_the_answer() {
        let told = "HTTP/1.1 100 Continue~~HTTP/1.1 100 Continue~~HTTP/1.1 200 OK~";
        assert!(played("1xx-flood 2", &chunked()).starts_with(told));
        let told = "[:status=103][:status=200 content-type=application/json][{} END]";
        assert_eq!(played("1xx-flood 1 status 103", &http2("{}")), told);
    }
}
