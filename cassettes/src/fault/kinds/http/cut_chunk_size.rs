//! A size line that breaks off.

use super::chunks::{Chunk, chunked, closed_at};
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "cut-chunk-size",
    family: Family::Http,
    meaning: "Sends the answer through the first digit of a chunk's size, then FIN. An answer that is not chunked is sent in chunks first. Needs HTTP/1.1.",
    standard: false,
    params: &[],
    point: PointUse::Default(Point::Part(1)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(cut_chunk_size),
};

fn cut_chunk_size(
    scene: &mut Scene<'_>,
    _args: &Args,
    at: Option<&Point>,
) -> Result<Script, Misfit> {
    let scene = chunked(scene)?;
    let chunk = Chunk::at(&scene, at)?;
    closed_at(&scene, chunk.start + 1)
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, played};

    #[test]
    fn the_connection_ends_within_the_size_line() {
        let head = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~";
        assert_eq!(played("cut-chunk-size", &chunked()), format!("{head}3<Close>"));
        assert_eq!(
            played("cut-chunk-size at part 3", &chunked()),
            format!("{head}3~abc~2~de~0<Close>")
        );
    }
}
