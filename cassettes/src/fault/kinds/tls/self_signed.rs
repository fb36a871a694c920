//! A certificate that nobody vouches for.

use crate::fault::{Action, Args, Family, Kind, PointUse};
use crate::model::{CertificateFault, Reception};

pub(super) const KIND: Kind = Kind {
    name: "self-signed",
    family: Family::Tls,
    meaning: "Shows a certificate that is signed with its own key.",
    standard: true,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Reception(self_signed),
};

fn self_signed(_args: &Args) -> Reception {
    Reception { certificate: Some(CertificateFault::SelfSigned), ..Reception::default() }
}
