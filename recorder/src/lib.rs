//! Records real traffic into cassettes.
//!
//! Start here:
//! - [`record`]: the reverse proxy; [`RecordPlan`] says what to do, [`Summary`] what came of it
//! - [`Upstream`]: where requests are passed on to
//! - [`spawn_writer`]: the thread that carries recorded bytes to the file
//! - [`Clock`]: the recording's time
//! - [`tls`]: the local authority that clients are shown, and what is asked of servers
//!
//! Inside, from the outside in: `proxy` accepts, `session` is one connection, `relay` its two
//! directions, `lane` one of them, `scratch` what it reads into, `outbox` what it writes from, and
//! `tap` where the bytes go once they have been passed on.

mod clock;
mod connect;
mod lane;
mod outbox;
mod plan;
mod proxy;
mod relay;
mod scratch;
mod session;
mod tap;
pub mod tls;
mod upstream;
mod writer;

pub use clock::{Clock, unix_nanos};
pub use plan::{RecordPlan, Summary};
pub use proxy::{STOP_GRACE, record};
pub use tap::MAX_PENDING_BYTES;
pub use upstream::{Upstream, UpstreamError};
pub use writer::{FLUSH_INTERVAL, Writer, spawn_writer};
