//! End to end: the built command, on real sockets and files. One file a theme.
//!
//! Start with [`support`]: a small server, a small client, and the command under test.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is a test's failing verdict, in its helpers as well"
)]

mod archives;
mod authority;
mod ci_examples;
mod command;
mod crash;
mod exporting;
mod failures;
mod faults;
mod files;
mod gaps;
mod http2;
mod importing;
mod proxied_uploads;
mod proxying;
mod recording;
mod replaying;
mod reports;
mod showing;
mod streaming;
mod support;
mod sweep_reports;
mod sweeping;
mod transparent;
mod unix;
