//! The words for how a client came, and for what is known of a certificate.

use crate::model::{Trust, Way};

pub(super) const WAYS: [(Way, &str); 5] = [
    (Way::Direct, "direct"),
    (Way::Forward, "forward"),
    (Way::Connect, "connect"),
    (Way::Socks5, "socks5"),
    (Way::Transparent, "transparent"),
];

pub(super) const TRUSTS: [(Trust, &str); 3] =
    [(Trust::Unknown, "unknown"), (Trust::Verified, "verified"), (Trust::Unverified, "unverified")];
