//! An answer to another question.

use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Exchange, Protocol, Script, Step};
use crate::wire::http2::{frames, stream_of};

/// How many exchanges are looked at for one that is answered otherwise.
const MAX_LOOKED_AT: u64 = 64;

pub(super) const KIND: Kind = Kind {
    name: "wrong-exchange",
    family: Family::Http,
    meaning: "Answers as another exchange of the cassette was answered, byte for byte and at its pace, as a mixed-up cache or proxy does. Over \
              HTTP/2 on the stream that asks. Both must be of the same version of HTTP.",
    standard: true,
    params: &[Param::place(
        "exchange",
        ParamType::Number(1, i64::MAX),
        "the number of that exchange; default: the first one whose answer differs",
    )
    .optional()],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(wrong_exchange),
};

fn wrong_exchange(
    scene: &mut Scene<'_>,
    args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let given = args.number("exchange").and_then(|number| u64::try_from(number).ok());
    let (other, script) = match given {
        Some(number) => scene
            .others
            .exchange(number)
            .filter(|(other, _)| other.protocol == scene.exchange.protocol)
            .ok_or_else(|| none(scene, &format!("exchange {number}"))),
        None => first_different(scene).ok_or_else(|| none(scene, "another exchange")),
    }?;
    let asked = scene.script.steps.iter().take_while(|step| matches!(step, Step::Receive(_)));
    let told = script.steps.into_iter().filter(|step| !matches!(step, Step::Receive(_)));
    let mut steps: Vec<Step> = asked.cloned().collect();
    match scene.exchange.protocol {
        Protocol::Http2 => {
            steps.extend(told.map(|step| on_own_stream(step, &other, scene.exchange)));
        }
        _ => steps.extend(told),
    }
    Ok(Script { steps })
}

fn first_different(scene: &Scene<'_>) -> Option<(Exchange, Script)> {
    let own: Vec<_> = scene.script.sends().collect();
    let numbers = 1..=scene.others.count().min(MAX_LOOKED_AT);
    numbers.filter_map(|number| scene.others.exchange(number)).find(|(other, script)| {
        let sends = script.sends().count() > 0 && !script.sends().eq(own.iter().copied());
        sends && other.protocol == scene.exchange.protocol
    })
}

fn none(scene: &Scene<'_>, what: &str) -> Misfit {
    let protocol = scene.exchange.protocol.name();
    Misfit::new(format!("it needs {what} of {protocol} in the cassette, and there is none"))
}

/// The frames of the stream that was answered; nothing that belongs to the connection.
fn on_own_stream(step: Step, other: &Exchange, own: &Exchange) -> Step {
    let Step::Send(bytes) = step else { return step };
    let (from, to) = (stream_of(other), stream_of(own));
    let mut out = bytes::BytesMut::new();
    for frame in frames(&bytes).map_while(Result::ok).filter(|frame| frame.stream() == from) {
        frame.on_stream(to).write(&mut out);
    }
    Step::Send(out.freeze())
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, http2, plain, played, played_in, scene, script};
    use crate::fault::{Others, Scene};
    use crate::model::{Exchange, Script};

    #[derive(Debug)]
    struct Two([Exchange; 2]);

    impl Others for Two {
        fn exchange(&self, number: u64) -> Option<(Exchange, Script)> {
            let exchange = self.0.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
            Some((exchange.clone(), script(exchange)))
        }

        fn count(&self) -> u64 {
            2
        }
    }

    #[test]
    fn another_answer_comes_byte_for_byte() {
        let others = Two([plain(), chunked()]);
        let exchange = plain();
        let scene = || Scene { others: &others, ..scene(&exchange) };
        let told = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~3~abc~2~de~0~~";
        assert_eq!(played_in("wrong-exchange", scene()), told);
        assert_eq!(played_in("wrong-exchange 2", scene()), told);
        assert!(played_in("wrong-exchange 3", scene()).starts_with("no: it needs exchange 3"));
        assert!(played("wrong-exchange", &exchange).starts_with("no: it needs another exchange"));
    }

    #[test]
    fn over_http2_it_comes_on_the_stream_that_asks() {
        let others = Two([http2("{}"), http2("[1]")]);
        let exchange = http2("{}");
        let scene = Scene { others: &others, ..scene(&exchange) };
        let told = "[:status=200 content-type=application/json][[1] END]";
        assert_eq!(played_in("wrong-exchange", scene), told);
    }
}
