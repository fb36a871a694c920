//! The metadata of connections, in its four shapes: the one of 1.0, the one of 1.1 that says more, the one of
//! 1.2 with gaps, and the one of 1.3 with faults. A connection is written in the first that holds all that is known of it.

use bincode::{Decode, Encode};

use super::codec::{decode, encode_into};
use super::damage::What;
use super::frame::{FRAME_BYTES, Frame, FrameHead, Kind};
use super::gap::{GapRecord, GappedConnectionRecord};
use super::reception::{AppliedRecord, ReceptionRecord, StagedConnectionRecord};
use crate::model::{
    Close, Connection, ConnectionId, How, Side, Timestamp, Tls, Transport, Trust, Way,
};

/// A connection's record, as read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) id: u32,
    pub(super) exchanges: u32,
    pub(super) facts: Connection,
}

impl Described {
    /// From a record of kinds 2, 5 or 10 to 13.
    pub(super) fn read(frame: &Frame<'_>) -> Result<Self, What> {
        match frame.kind() {
            Some(Kind::ConnectionOpened | Kind::ConnectionDone) => {
                decode::<ConnectionRecord>(frame.meta)?.into_model()
            }
            Some(Kind::FullConnectionOpened | Kind::FullConnectionDone) => {
                decode::<FullConnectionRecord>(frame.meta)?.into_model()
            }
            Some(Kind::GappedConnectionDone) => {
                decode::<GappedConnectionRecord>(frame.meta)?.into_model()
            }
            Some(Kind::StagedConnectionDone) => {
                decode::<StagedConnectionRecord>(frame.meta)?.into_model()
            }
            _ => {
                let expected = Kind::ConnectionDone.name();
                Err(What::WrongKind { expected, found: frame.number })
            }
        }
    }
}

/// The whole record of a connection that was opened.
pub(super) fn opened_record(id: ConnectionId, connection: &Connection) -> Vec<u8> {
    if fits_first_shape(connection) {
        return meta_record(Kind::ConnectionOpened, &ConnectionRecord::new(id, connection, 0));
    }
    meta_record(Kind::FullConnectionOpened, &FullConnectionRecord::new(id, connection, 0))
}

/// The whole record of a connection that is over; `exchanges` is one more than its last one's ordinal.
pub(super) fn done_record(id: ConnectionId, connection: &Connection, exchanges: u32) -> Vec<u8> {
    if fits_first_shape(connection) {
        return meta_record(
            Kind::ConnectionDone,
            &ConnectionRecord::new(id, connection, exchanges),
        );
    }
    let full = FullConnectionRecord::new(id, connection, exchanges);
    let is_staged = connection.reception.is_some() || !connection.faults.is_empty();
    if connection.gaps.is_empty() && !is_staged {
        return meta_record(Kind::FullConnectionDone, &full);
    }
    let gaps = connection.gaps.iter().map(GapRecord::of).collect();
    let gapped = GappedConnectionRecord { full, gaps };
    if !is_staged {
        return meta_record(Kind::GappedConnectionDone, &gapped);
    }
    let reception = connection.reception.as_deref().map(ReceptionRecord::of);
    let faults = connection.faults.iter().map(AppliedRecord::of).collect();
    meta_record(Kind::StagedConnectionDone, &StagedConnectionRecord { gapped, reception, faults })
}

/// A whole record that is all metadata.
pub(super) fn meta_record(kind: Kind, meta: &impl Encode) -> Vec<u8> {
    let mut record = vec![0; FRAME_BYTES];
    encode_into(meta, &mut record);
    FrameHead::without_body(kind).seal(&mut record);
    record
}

/// Metadata of kinds 2 and 5.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct ConnectionRecord {
    pub(super) id: u32,
    pub(super) opened: u64,
    pub(super) transport: u8,
    pub(super) client: String,
    pub(super) server: String,
    pub(super) upstream: String,
    /// Of kind 5; 0 in kind 2.
    pub(super) exchanges: u32,
    /// Of kind 5; empty in kind 2.
    pub(super) closes: Vec<CloseRecord>,
}

/// One end of a connection. No TLS alert.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct CloseRecord {
    pub(super) at: u64,
    pub(super) by: u8,
    pub(super) how: u8,
}

