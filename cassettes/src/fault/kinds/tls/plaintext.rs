//! TLS that is left in the middle of an answer.

use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::{Script, Step};

use super::beneath::need_tls;

pub(super) const KIND: Kind = Kind {
    name: "plaintext",
    family: Family::Tls,
    meaning: "Sends exactly the bytes before the point, and what follows as it is, beneath TLS, where the client takes it for a record. Then nothing, \
              with the socket open.",
    standard: false,
    params: &[],
    point: PointUse::Required,
    breaks: true,
    samples: &[""],
    action: Action::Edit(plaintext),
};

fn plaintext(scene: &mut Scene<'_>, _args: &Args, at: Option<&Point>) -> Result<Script, Misfit> {
    need_tls(scene)?;
    if scene.is_http2() {
        return Err(Misfit::new("it would end all streams of the connection"));
    }
    let (mut steps, rest) = scene.cut(at.unwrap_or(&Point::Byte(0)))?;
    steps.push(Step::Flush);
    let before = steps.len();
    steps.extend(rest.into_iter().filter_map(|step| match step {
        Step::Send(bytes) => Some(Step::Beneath(bytes)),
        Step::Wait(_) | Step::Delay(_) => Some(step),
        _ => None,
    }));
    if steps.len() == before {
        return Err(Misfit::new("nothing is sent after that"));
    }
    steps.extend([Step::Stall(None), Step::Close]);
    Ok(Script { steps })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;
    use crate::fault::playbook::{plain, scene};

    #[test]
    fn what_follows_the_point_is_no_part_of_the_session() {
        let exchange = plain();
        let mut secure = scene(&exchange);
        secure.tls = true;
        let script = "plaintext at body 5".parse::<Fault>().unwrap().apply(secure).unwrap();
        let rest = [Step::Flush, Step::Beneath("56789".into()), Step::Stall(None), Step::Close];
        assert!(script.steps.ends_with(&rest), "{script:?}");
    }
}
