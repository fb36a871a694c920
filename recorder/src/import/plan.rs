//! What to import, and how.

use std::net::SocketAddr;

use super::Filter;
use crate::tcp::Limits;

/// What to import of a capture, and how.
#[derive(Debug, Clone, Default)]
pub struct ImportPlan {
    /// Which streams; none: all.
    pub filter: Option<Filter>,
    /// Who are servers, where the capture does not show it.
    pub servers: Vec<SocketAddr>,
    /// Leave tunnels as they are: what is captured inside GRE, VXLAN and the like is not looked at.
    pub outer: bool,
    /// How much of the capture is kept in mind at once.
    pub limits: Limits,
    /// Tell of each stream: [`Importer::poll_report`](super::Importer::poll_report).
    pub reports: bool,
    /// With the SHA-256 of each direction.
    pub digests: bool,
}