/// Metadata of kinds 10 and 11.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct FullConnectionRecord {
    pub(super) id: u32,
    pub(super) opened: u64,
    pub(super) transport: u8,
    pub(super) way: u8,
    pub(super) client: String,
    pub(super) server: String,
    pub(super) upstream: String,
    pub(super) tls: Option<TlsRecord>,
    pub(super) upstream_tls: Option<TlsRecord>,
    /// Of kind 11; 0 in kind 10.
    pub(super) exchanges: u32,
    /// Of kind 11; empty in kind 10.
    pub(super) closes: Vec<FullCloseRecord>,
}

/// What a TLS handshake settled.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct TlsRecord {
    pub(super) sni: String,
    pub(super) offered: Vec<String>,
    pub(super) alpn: String,
    pub(super) version: u16,
    pub(super) cipher: u16,
    pub(super) trust: u8,
}

/// One end of a connection, TLS alerts included.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct FullCloseRecord {
    pub(super) at: u64,
    pub(super) by: u8,
    pub(super) how: u16,
}

/// Nothing is known of it that 1.0 could not say.
fn fits_first_shape(connection: &Connection) -> bool {
    let plain = connection.tls.is_none() && connection.upstream_tls.is_none();
    let plain = plain && connection.gaps.is_empty();
    let plain = plain && connection.reception.is_none() && connection.faults.is_empty();
    let known = |close: &Close| how_number(close.how) <= LAST_OF_FIRST_SHAPE;
    plain && connection.way == Way::Direct && connection.closes.iter().all(known)
}

impl ConnectionRecord {
    /// Of a connection that [`fits_first_shape`].
    pub(super) fn new(id: ConnectionId, connection: &Connection, exchanges: u32) -> Self {
        Self {
            id: id.0,
            opened: connection.opened.as_nanos(),
            transport: transport_number(connection.transport),
            client: connection.client.clone(),
            server: connection.server.clone(),
            upstream: connection.upstream.clone(),
            exchanges,
            closes: connection.closes.iter().map(CloseRecord::of).collect(),
        }
    }

    fn into_model(self) -> Result<Described, What> {
        let facts = Connection {
            transport: transport(self.transport)?,
            client: self.client,
            server: self.server,
            upstream: self.upstream,
            closes: self.closes.iter().map(CloseRecord::to_model).collect::<Result<_, _>>()?,
            ..Connection::opened_at(Timestamp::from_nanos(self.opened))
        };
        Ok(Described { id: self.id, exchanges: self.exchanges, facts })
    }
}

impl CloseRecord {
    fn of(close: &Close) -> Self {
        let how = u8::try_from(how_number(close.how)).unwrap_or(u8::MAX);
        Self { at: close.at.as_nanos(), by: side_number(close.by), how }
    }

    fn to_model(&self) -> Result<Close, What> {
        let number = u16::from(self.how);
        if number > LAST_OF_FIRST_SHAPE {
            return Err(What::BadValue { field: WAY_OF_CLOSING, value: number.into() });
        }
        Ok(Close { at: Timestamp::from_nanos(self.at), by: side(self.by)?, how: how(number)? })
    }
}

impl FullConnectionRecord {
    pub(super) fn new(id: ConnectionId, connection: &Connection, exchanges: u32) -> Self {
        Self {
            id: id.0,
            opened: connection.opened.as_nanos(),
            transport: transport_number(connection.transport),
            way: way_number(connection.way),
            client: connection.client.clone(),
            server: connection.server.clone(),
            upstream: connection.upstream.clone(),
            tls: connection.tls.as_deref().map(TlsRecord::of),
            upstream_tls: connection.upstream_tls.as_deref().map(TlsRecord::of),
            exchanges,
            closes: connection.closes.iter().map(FullCloseRecord::of).collect(),
        }
    }

    pub(super) fn into_model(self) -> Result<Described, What> {
        let facts = Connection {
            transport: transport(self.transport)?,
            way: way(self.way)?,
            client: self.client,
            server: self.server,
            upstream: self.upstream,
            tls: self.tls.map(TlsRecord::into_model).transpose()?.map(Box::new),
            upstream_tls: self.upstream_tls.map(TlsRecord::into_model).transpose()?.map(Box::new),
            closes: self.closes.iter().map(FullCloseRecord::to_model).collect::<Result<_, _>>()?,
            ..Connection::opened_at(Timestamp::from_nanos(self.opened))
        };
        Ok(Described { id: self.id, exchanges: self.exchanges, facts })
    }
}

