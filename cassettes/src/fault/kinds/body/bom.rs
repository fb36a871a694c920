//! A byte order mark before the text.

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "bom",
    family: Family::Body,
    meaning: "Puts a byte order mark of UTF-8 (EF BB BF) before the content, which RFC 8259 forbids in JSON.",
    standard: false,
    params: &[super::KEEP_FRAMING],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(bom),
};

fn bom(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = super::answer(scene, args)?;
    answer.splice_content(0..0, b"\xef\xbb\xbf")?;
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{chunked, http2, played};

    #[test]
    fn it_comes_first() {
        let told = "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~6~\u{feff}abc~2~de~0~~";
        assert_eq!(played("bom", &chunked()), told);
        assert!(played("bom", &http2("{}")).ends_with("[\u{feff}{} END]"));
    }
}
