//! A switch of protocols that nobody asked for.

use bytes::Bytes;

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "unsolicited-101",
    family: Family::Http,
    meaning: "Sends `101 Switching Protocols` to a protocol that nobody asked for, then the recorded answer. Needs HTTP/1, and a request that asks for \
              no switch.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(switch),
};

const SWITCH: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: retape\r\n\r\n";

fn switch(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.need_http1()?;
    if scene.request_header("upgrade").is_some() {
        return Err(Misfit::new("it needs a request that asks for no switch of protocols"));
    }
    let (mut steps, rest) = scene.cut(&Point::Head)?;
    steps.push(Step::Send(Bytes::from_static(SWITCH)));
    steps.extend(rest);
    Ok(Script { steps })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, exchange, plain, played};

    #[test]
    fn a_switch_comes_before_the_answer() {
        let told = "HTTP/1.1 101 Switching Protocols~Connection: Upgrade~Upgrade: retape~~HTTP/1.1 200 OK~";
        assert!(played("unsolicited-101", &plain()).starts_with(told));
        let asks = GET.replace("Host", "Upgrade: x\r\nHost");
        let exchange = exchange(&asks, &["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]);
        assert!(played("unsolicited-101", &exchange).starts_with("no: it needs a request"));
    }
}
