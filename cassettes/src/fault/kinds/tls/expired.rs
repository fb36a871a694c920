//! A certificate of the past.

use crate::fault::{Action, Args, Family, Kind, PointUse};
use crate::model::{CertificateFault, Reception};

pub(super) const KIND: Kind = Kind {
    name: "expired",
    family: Family::Tls,
    meaning: "Shows a certificate of which the time is over, signed by the authority that the client trusts.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Reception(expired),
};

fn expired(_args: &Args) -> Reception {
    Reception { certificate: Some(CertificateFault::Expired), ..Reception::default() }
}
