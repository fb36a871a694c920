//! Compressed data with a wrong checksum.

use bytes::Bytes;

use super::gzip::gzipped;
use crate::fault::{Action, Args, Family, Kind, Misfit, Point, PointUse, Scene};
use crate::model::Script;

pub(super) const KIND: Kind = Kind {
    name: "gzip-bad-crc",
    family: Family::Http,
    meaning: "Changes the checksum at the end of the compressed body (all bits of its first byte), and nothing else. An answer that is not in gzip is \
              compressed first, if the client accepts it.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Edit(gzip_bad_crc),
};

/// CRC-32 and length, which end a gzip member (RFC 1952 §2.3).
const TRAILER_BYTES: u64 = 8;

fn gzip_bad_crc(
    scene: &mut Scene<'_>,
    _args: &Args,
    _at: Option<&Point>,
) -> Result<Script, Misfit> {
    let mut answer = gzipped(scene)?;
    let place = answer.body_len().saturating_sub(TRAILER_BYTES);
    let body = answer.body();
    let found = usize::try_from(place).ok().and_then(|place| body.get(place)).copied();
    answer.splice(place..place + 1, Bytes::from(vec![!found.unwrap_or(0)]));
    Ok(answer.into_script(scene))
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{gzipped, sent, unzipped};

    #[test]
    fn one_byte_of_the_checksum_differs() {
        let exchange = gzipped(b"hello");
        let told = sent("gzip-bad-crc", &exchange);
        let body = |sent: &[u8]| {
            sent[sent.windows(4).position(|it| it == b"\r\n\r\n").unwrap() + 4..].to_vec()
        };
        let recorded = body(&sent("drop-header X", &exchange));
        let differing = recorded.iter().zip(body(&told)).filter(|(one, other)| **one != *other);
        assert_eq!(differing.count(), 1);
        assert!(unzipped(&recorded).is_some() && unzipped(&body(&told)).is_none());
    }
}
