//! A certificate of the future.

use crate::fault::{Action, Args, Family, Kind, PointUse};
use crate::model::{CertificateFault, Reception};

pub(super) const KIND: Kind = Kind {
    name: "not-yet-valid",
    family: Family::Tls,
    meaning: "Shows a certificate of which the time has not begun, signed by the authority that the client trusts.",
    standard: false,
    params: &[],
    point: PointUse::None,
    breaks: true,
    samples: &[""],
    action: Action::Reception(not_yet_valid),
};

fn not_yet_valid(_args: &Args) -> Reception {
    Reception { certificate: Some(CertificateFault::NotYetValid), ..Reception::default() }
}
