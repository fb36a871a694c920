//! Two things in the wrong order.

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "swap",
    family: Family::Tcp,
    meaning: "Sends the thing that the point names (`at event 2`, `at message 1`, `at chunk 3`) after the next one of its kind; or so many bytes after the point after as many that follow them.",
    standard: true,
    params: &[super::COUNT],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Edit(swap),
};

fn swap(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let (point, count) = (at.unwrap_or(&Point::Byte(0)), args.bytes("count"));
    let first = scene.span(point, count)?;
    let second = scene.span_after(point, count, &first)?;
    let (one, other) = (scene.bytes_of(&first), scene.bytes_of(&second));
    // The later one first: the place of the other stays.
    scene.script = scene.replace_span(second, one)?;
    scene.replace_span(first, other)
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, chunked, exchange, plain, played};

    #[test]
    fn a_thing_comes_after_the_next_one() {
        let head = "HTTP/1.1 200 OK~Content-Length: 10~X: y~~";
        assert_eq!(played("swap at chunk 2", &plain()), format!("{head}5678901234"));
        assert_eq!(played("swap 2 at body 1", &plain()), format!("{head}0341256789"));
        assert!(played("swap at part 1", &chunked()).ends_with("~~2~de~3~abc~0~~"));
        assert_eq!(played("swap at chunk 3", &plain()), "no: the answer has 3 chunks");
        assert_eq!(played("swap at body 9", &plain()), "no: nothing is sent after that");
    }

    #[test]
    fn events_change_places_in_good_framing() {
        let kind = "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked";
        let head = format!("HTTP/1.1 200 OK\r\n{kind}\r\n\r\n");
        let (one, other) = ("9\r\ndata: 1\n\n\r\n", "a\r\ndata: 22\n\n\r\n0\r\n\r\n");
        let feed = exchange(GET, &[&head, one, other]);
        let played = |fault: &str| played(fault, &feed).split_once("~~").unwrap().1.to_owned();
        assert_eq!(played("swap at event 1"), "a~data: 22\n\n~9~data: 1\n\n~0~~");
        assert_eq!(played("delete at event 1"), "a~data: 22\n\n~0~~");
        let twice = "12~data: 1\n\ndata: 1\n\n~a~data: 22\n\n~0~~";
        assert_eq!(played("duplicate at event 1"), twice);
    }
}
