//! Something comes twice.

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "duplicate",
    family: Family::Tcp,
    meaning: "Sends the thing that the point names (`at event 2`, `at message 1`, `at chunk 3`) twice, with the framing in order; or so many bytes after the point, with the framing as it was.",
    standard: true,
    params: &[super::COUNT],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Edit(duplicate),
};

fn duplicate(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let span = scene.span(at.unwrap_or(&Point::Byte(0)), args.bytes("count"))?;
    let bytes = scene.bytes_of(&span);
    scene.replace_span(span, [&bytes[..], &bytes].concat().into())
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, plain, played};

    #[test]
    fn bytes_and_things_come_twice() {
        let head = "HTTP/1.1 200 OK~Content-Length: 10~X: y~~";
        assert_eq!(played("duplicate 2 at body 3", &plain()), format!("{head}012343456789"));
        assert_eq!(played("duplicate at chunk 2", &plain()), format!("{head}012340123456789"));
        assert!(played("duplicate at part 1", &chunked()).ends_with("~~3~abc~3~abc~2~de~0~~"));
    }
}
