//! Hosts: an address, a network, or a name.

use std::net::IpAddr;

/// Whom a filter means by `host`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// All addresses that begin with this many of its bits.
    Network(IpAddr, u32),
    /// In lower case; `*` stands for any characters, none included.
    Name(String),
}

impl Host {
    /// Reads `10.0.0.1`, `10.0.0.0/8`, `::1`, `[::1]` or `*.example.com`.
    pub(super) fn read(text: &str) -> Option<Self> {
        if let Some((network, bits)) = text.split_once('/') {
            let (address, bits) = (address(network)?, bits.parse().ok()?);
            return (bits <= width(address)).then_some(Self::Network(address, bits));
        }
        if let Some(address) = address(text) {
            return Some(Self::Network(address, width(address)));
        }
        let of_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '*');
        text.chars().all(of_name).then(|| Self::Name(text.to_ascii_lowercase()))
    }

    pub(super) fn is_at(&self, address: IpAddr) -> bool {
        match (self, address.to_canonical()) {
            (Self::Network(IpAddr::V4(network), bits), IpAddr::V4(address)) => {
                (network.to_bits() ^ address.to_bits()).leading_zeros() >= *bits
            }
            (Self::Network(IpAddr::V6(network), bits), IpAddr::V6(address)) => {
                (network.to_bits() ^ address.to_bits()).leading_zeros() >= *bits
            }
            _ => false,
        }
    }

    pub(super) const fn is_name(&self) -> bool {
        matches!(self, Self::Name(_))
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        matches!(self, Self::Name(pattern) if fits(pattern, &name.to_ascii_lowercase()))
    }
}

fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok()
}

const fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The first piece begins the name, the last one ends it, the others follow each other at the earliest.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(first) else { return false };
    let mut pieces: Vec<_> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = name.find(piece) else { return false };
        name = name.get(at + piece.len()..).unwrap_or_default();
    }
    name.ends_with(last)
}
