//! Lines that end as on Unix.

use crate::fault::{Action, Args, Family, Item, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "lf-only",
    family: Family::Http,
    meaning: "Ends every line of the head in LF alone, the empty one too. The body and its framing stay. Needs HTTP/1.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(lf_only),
};

fn lf_only(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.need_http1()?;
    let (range, head) = super::wire_head(scene)?;
    let bare: Vec<u8> = head.iter().copied().filter(|byte| *byte != b'\r').collect();
    scene.replace(Item::Wire(range), bare.into())
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, played};

    #[test]
    fn lines_of_the_head_end_in_lf_and_those_of_chunks_as_ever() {
        let told = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3~abc~2~de~0~~";
        assert_eq!(played("lf-only", &chunked()), told);
    }
}
