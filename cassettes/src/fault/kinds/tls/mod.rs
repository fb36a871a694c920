//! What TLS does.

mod bad_record_mac;
mod beneath;
mod expired;
mod flight;
mod no_close_notify;
mod not_yet_valid;
mod oversized_record;
mod plaintext;
mod self_signed;
mod tls_alert;
mod tls_close;
mod tls_reset;
mod tls_stall;
mod unknown_record_type;
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
    &no_close_notify::KIND,
    &bad_record_mac::KIND,
    &oversized_record::KIND,
    &unknown_record_type::KIND,
    &plaintext::KIND,
];
