//! A size that is not the chunk's.

use super::chunks::{Chunk, chunked};
use crate::fault::{
    Action, Args, Family, Item, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "bad-chunk-size",
    family: Family::Http,
    meaning: "Writes something else where a chunk's size is; its data stays. `fffffffffffffffff` overflows 64 bits, a number that is too large makes \
              a client wait. An answer that is not chunked is sent in chunks first. Needs HTTP/1.1.",
    standard: true,
    params: &[Param::place("size", ParamType::Text, "what stands there; default: `zz`").optional()],
    point: PointUse::Default(Point::Part(1)),
    breaks: true,
    samples: &["", "-1", "0x5", "fffffffffffffffff"],
    action: Action::Edit(bad_chunk_size),
};

fn bad_chunk_size(
    scene: &mut Scene<'_>,
    args: &Args,
    at: Option<&Point>,
) -> Result<Script, Misfit> {
    let scene = chunked(scene)?;
    let chunk = Chunk::at(&scene, at)?;
    let size = args.text("size").unwrap_or("zz").to_owned();
    scene.replace(Item::Wire(chunk.size()), size.into())
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, http2, plain, played, until_close};

    #[test]
    fn the_size_is_another_and_the_data_stays() {
        let head = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~";
        assert_eq!(played("bad-chunk-size", &chunked()), format!("{head}zz~abc~2~de~0~~"));
        assert_eq!(
            played("bad-chunk-size -1 at part 2", &chunked()),
            format!("{head}3~abc~-1~de~0~~")
        );
        assert_eq!(
            played("bad-chunk-size 00 at part 3", &chunked()),
            format!("{head}3~abc~2~de~00~~")
        );
        assert_eq!(
            played("bad-chunk-size at part 4", &chunked()),
            "no: the answer has 3 HTTP chunks"
        );
    }

    #[test]
    fn an_answer_that_is_not_chunked_is_chunked_first() {
        assert_eq!(
            played("bad-chunk-size", &plain()),
            "HTTP/1.1 200 OK~X: y~Transfer-Encoding: chunked~~zz~01234~5~56789~0~~"
        );
        assert_eq!(
            played("bad-chunk-size", &until_close()),
            "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~zz~abcde~0~~"
        );
        assert_eq!(played("bad-chunk-size", &http2("{}")), "no: it needs HTTP/1");
    }
}
