//! A size line that is longer than anyone expects.

use bytes::Bytes;

use super::chunks::{Chunk, chunked};
use crate::fault::{
    Action, Args, Family, Item, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "chunk-extension",
    family: Family::Http,
    meaning: "Adds an extension to a chunk's size: `;x=` and so many bytes (`a`), as RFC 9112 allows. An answer that is not chunked is sent in chunks \
              first. Needs HTTP/1.1.",
    standard: false,
    params: &[Param::place("length", ParamType::Size(MAX_BYTES), "how many bytes")],
    point: PointUse::Default(Point::Part(1)),
    breaks: true,
    samples: &["8", "64KiB"],
    action: Action::Edit(chunk_extension),
};

/// Longest: it is held in memory.
const MAX_BYTES: u64 = 64 << 20;

fn chunk_extension(
    scene: &mut Scene<'_>,
    args: &Args,
    at: Option<&Point>,
) -> Result<Script, Misfit> {
    let scene = chunked(scene)?;
    let end = Chunk::at(&scene, at)?.size().end;
    let len = args.bytes("length").unwrap_or(0);
    let value = vec![b'a'; usize::try_from(len).unwrap_or(0)];
    let extension = [b";x=", &value[..]].concat();
    scene.replace(Item::Wire(end..end), Bytes::from(extension))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, played};

    #[test]
    fn it_follows_the_size() {
        let head = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~";
        assert_eq!(played("chunk-extension 2", &chunked()), format!("{head}3;x=aa~abc~2~de~0~~"));
    }
}
