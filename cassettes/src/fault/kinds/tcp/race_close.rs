//! An end that crosses the next request.

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step, Until};

use super::idle_close::after_answer;

pub(super) const KIND: Kind = Kind {
    name: "race-close",
    family: Family::Tcp,
    meaning: "Sends the whole answer, and FIN when the first byte of the next request on the connection has come: that request gets no answer, and a pool has to send it again.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: false,
    samples: &[""],
    action: Action::Edit(race_close),
};

fn race_close(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    if scene.is_http2() {
        return Err(Misfit::new("it would end all streams of the connection"));
    }
    after_answer(scene, [Step::Receive(Until::Head), Step::Close])
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, played};

    #[test]
    fn it_waits_for_the_next_request_where_nothing_ends_the_connection() {
        let played = played("race-close", &answering("{}"));
        assert!(played.ends_with("{}<Stall(Some(0ns))><Receive(Head)><Close>"), "{played}");
    }
}
