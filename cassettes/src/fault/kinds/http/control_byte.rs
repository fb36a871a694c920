//! A byte that no header value may have.

use crate::fault::{
    Action, Answer, Args, Family, HeadLine, Kind, Misfit, Param, ParamType, Point, PointUse, Scene,
};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "control-byte",
    family: Family::Http,
    meaning: "Puts a control byte in the middle of a header's value: NUL, or the one of this number. 13 is a CR alone, 10 a LF, which begins another \
              line.",
    standard: false,
    params: &[
        Param::place("byte", ParamType::Number(0, 31), "its number; default: 0").optional(),
        Param::keyed("header", ParamType::Text, "its name; default: the last one"),
    ],
    point: PointUse::None,
    breaks: true,
    samples: &["0", "13"],
    action: Action::Edit(control_byte),
};

fn control_byte(scene: &mut Scene<'_>, args: &Args, _at: Option<&Point>) -> Result<Script, Misfit> {
    let mut answer = Answer::of(scene)?;
    let place = super::header_or_last(&answer, args)?;
    let byte = args.number("byte").and_then(|byte| u8::try_from(byte).ok()).unwrap_or(0);
    if let Some(line) = answer.head.lines.get_mut(place) {
        let (first, last) = line.value.split_at_checked(line.value.len() / 2).unwrap_or_default();
        let value = [first, &[byte], last].concat();
        *line = HeadLine::new(line.name.clone(), value);
    }
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{http2, plain, played};

    #[test]
    fn it_stands_in_the_middle_of_the_value() {
        assert!(played("control-byte", &plain()).contains("~X: \0y~~0123456789"));
        let told = played("control-byte 13 header Content-Length", &plain());
        assert!(told.contains("~Content-Length: 1\r0~X"), "{told}");
        assert!(played("control-byte", &http2("{}")).contains("content-type=applicat\0ion/json"));
    }
}
