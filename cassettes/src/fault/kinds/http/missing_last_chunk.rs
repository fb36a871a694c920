//! Chunks without their end.

use super::chunks::chunked;
use crate::fault::{Action, Args, Family, Kind, Misfit, Param, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "missing-last-chunk",
    family: Family::Http,
    meaning: "Sends every chunk but the one of size 0, and no trailers, then FIN. An answer that is not chunked is sent in chunks first. Needs HTTP/1.1.",
    standard: true,
    params: &[Param::flag("open", "no FIN: silence, with the socket open")],
    point: PointUse::None,
    breaks: true,
    samples: &["", "open"],
    action: Action::Edit(missing_last_chunk),
};

fn missing_last_chunk(
    scene: &mut Scene<'_>,
    args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let scene = chunked(scene)?;
    let layout = scene.layout();
    let (Some(end), Some(last)) = (layout.end, layout.parts.last()) else {
        return Err(Misfit::new("it needs chunks that come to their end, and these do not"));
    };
    let end_of_data = if last.end == end { last.start } else { end };
    let (mut steps, _) = scene.cut(&Point::Byte(end_of_data))?;
    if args.has("open") {
        steps.push(Step::Stall(None));
    }
    steps.push(Step::Close);
    Ok(Script { steps })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, chunked, exchange, plain, played};

    #[test]
    fn every_chunk_but_the_last_comes_and_then_fin() {
        let head = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~";
        assert_eq!(played("missing-last-chunk", &chunked()), format!("{head}3~abc~2~de~<Close>"));
        assert_eq!(
            played("missing-last-chunk open", &chunked()),
            format!("{head}3~abc~2~de~<Stall(None)><Close>")
        );
        assert!(played("missing-last-chunk", &plain()).ends_with("~~5~01234~5~56789~<Close>"));
    }

    #[test]
    fn trailers_go_with_it() {
        let answer =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: u\r\n\r\n";
        let told = played("missing-last-chunk", &exchange(GET, &[answer]));
        assert!(told.ends_with("chunked~~1~a~<Close>"), "{told}");
    }
}
