//! Compressed data that breaks off.

use bytes::Bytes;

use super::gzip::gzipped;
use crate::fault::{Action, Args, Family, Kind, Layout, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "gzip-truncated",
    family: Family::Http,
    meaning: "Sends the compressed body only as far as the point, `body N` or `body P%` of its compressed bytes, in a framing that is right for that. An \
              answer that is not in gzip is compressed first, if the client accepts it.",
    standard: true,
    params: &[],
    point: PointUse::Default(Point::BodyPercent(50.0)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(gzip_truncated),
};

fn gzip_truncated(
    scene: &mut Scene<'_>,
    _args: &Args,
    at: Option<&Point>,
) -> Result<Script, Misfit> {
    let mut answer = gzipped(scene)?;
    let len = answer.body_len();
    let kept = Layout::in_body(at.unwrap_or(&Point::BodyPercent(50.0)), len)?;
    answer.splice(kept..len, Bytes::new());
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{gzipped, plain, played, sent, unzipped};

    #[test]
    fn the_framing_is_right_and_the_compressed_data_is_short() {
        let exchange = gzipped(b"hello hello hello");
        let whole = sent("add-header A b", &exchange);
        let told = sent("gzip-truncated at body 15", &exchange);
        let head =
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 15\r\nX: y\r\n\r\n";
        assert!(told.starts_with(head), "{}", String::from_utf8_lossy(&told));
        assert_eq!(told.len(), head.len() + 15);
        assert!(whole.windows(15).any(|window| window == &told[head.len()..]));
        assert!(unzipped(&told[head.len()..]).is_none());
        assert!(played("gzip-truncated", &plain()).starts_with("no: it needs an answer in gzip"));
    }
}
