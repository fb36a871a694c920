//! The server takes no more of what its client sends.

use crate::fault::{
    Action, Args, Break, End, Family, Kind, Param, ParamType, Point, PointUse, Random,
};
use crate::model::Step;

pub(super) const KIND: Kind = Kind {
    name: "stop-reading",
    family: Family::Tcp,
    meaning: "Reads the request up to the point and no further, with the socket open: once what lies between is full, the client's writes block. \
              After the time it reads on, and answers. Over HTTP/2 this stream's window is opened no further: others go on.",
    standard: false,
    params: &[Param::keyed("for", ParamType::TimeOrForever, "how long; default: forever")],
    point: PointUse::Request(Point::AfterHeaders),
    breaks: true,
    samples: &[""],
    action: Action::Break(stop_reading),
};

fn stop_reading(args: &Args, _random: &mut Random) -> Break {
    match args.time("for") {
        Some(time) => {
            Break { steps: vec![Step::StopReading, Step::Delay(time)], ..Break::default() }
        }
        None => Break { steps: vec![Step::StopReading], end: Some(End::Stall), ..Break::default() },
    }
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{exchange, played};

    #[test]
    fn nothing_is_read_until_the_time_is_over_and_the_request_is_waited_for_again() {
        let asked = "PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab";
        let upload = exchange(asked, &["HTTP/1.1 204 No Content\r\n\r\n"]);
        assert_eq!(
            played("stop-reading for 2s at body 1 of request", &upload),
            "<Receive(Body(1))><StopReading><Delay(2s)>HTTP/1.1 204 No Content~~"
        );
        assert_eq!(
            played("stop-reading", &upload),
            "<Receive(Head)><StopReading><Stall(None)><Close>"
        );
    }
}
