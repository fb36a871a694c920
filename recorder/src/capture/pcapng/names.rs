//! What addresses were called when they were captured.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use pcap_parser::{NameRecord, NameRecordType, NameResolutionBlock};

use crate::capture::captured::Output;
use crate::capture::{Captured, Name, Problem};

/// Most names that are taken from one block.
const MAX_NAMES: usize = 64 * 1024;

pub(super) fn names(block: &NameResolutionBlock<'_>, output: &mut Output) -> Result<(), Problem> {
    let mut names = block.nr.iter().flat_map(record);
    names.by_ref().take(MAX_NAMES).for_each(|name| output.push(Captured::Name(name)));
    match names.next() {
        None => Ok(()),
        Some(_) => Err(Problem::TooManyNames),
    }
}

/// An address, then its names, each with a zero after it.
fn record(record: &NameRecord<'_>) -> impl Iterator<Item = Name> {
    let address = address(record);
    let names = address.map(|(_, names)| names.split(|&byte| byte == 0)).into_iter().flatten();
    let names = names.filter(|name| !name.is_empty());
    names.filter_map(move |name| {
        let name = String::from_utf8_lossy(name).into_owned();
        Some(Name { address: address?.0, name })
    })
}

fn address<'a>(record: &NameRecord<'a>) -> Option<(IpAddr, &'a [u8])> {
    match record.record_type {
        NameRecordType::Ipv4 => {
            let (address, names) = record.record_value.split_first_chunk::<4>()?;
            Some((Ipv4Addr::from(*address).into(), names))
        }
        NameRecordType::Ipv6 => {
            let (address, names) = record.record_value.split_first_chunk::<16>()?;
            Some((Ipv6Addr::from(*address).into(), names))
        }
        _ => None,
    }
}
