//! A header is missing.

use crate::fault::{
    Action, Answer, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "drop-header",
    family: Family::Http,
    meaning: "Leaves out every header line of this name. All else stays on the wire as it was: a body whose `Content-Length` or \
              `Transfer-Encoding` is dropped is still framed by it.",
    standard: true,
    params: &[Param::place("header", ParamType::Text, "its name, in any case")],
    point: PointUse::None,
    breaks: true,
    samples: &[
        "Content-Type",
        "Content-Length",
        "Transfer-Encoding",
        "Content-Encoding",
        "Location",
    ],
    action: Action::Edit(drop_header),
};

fn drop_header(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    let name = args.text("header").unwrap_or_default();
    super::need_header(&answer, name)?;
    answer.head.remove(name);
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{GET, chunked, exchange, http2, plain, played};

    #[test]
    fn the_line_goes_and_all_else_stays() {
        assert_eq!(
            played("drop-header content-length", &plain()),
            "HTTP/1.1 200 OK~X: y~~0123456789"
        );
        assert_eq!(
            played("drop-header Transfer-Encoding", &chunked()),
            "HTTP/1.1 200 OK~~3~abc~2~de~0~~"
        );
        assert_eq!(played("drop-header Content-Type", &http2("{}")), "[:status=200][{} END]");
        assert_eq!(played("drop-header A", &plain()), "no: the answer has no header `A`");
    }

    #[test]
    fn what_is_odd_elsewhere_in_an_answer_stays_odd() {
        let answer = "HTTP/1.1 200  OK\r\nA:b\r\nTransfer-Encoding:chunked\r\nC : d\r\n\r\n\
                      0A;x=y\r\n0123456789\r\n00\r\nT: u\r\n\r\n";
        let exchange = exchange(GET, &[answer]);
        let told = answer.replace("A:b\r\n", "").replace("\r\n", "~");
        assert_eq!(played("drop-header a", &exchange), told);
    }
}
