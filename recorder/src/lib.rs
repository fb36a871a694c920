//! Records real traffic into cassettes.
//!
//! Start here:
//! - [`record`]: the proxy; [`Listener`] is where clients connect, [`RecordPlan`] says what to do, [`Summary`] what
//!   came of it
//! - [`Entry`]: how clients come, and where they are passed on to; [`Upstream`] names a server, [`Hosts`] some of
//!   them, [`Chain`] the proxy that they are reached by
//! - [`spawn_writer`]: the thread that carries recorded bytes to the file
//! - [`Clock`]: the recording's time
//! - [`Certifier`]: who answers clients that want TLS
//! - [`Notices`]: what a person should know at once
//! - [`Faults`]: what is broken on purpose while it passes; [`FaultEvent`] tells of it
//! - [`tls`]: the local authority that clients are shown, and what is asked of servers
//! - [`capture`]: the bytes of a capture file into packets; [`packet`]: packets into TCP segments;
//!   [`tcp`]: segments into the bytes of each connection;
//!   [`decrypt`]: what TLS kept secret in them; [`import`]: all of that into a cassette
//! - [`pcapng`]: a recording as packets, for other tools; [`har`]: what browsers save, in and out
//!
//! Inside, from the outside in: `proxy` accepts, `session` is one connection, `handshake` TLS on either side, `alert`
//! its untimely end, `relay` its two directions, `stream` what they read and write, `lane` one of them, `scratch` what
//! it reads into, `outbox` what it writes from, `translator` what changes on the way, `faults` what is broken of it on purpose,
//! and `tap` where the bytes go once they have been passed on.

mod alert;
pub mod capture;
mod certifier;
mod chain;
mod clock;
mod connect;
pub mod decrypt;
mod faults;
mod handshake;
pub mod har;
mod hosts;
pub mod import;
mod lane;
mod listener;
mod notice;
mod outbox;
pub mod packet;
pub mod pcapng;
mod plan;
mod proxy;
mod relay;
mod scratch;
mod session;
mod stream;
mod tap;
pub mod tcp;
pub mod tls;
mod translator;
mod upstream;
mod writer;

pub use certifier::Certifier;
pub use chain::{Chain, ChainError};
pub use clock::{Clock, unix_nanos};
pub use faults::{FaultEvent, FaultTally, Faults, Outcome};
pub use hosts::Hosts;
pub use listener::Listener;
pub use notice::{Notice, Notices};
pub use plan::{Entry, RecordPlan, Summary};
pub use proxy::{STOP_GRACE, record};
pub use tap::MAX_PENDING_BYTES;
pub use upstream::{Scheme, Upstream, UpstreamError};
pub use writer::{FLUSH_INTERVAL, Writer, spawn_writer};
