//! Records that no library sends.

use bytes::Bytes;

use crate::fault::edit::break_at;
use crate::fault::{Break, End, Misfit, Point, Scene};
use crate::model::{Script, Step};

/// What a record of content is marked with (RFC 8446 §5.1).
pub(super) const APPLICATION_DATA: u8 = 23;

/// A record as TLS 1.2 and 1.3 write it, whatever is in it.
pub(super) fn record(kind: u8, fragment: &[u8]) -> Bytes {
    let [high, low] = u16::try_from(fragment.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[kind, 3, 3, high, low], fragment].concat().into()
}

/// The script that sends this record at the point, and then waits for what the client has to say to it: nothing.
pub(super) fn send_at(
    scene: &mut Scene<'_>,
    at: Option<&Point>,
    record: Bytes,
) -> Result<Script, Misfit> {
    need_tls(scene)?;
    let steps = vec![Step::Flush, Step::Beneath(record)];
    let broken = Break { steps, end: Some(End::Stall), connection: true, ..Break::default() };
    break_at(scene, at.unwrap_or(&Point::End), broken)
}

pub(super) fn need_tls(scene: &Scene<'_>) -> Result<(), Misfit> {
    if scene.tls { Ok(()) } else { Err(Misfit::new("the client speaks no TLS")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;
    use crate::fault::playbook::{plain, played, scene};

    #[test]
    fn records_are_well_formed_and_end_what_is_said() {
        let exchange = plain();
        for (fault, kind, len) in [
            ("bad-record-mac at body 2", 23, 64),
            ("oversized-record at body 2", 23, 18_433),
            ("unknown-record-type at body 2", 99, 16),
        ] {
            let mut secure = scene(&exchange);
            secure.tls = true;
            let script = fault.parse::<Fault>().unwrap().apply(secure).unwrap();
            let Some([Step::Beneath(record), Step::Stall(None), Step::Close]) =
                script.steps.last_chunk()
            else {
                panic!("{:?}", script.steps)
            };
            let [first, 3, 3, high, low, rest @ ..] = &record[..] else { panic!("{record:?}") };
            assert_eq!((*first, rest.len()), (kind, len), "{fault}");
            assert_eq!(usize::from(u16::from_be_bytes([*high, *low])), len, "{fault}");
            assert_eq!(played(fault, &exchange), "no: the client speaks no TLS");
        }
    }

    #[test]
    fn a_session_ends_without_its_close_notify() {
        let exchange = plain();
        let mut secure = scene(&exchange);
        secure.tls = true;
        let script = "no-close-notify at body 2".parse::<Fault>().unwrap().apply(secure).unwrap();
        assert_eq!(script.steps.last(), Some(&Step::Cut));
        assert_eq!(played("no-close-notify", &exchange), "no: the client speaks no TLS");
    }
}
