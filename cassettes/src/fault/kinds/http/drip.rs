//! A head that comes byte by byte.

use std::time::Duration;

use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "drip",
    family: Family::Http,
    meaning: "Sends the head one byte at a time, each in a write of its own (in TLS, a record), with this time between two of them. The body \
              follows as recorded. Needs HTTP/1.",
    standard: true,
    params: &[Param::place("time", ParamType::Time, "between two bytes")],
    point: PointUse::None,
    breaks: false,
    samples: &["1ms"],
    action: Action::Edit(drip),
};

fn drip(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.need_http1()?;
    let pause = args.time("time").unwrap_or(Duration::ZERO);
    let (mut steps, _) = scene.cut(&Point::Head)?;
    let (_, rest) = scene.cut(&Point::AfterHeaders)?;
    let (_, head) = super::wire_head(scene)?;
    for place in 0..head.len() {
        steps.push(Step::Send(head.slice(place..=place)));
        steps.push(Step::Flush);
        steps.push(Step::Delay(pause));
    }
    steps.extend(rest);
    Ok(Script { steps })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, exchange, http2, played};

    #[test]
    fn each_byte_of_the_head_goes_out_by_itself() {
        let exchange = exchange(GET, &["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"]);
        let told = played("drip 5ms", &exchange);
        assert!(told.starts_with("H<Flush><Delay(5ms)>T<Flush><Delay(5ms)>"), "{told}");
        assert!(told.ends_with("\r<Flush><Delay(5ms)>\n<Flush><Delay(5ms)>ab"), "{told}");
        assert_eq!(told.matches("<Flush>").count(), "HTTP/1.1 200 OK~~Content-Length: 2~~~~".len());
        assert_eq!(played("drip 5ms", &http2("{}")), "no: it needs HTTP/1");
    }
}
