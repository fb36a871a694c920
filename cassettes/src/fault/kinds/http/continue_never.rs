//! A client waits to be told to go on, in vain.

use bytes::Bytes;

use super::interim::continue_on_wire;
use crate::fault::{Action, Args, Family, Item, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "100-never",
    family: Family::Http,
    meaning: "Leaves out the recorded `100 Continue`: the answer comes only once the client has sent its body without being told to.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(never),
};

fn never(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.replace(Item::Wire(continue_on_wire(scene)?), Bytes::new())
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, exchange, plain, played};

    #[test]
    fn other_interim_answers_and_the_answer_stay() {
        let answer = "HTTP/1.1 204 No Content\r\n\r\n";
        let interim = ["HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n", answer];
        let told = "HTTP/1.1 103 Early Hints~~HTTP/1.1 204 No Content~~";
        assert_eq!(played("100-never", &exchange(GET, &interim)), told);
        assert!(played("100-never", &plain()).starts_with("no: it needs an answer `100 Continue`"));
    }
}
