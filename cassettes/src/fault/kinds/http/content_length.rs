//! A length that is not the body's.

use crate::fault::{
    Action, Answer, Args, Family, HeadLine, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "content-length",
    family: Family::Http,
    meaning: "`Content-Length` lies, and the body stays as it is. `short`, `long`: it says so many bytes less or more than there are; `negative`: minus \
              the length; `not-a-number`: `many`; `conflict`: two lines, the second with so many bytes more; `chunked`: the right length of a body \
              that is sent in chunks, beside `Transfer-Encoding`. A body that is framed otherwise is framed by its length first (but for \
              `chunked`, which needs HTTP/1.1).",
    standard: true,
    params: &[
        Param::place(
            "lie",
            ParamType::Word(&["short", "long", "negative", "not-a-number", "conflict", "chunked"]),
            "which",
        ),
        Param::place("by", ParamType::Bytes, "how many bytes; default: 1").optional(),
    ],
    point: PointUse::None,
    breaks: true,
    samples: &["short 1", "long 1", "negative", "not-a-number", "conflict", "chunked"],
    action: Action::Edit(content_length),
};

fn content_length(
    scene: &mut Scene<'_>,
    args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    answer.need_body()?;
    let len = answer.body_len();
    let by = args.bytes("by").unwrap_or(1);
    let value = match args.text("lie") {
        Some("chunked") => return chunked(scene, answer),
        Some("short") => len
            .checked_sub(by)
            .ok_or_else(|| Misfit::new(format!("the body has {len} bytes")))?
            .to_string(),
        Some("long") => len.saturating_add(by).to_string(),
        Some("negative") => format!("-{len}"),
        Some("not-a-number") => "many".to_owned(),
        _ => len.to_string(),
    };
    answer.set_length();
    answer.head.set("Content-Length", value.as_bytes());
    if args.text("lie") == Some("conflict") {
        let place = super::need_header(&answer, "content-length")?;
        let second = HeadLine::new("Content-Length", len.saturating_add(by).to_string());
        answer.head.lines.insert(place + 1, second);
    }
    Ok(answer.into_script(scene))
}

fn chunked(scene: &Scene<'_>, mut answer: Answer) -> Result<Script, Misfit> {
    scene.need_http11()?;
    let len = answer.body_len().to_string();
    super::chunks::put_in_chunks(&mut answer);
    answer.head.set("Content-Length", len.as_bytes());
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, exchange, http2, plain, played, until_close};

    #[test]
    fn the_header_lies_and_the_body_stays() {
        let told =
            |value: &str| format!("HTTP/1.1 200 OK~Content-Length: {value}~X: y~~0123456789");
        assert_eq!(played("content-length short 3", &plain()), told("7"));
        assert_eq!(played("content-length long", &plain()), told("11"));
        assert_eq!(played("content-length negative", &plain()), told("-10"));
        assert_eq!(played("content-length not-a-number", &plain()), told("many"));
        assert_eq!(played("content-length conflict", &plain()), told("10~Content-Length: 11"));
        assert_eq!(played("content-length short 11", &plain()), "no: the body has 10 bytes");
    }

    #[test]
    fn a_body_without_a_length_gets_one_first() {
        let told = "HTTP/1.1 200 OK~Content-Length: 6~~abcde";
        assert_eq!(played("content-length long", &chunked()), told);
        assert_eq!(played("content-length long", &until_close()), told.replace("1.1", "1.0"));
    }

    #[test]
    fn a_length_beside_chunks_is_the_right_one() {
        let told = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~Content-Length: 5~~3~abc~2~de~0~~";
        assert_eq!(played("content-length chunked", &chunked()), told);
        let told = "HTTP/1.1 200 OK~X: y~Transfer-Encoding: chunked~Content-Length: 10~~5~01234~5~56789~0~~";
        assert_eq!(played("content-length chunked", &plain()), told);
    }

    #[test]
    fn over_http2_the_field_differs_from_the_frames() {
        let told = "[:status=200 content-type=application/json content-length=1][{} END]";
        assert_eq!(played("content-length short", &http2("{}")), told);
        let head =
            exchange("HEAD / HTTP/1.1\r\n\r\n", &["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"]);
        assert!(played("content-length long", &head).starts_with("no: it needs"));
    }
}
