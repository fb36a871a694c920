//! The two endpoints of a connection, whoever of them sends.

use std::net::SocketAddr;

use crate::packet::Segment;

/// What all packets of a connection have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Flow {
    lower: SocketAddr,
    upper: SocketAddr,
}

impl Flow {
    pub(super) fn of(segment: &Segment) -> Self {
        let (source, destination) = (segment.source, segment.destination);
        if source <= destination {
            Self { lower: source, upper: destination }
        } else {
            Self { lower: destination, upper: source }
        }
    }
}
