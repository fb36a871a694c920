//! A trailer line that is none.

use bytes::Bytes;

use super::chunks::put_in_chunks;
use crate::fault::{Action, Answer, Args, Family, HeadLine, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "bad-trailer",
    family: Family::Http,
    meaning: "Adds the trailer line `no colon` after the last chunk. An answer that is not chunked is sent in chunks first. Needs HTTP/1.1.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(bad_trailer),
};

fn bad_trailer(scene: &mut Scene<'_>, _args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.need_http11()?;
    let mut answer = Answer::of(scene)?;
    answer.need_body()?;
    put_in_chunks(&mut answer);
    answer.trailers.push(HeadLine::of_line(&Bytes::from_static(b"no colon\r\n")));
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, plain, played};

    #[test]
    fn it_follows_the_last_chunk() {
        assert!(played("bad-trailer", &chunked()).ends_with("~~3~abc~2~de~0~no colon~~"));
        assert!(played("bad-trailer", &plain()).ends_with("~~5~01234~5~56789~0~no colon~~"));
    }
}
