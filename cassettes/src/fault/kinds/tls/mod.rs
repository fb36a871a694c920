//! What TLS does.

mod expired;
mod flight;
mod not_yet_valid;
mod self_signed;
mod tls_alert;
mod tls_close;
mod tls_reset;
mod tls_stall;
mod untrusted_root;
mod wrong_host;

use crate::fault::Kind;

pub(super) const KINDS: &[&Kind] = &[
    &expired::KIND,
    &not_yet_valid::KIND,
    &wrong_host::KIND,
    &self_signed::KIND,
    &untrusted_root::KIND,
    &tls_close::KIND,
    &tls_reset::KIND,
    &tls_stall::KIND,
    &tls_alert::KIND,
];
