//! A chunk that does not end its line.

use bytes::Bytes;

use super::chunks::{Chunk, chunked};
use crate::fault::{Action, Args, Family, Item, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "missing-crlf",
    family: Family::Http,
    meaning: "Leaves out the CRLF after a chunk's data; of the last chunk, the empty line that ends the answer. An answer that is not chunked is sent in \
              chunks first. Needs HTTP/1.1.",
    standard: true,
    params: &[],
    point: PointUse::Default(Point::Part(1)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(missing_crlf),
};

fn missing_crlf(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let scene = chunked(scene)?;
    let chunk = Chunk::at(&scene, at)?;
    scene.replace(Item::Wire(chunk.line_end()), Bytes::new())
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, plain, played};

    #[test]
    fn the_next_size_follows_the_data() {
        let head = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~";
        assert_eq!(played("missing-crlf", &chunked()), format!("{head}3~abc2~de~0~~"));
        assert_eq!(played("missing-crlf at part 3", &chunked()), format!("{head}3~abc~2~de~0~"));
        assert!(played("missing-crlf", &plain()).ends_with("~~5~012345~56789~0~~"));
    }
}
