//! Something is missing.

use bytes::Bytes;

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "delete",
    family: Family::Tcp,
    meaning: "Leaves out the thing that the point names (`at event 2`, `at message 1`, `at part 3`), with the framing in order; or so many bytes after the point, with the framing as it was.",
    standard: true,
    params: &[super::COUNT],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Edit(delete),
};

fn delete(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let span = scene.span(at.unwrap_or(&Point::Byte(0)), args.bytes("count"))?;
    scene.replace_span(span, Bytes::new())
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, http2, plain, played};

    const HEAD: &str = "HTTP/1.1 200 OK~Content-Length: 10~X: y~~";

    #[test]
    fn bytes_are_gone_and_the_length_stays() {
        assert_eq!(played("delete at body 3", &plain()), format!("{HEAD}012456789"));
        assert_eq!(played("delete 4 at body 3", &plain()), format!("{HEAD}012789"));
        assert_eq!(played("delete 4 at body 8", &plain()), format!("{HEAD}01234567"));
    }

    #[test]
    fn things_are_gone_as_if_they_had_never_been() {
        assert_eq!(played("delete at header 1", &plain()), "HTTP/1.1 200 OK~X: y~~0123456789");
        assert!(played("delete at part 1", &chunked()).ends_with("~~2~de~0~~"));
    }

    #[test]
    fn over_http2_bytes_are_those_of_data() {
        let played = |fault: &str| played(fault, &http2("abcdef"));
        assert!(played("delete 2 at body 1").ends_with("[adef END]"));
        assert!(played("delete 2 at after-headers").ends_with("[cdef END]"));
        assert!(played("delete at byte 3").starts_with("no: over HTTP/2 only DATA is edited"));
    }
}
