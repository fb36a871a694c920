//! Somebody else listens there.

use crate::fault::{Action, Args, Family, Kind, Misfit, Param, ParamType, Point, PointUse, Scene};
use crate::model::{Script, Step};

pub(super) const KIND: Kind = Kind {
    name: "wrong-protocol",
    family: Family::Tcp,
    meaning: "Sends the greeting of a server of SSH or SMTP in place of the answer, then FIN.",
    standard: false,
    params: &[Param::place("protocol", ParamType::Word(&["ssh", "smtp"]), "whose greeting")],
    point: PointUse::None,
    breaks: true,
    samples: &["ssh"],
    action: Action::Edit(wrong_protocol),
};

fn wrong_protocol(
    scene: &mut Scene<'_>,
    args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    if scene.is_http2() {
        return Err(Misfit::new("it would break HTTP/2 for all streams of the connection"));
    }
    let (mut steps, _) = scene.cut(&Point::Byte(0))?;
    let greeting = match args.text("protocol") {
        Some("smtp") => "220 mail.example ESMTP Postfix\r\n",
        _ => "SSH-2.0-OpenSSH_9.9\r\n",
    };
    steps.extend([Step::Send(greeting.into()), Step::Close]);
    Ok(Script { steps })
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{plain, played};

    #[test]
    fn a_stranger_greets_and_goes() {
        let played = played("wrong-protocol smtp", &plain());
        assert_eq!(played, "220 mail.example ESMTP Postfix~<Close>");
    }
}
