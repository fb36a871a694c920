//! Text in the place of JSON.

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "not-json",
    family: Family::Body,
    meaning: "Sends the line `upstream request timeout` in the place of JSON, as gateways do; the headers stay, `Content-Type` too.",
    standard: true,
    params: &[super::KEEP_FRAMING],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(not_json),
};

fn not_json(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = super::answer(scene, args)?;
    super::json_content(&answer)?;
    answer.set_content(b"upstream request timeout\n")?;
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{answering, plain, played};

    #[test]
    fn the_type_stays_json_and_the_body_is_none() {
        let told = "HTTP/1.1 200 OK~Content-Type: application/json~Content-Length: 25~~upstream request timeout\n";
        assert_eq!(played("not-json", &answering("{}")), told);
        assert_eq!(played("not-json", &plain()), "no: it needs a body of JSON");
    }
}
