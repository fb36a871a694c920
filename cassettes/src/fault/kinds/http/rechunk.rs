//! The same body in other chunks.

use super::chunks::put_in_chunks;
use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "rechunk",
    family: Family::Http,
    meaning: "Sends the same body in chunks of so many bytes, over HTTP/2 in DATA frames, each by itself. An answer that is not chunked is sent in chunks \
              first. Needs HTTP/1.1 or HTTP/2.",
    standard: true,
    params: &[Param::place("length", ParamType::Bytes, "of a chunk")],
    point: PointUse::None,
    breaks: false,
    samples: &["1"],
    action: Action::Edit(rechunk),
};

/// Most chunks: each takes memory.
const MAX_CHUNKS: u64 = 1 << 20;

fn rechunk(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    answer.need_body()?;
    let len = args.bytes("length").unwrap_or(1).max(1);
    if answer.body_len() / len > MAX_CHUNKS {
        return Err(Misfit::new(format!("the body would have over {MAX_CHUNKS} chunks")));
    }
    if !scene.is_http2() {
        scene.need_http11()?;
        put_in_chunks(&mut answer);
    }
    answer.cut_body(usize::try_from(len).unwrap_or(usize::MAX));
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, chunked, http2, played};

    #[test]
    fn the_body_comes_in_chunks_of_that_length() {
        let head = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~";
        let told = "2~ab~<Flush>2~cd~<Flush>1~e~0~~";
        assert_eq!(played("rechunk 2", &chunked()), format!("{head}{told}"));
        let head = "HTTP/1.1 200 OK~Content-Type: application/json~Transfer-Encoding: chunked~~";
        assert_eq!(played("rechunk 2", &answering("[1]")), format!("{head}2~[1~<Flush>1~]~0~~"));
        let head = "[:status=200 content-type=application/json]";
        assert_eq!(played("rechunk 2", &http2("[1]")), format!("{head}[[1]<Flush>[] END]"));
    }
}
