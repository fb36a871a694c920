//! Another server's certificate.

use crate::fault::{Action, Args, Family, Kind, PointUse};
use crate::model::{CertificateFault, Reception};

pub(super) const KIND: Kind = Kind {
    name: "wrong-host",
    family: Family::Tls,
    meaning: "Shows a certificate for another name than the one that the client asks for, signed by the authority that it trusts.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Reception(wrong_host),
};

fn wrong_host(_args: &Args) -> Reception {
    Reception { certificate: Some(CertificateFault::WrongHost), ..Reception::default() }
}
