//! bincode is no longer maintained. Another crate writes and reads the same bytes, so there is a way out.

use wincode::config::{Configuration, deserialize_exact, serialize};

use crate::format::codec::{decode, encode_into};
use crate::format::connection::{
    CloseRecord, ConnectionRecord, FullCloseRecord, FullConnectionRecord, TlsRecord,
};
use crate::format::gap::{GapRecord, GappedConnectionRecord};
use crate::format::reception::{AppliedRecord, ReceptionRecord, StagedConnectionRecord};
use crate::format::record::{ChunkRecord, DegradedRecord, ExchangeRecord};
use crate::format::staging::{StagedExchangeRecord, StagingRecord};

#[test]
fn wincode_writes_and_reads_the_same_metadata() {
    let config = Configuration::default().with_varint_encoding();
    for number in [0, 250, 251, 65_535, 65_536, 4_294_967_295, 4_294_967_296, u64::MAX] {
        let connection = connection(number);
        let bytes = serialize(&connection, config).unwrap();
        assert_eq!(bytes, encoded(&connection));
        assert_eq!(decode::<ConnectionRecord>(&bytes).unwrap(), connection);
        let full = full_connection(number);
        let bytes = serialize(&full, config).unwrap();
        assert_eq!(bytes, encoded(&full));
        assert_eq!(decode::<FullConnectionRecord>(&bytes).unwrap(), full);
        let gap = GapRecord { direction: 1, at: number, offset: number, length: number };
        let gapped = GappedConnectionRecord { full, gaps: vec![gap; 2] };
        let bytes = serialize(&gapped, config).unwrap();
        assert_eq!(bytes, encoded(&gapped));
        assert_eq!(decode::<GappedConnectionRecord>(&bytes).unwrap(), gapped);
        let staged = staged_connection(number, gapped);
        let bytes = serialize(&staged, config).unwrap();
        assert_eq!(bytes, encoded(&staged));
        assert_eq!(decode::<StagedConnectionRecord>(&bytes).unwrap(), staged);
        let exchange = exchange(number);
        let bytes = encoded(&exchange);
        assert_eq!(bytes, serialize(&exchange, config).unwrap());
        assert_eq!(deserialize_exact::<ExchangeRecord, _>(&bytes, config).unwrap(), exchange);
        let faults = vec!["é".into(); 3];
        let staging = StagingRecord { how: 7, steps: number, beneath: number / 2, faults };
        let staged = StagedExchangeRecord { exchange, staging };
        let bytes = encoded(&staged);
        assert_eq!(bytes, serialize(&staged, config).unwrap());
        assert_eq!(deserialize_exact::<StagedExchangeRecord, _>(&bytes, config).unwrap(), staged);
    }
}

fn encoded(record: &impl bincode::Encode) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_into(record, &mut bytes);
    bytes
}

fn connection(number: u64) -> ConnectionRecord {
    let small = u32::try_from(number).unwrap_or(7);
    ConnectionRecord {
        id: small,
        opened: number,
        transport: 255,
        client: "a".repeat(300),
        server: "é".into(),
        upstream: String::new(),
        exchanges: small,
        closes: vec![CloseRecord { at: number, by: 1, how: 2 }; 3],
    }
}

fn full_connection(number: u64) -> FullConnectionRecord {
    let small = u16::try_from(number).unwrap_or(7);
    let tls = TlsRecord {
        sni: "a.test".into(),
        offered: vec!["h2".into(), "é".into()],
        alpn: "h2".into(),
        version: small,
        cipher: small,
        trust: 1,
    };
    FullConnectionRecord {
        id: small.into(),
        opened: number,
        transport: 255,
        way: 2,
        client: "a".repeat(300),
        server: "é".into(),
        upstream: String::new(),
        tls: Some(tls),
        upstream_tls: None,
        exchanges: small.into(),
        closes: vec![FullCloseRecord { at: number, by: 1, how: small }; 3],
    }
}

fn staged_connection(number: u64, gapped: GappedConnectionRecord) -> StagedConnectionRecord {
    let reception = ReceptionRecord {
        delay: Some(number),
        certificate: 5,
        flight: 3,
        stop: u16::try_from(number).unwrap_or(7),
        repeats: 1,
        faults: vec!["expired".into()],
    };
    let faults = vec![AppliedRecord { at: number, id: "é".into() }; 2];
    StagedConnectionRecord { gapped, reception: Some(reception), faults }
}

fn exchange(number: u64) -> ExchangeRecord {
    ExchangeRecord {
        connection: 1,
        ordinal: 2,
        protocol: 1,
        flags: 251,
        request_key: number,
        body_key: number / 2,
        degraded: number.is_multiple_of(2).then(|| degraded(number)),
        last_part: number,
        started: number,
        chunks: vec![ChunkRecord { direction: 1, after: number, len: number }; 260],
    }
}

fn degraded(offset: u64) -> DegradedRecord {
    DegradedRecord { direction: 1, offset, reason: "no".into() }
}
