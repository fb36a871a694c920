//! A body that is too short, and says so.

use crate::fault::{Action, Args, Family, Kind, Layout, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "truncate",
    family: Family::Body,
    meaning: "Sends the content only as far as the point, in a framing that is right for that: a client that does not read it finds nothing missing. The \
              point is `body N` or `body P%` of the content without its coding, or `json PATH`: before that value.",
    standard: true,
    params: &[super::KEEP_FRAMING],
    point: PointUse::Default(Point::BodyPercent(50.0)),
    breaks: true,
    samples: &[""],
    action: Action::Edit(truncate),
};

fn truncate(scene: &mut Scene<'_>, args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = super::answer(scene, args)?;
    let content = answer.content()?;
    let len = content.len();
    let kept = if matches!(at, Some(Point::Json(_))) {
        super::json::find(&content, at)?.start
    } else {
        let kept = Layout::in_body(at.unwrap_or(&Point::BodyPercent(50.0)), len as u64)?;
        usize::try_from(kept).unwrap_or(len)
    };
    answer.splice_content(kept..len, b"")?;
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{
        GET, answering, chunked, exchange, gzipped, http2, plain, played, sent, until_close,
        unzipped,
    };

    #[test]
    fn the_framing_is_right_for_what_is_left() {
        assert_eq!(played("truncate", &plain()), "HTTP/1.1 200 OK~Content-Length: 5~X: y~~01234");
        assert_eq!(
            played("truncate at body 4", &chunked()),
            "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~3~abc~1~d~0~~"
        );
        assert_eq!(played("truncate at body 0", &until_close()), "HTTP/1.0 200 OK~~");
        let told = played("truncate at json $.b", &answering(r#"{"a": 1, "b": [2]}"#));
        assert!(told.ends_with(r#"~Content-Length: 14~~{"a": 1, "b": "#), "{told}");
        let told = "[:status=200 content-type=application/json][[1 END]";
        assert_eq!(played("truncate at body 2", &http2("[1]")), told);
    }

    #[test]
    fn the_framing_stays_if_that_is_said() {
        assert_eq!(
            played("truncate keep-framing", &plain()),
            "HTTP/1.1 200 OK~Content-Length: 10~X: y~~01234"
        );
        assert_eq!(
            played("truncate keep-framing", &chunked()),
            "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~ab~0~~"
        );
    }

    #[test]
    fn compressed_content_is_cut_and_compressed_again() {
        let told = sent("truncate at body 3", &gzipped(b"hello"));
        let body = told.windows(4).position(|it| it == b"\r\n\r\n").unwrap() + 4;
        assert_eq!(unzipped(&told[body..]).unwrap(), b"hel");
        let len = format!("Content-Length: {}\r\n", told.len() - body);
        assert!(String::from_utf8_lossy(&told).contains(&len));
    }

    #[test]
    fn what_has_no_body_has_nothing_to_cut() {
        let none = exchange(GET, &["HTTP/1.1 204 No Content\r\n\r\n"]);
        let head =
            exchange("HEAD / HTTP/1.1\r\n\r\n", &["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"]);
        for exchange in [none, head] {
            assert!(
                played("truncate", &exchange).starts_with("no: it needs an answer with a body")
            );
        }
    }
}
