//! A certificate of a stranger.

use crate::fault::{Action, Args, Family, Kind, PointUse};
use crate::model::{CertificateFault, Reception};

pub(super) const KIND: Kind = Kind {
    name: "untrusted-root",
    family: Family::Tls,
    meaning: "Shows a certificate with a chain to an authority that the client does not trust.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Reception(untrusted_root),
};

fn untrusted_root(_args: &Args) -> Reception {
    Reception { certificate: Some(CertificateFault::UntrustedRoot), ..Reception::default() }
}