impl TlsRecord {
    fn of(tls: &Tls) -> Self {
        Self {
            sni: tls.sni.clone(),
            offered: tls.offered.clone(),
            alpn: tls.alpn.clone(),
            version: tls.version,
            cipher: tls.cipher,
            trust: trust_number(tls.trust),
        }
    }

    fn into_model(self) -> Result<Tls, What> {
        let Self { sni, offered, alpn, version, cipher, trust: number } = self;
        Ok(Tls { sni, offered, alpn, version, cipher, trust: trust(number)? })
    }
}

impl FullCloseRecord {
    fn of(close: &Close) -> Self {
        Self { at: close.at.as_nanos(), by: side_number(close.by), how: how_number(close.how) }
    }

    fn to_model(&self) -> Result<Close, What> {
        Ok(Close { at: Timestamp::from_nanos(self.at), by: side(self.by)?, how: how(self.how)? })
    }
}

const fn transport_number(transport: Transport) -> u8 {
    match transport {
        Transport::Tcp => 0,
        Transport::Unix => 1,
    }
}

fn transport(number: u8) -> Result<Transport, What> {
    match number {
        0 => Ok(Transport::Tcp),
        1 => Ok(Transport::Unix),
        _ => Err(What::BadValue { field: "transport", value: number.into() }),
    }
}

const fn way_number(way: Way) -> u8 {
    match way {
        Way::Direct => 0,
        Way::Forward => 1,
        Way::Connect => 2,
        Way::Socks5 => 3,
        Way::Transparent => 4,
    }
}

fn way(number: u8) -> Result<Way, What> {
    match number {
        0 => Ok(Way::Direct),
        1 => Ok(Way::Forward),
        2 => Ok(Way::Connect),
        3 => Ok(Way::Socks5),
        4 => Ok(Way::Transparent),
        _ => Err(What::BadValue { field: "way", value: number.into() }),
    }
}

const fn trust_number(trust: Trust) -> u8 {
    match trust {
        Trust::Unknown => 0,
        Trust::Verified => 1,
        Trust::Unverified => 2,
    }
}

fn trust(number: u8) -> Result<Trust, What> {
    match number {
        0 => Ok(Trust::Unknown),
        1 => Ok(Trust::Verified),
        2 => Ok(Trust::Unverified),
        _ => Err(What::BadValue { field: "trust", value: number.into() }),
    }
}

const fn side_number(side: Side) -> u8 {
    match side {
        Side::Client => 0,
        Side::Server => 1,
    }
}

fn side(number: u8) -> Result<Side, What> {
    match number {
        0 => Ok(Side::Client),
        1 => Ok(Side::Server),
        _ => Err(What::BadValue { field: "side", value: number.into() }),
    }
}

const WAY_OF_CLOSING: &str = "way of closing";

/// The ways of closing up to this number were in 1.0.
const LAST_OF_FIRST_SHAPE: u16 = 4;

/// Added to the number of a TLS alert, which can be any byte.
const ALERT: u16 = 256;

const fn how_number(how: How) -> u16 {
    match how {
        How::Fin => 0,
        How::Reset => 1,
        How::Refused => 2,
        How::Timeout => 3,
        How::Unreachable => 4,
        How::CloseNotify => 5,
        How::Untrusted => 6,
        How::Alert(number) => ALERT + number as u16,
    }
}

fn how(number: u16) -> Result<How, What> {
    let unknown = What::BadValue { field: WAY_OF_CLOSING, value: number.into() };
    match number {
        0 => Ok(How::Fin),
        1 => Ok(How::Reset),
        2 => Ok(How::Refused),
        3 => Ok(How::Timeout),
        4 => Ok(How::Unreachable),
        5 => Ok(How::CloseNotify),
        6 => Ok(How::Untrusted),
        _ => {
            let alert = number.checked_sub(ALERT).and_then(|alert| u8::try_from(alert).ok());
            alert.map(How::Alert).ok_or(unknown)
        }
    }
}
