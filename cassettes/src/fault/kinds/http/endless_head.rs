//! A head without an end.

use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "endless-head",
    family: Family::Http,
    meaning: "Sends the recorded head without its empty line, then so many bytes of header lines `X-Endless: a`, then nothing more, with the \
              socket open. Needs HTTP/1.",
    standard: false,
    params: &[Param::place(
        "length",
        ParamType::Size(MAX_BYTES),
        "at least so many bytes; default: 1MiB",
    )
    .optional()],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(endless_head),
};

const LINE: &[u8] = b"X-Endless: a\r\n";

/// Most bytes: they are held in memory.
const MAX_BYTES: u64 = 64 << 20;

fn endless_head(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    scene.need_http1()?;
    let (range, _) = super::wire_head(scene)?;
    let headers = u64::try_from(scene.layout().headers.len()).unwrap_or(0);
    let end = if headers == 0 { Point::Byte(range.end) } else { Point::Header(headers) };
    let (mut steps, _) = scene.cut(&end)?;
    let len = args.bytes("length").unwrap_or(1 << 20);
    let count = usize::try_from(len).unwrap_or(0).div_ceil(LINE.len());
    steps.push(Step::Send(LINE.repeat(count).into()));
    steps.extend([Step::Stall(None), Step::Close]);
    Ok(Script { steps })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{plain, played};

    #[test]
    fn lines_come_and_no_empty_one() {
        assert_eq!(
            played("endless-head 15", &plain()),
            "HTTP/1.1 200 OK~Content-Length: 10~X: y~X-Endless: a~X-Endless: a~<Stall(None)><Close>"
        );
    }
}
