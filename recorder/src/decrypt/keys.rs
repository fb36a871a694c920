//! The keys of both directions, once both sides have said what they settled.

use std::collections::VecDeque;

use ring::hmac;

use super::cipher::{Aead, Cbc, Opener, Order};
use super::derive::Prf;
use super::hello::{ClientHello, ServerHello};
use super::input::Input;
use super::secrets::{Label, Secret};
use super::suite::{Bulk, Suite};

/// A stretch of one direction that has keys of its own.
#[derive(Debug)]
pub(super) struct Epoch {
    pub(super) stage: Stage,
    /// `None`: its secret is not known.
    pub(super) opener: Option<Opener>,
    /// What key logs call its secret.
    pub(super) label: Label,
}

/// What is said in an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The client's data before the server answered (TLS 1.3).
    Early,
    /// The encrypted part of the handshake (TLS 1.3).
    Handshake,
    /// Data (TLS 1.3).
    Traffic,
    /// All of it: the end of a handshake, data, another handshake (TLS 1.2 and before).
    Session,
}

/// Both directions' keys.
#[derive(Debug)]
pub(super) enum Keys {
    /// Of TLS 1.3: every epoch, in order.
    V13 { to_server: VecDeque<Epoch>, to_client: VecDeque<Epoch> },
    /// Of TLS 1.2 and before: what comes after `ChangeCipherSpec`.
    V12 { to_server: Box<Epoch>, to_client: Box<Epoch> },
}

impl Keys {
    /// Of TLS 1.3, with what secrets there are.
    pub(super) fn of_1_3(
        suite: Suite,
        is_early: bool,
        find: impl Fn(Label) -> Option<Secret>,
    ) -> Self {
        let epoch = |stage, label| {
            let opener = find(label).and_then(|secret| Opener::of_1_3(suite, secret));
            Epoch { stage, opener, label }
        };
        let mut to_server = VecDeque::from([
            epoch(Stage::Handshake, Label::ClientHandshake),
            epoch(Stage::Traffic, Label::ClientTraffic),
        ]);
        if is_early {
            to_server.push_front(epoch(Stage::Early, Label::ClientEarly));
        }
        let to_client = VecDeque::from([
            epoch(Stage::Handshake, Label::ServerHandshake),
            epoch(Stage::Traffic, Label::ServerTraffic),
        ]);
        Self::V13 { to_server, to_client }
    }

    /// Of TLS 1.2 and before (RFC 5246 §6.3). `None`: the suite is none of its.
    pub(super) fn of_1_2(
        client: &ClientHello,
        server: &ServerHello,
        suite: Suite,
        master: &Secret,
    ) -> Option<Self> {
        let sizes = Sizes::of(suite, server.version);
        let mut block = vec![0; 2 * (sizes.mac + sizes.key + sizes.fixed)];
        let seed: [&[u8]; 2] = [&server.random, &client.random];
        prf(suite, server.version).fill(master.as_bytes(), b"key expansion", &seed, &mut block);
        let mut block = Input(&block);
        let [mac, server_mac] = block.pair(sizes.mac)?;
        let [key, server_key] = block.pair(sizes.key)?;
        let [fixed, server_fixed] = block.pair(sizes.fixed)?;
        let epoch = |mac, key, fixed| {
            let opener = Some(opener(suite, server, mac, key, fixed)?);
            Some(Epoch { stage: Stage::Session, opener, label: Label::Master })
        };
        let to_server = Box::new(epoch(mac, key, fixed)?);
        let to_client = Box::new(epoch(server_mac, server_key, server_fixed)?);
        Some(Self::V12 { to_server, to_client })
    }

    /// How much of it is known.
    pub(super) fn known(&self) -> Known {
        let Self::V13 { to_server, to_client } = self else {
            return Known::All;
        };
        let is_known = |epoch: &Epoch| epoch.opener.is_some();
        let traffic = [to_server.back(), to_client.back()];
        if to_server.iter().chain(to_client).all(is_known) {
            Known::All
        } else if traffic.into_iter().flatten().any(is_known) {
            Known::Some
        } else {
            Known::Nothing
        }
    }
}

/// How many of the secrets needed are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    All,
    /// Enough for some data.
    Some,
    Nothing,
}

/// What keys are derived with before TLS 1.3.
pub(super) const fn prf(suite: Suite, version: u16) -> Prf {
    if version < TLS_1_2 { Prf::Md5Sha1 } else { Prf::Hmac(suite.derivation()) }
}

pub(super) const TLS_1_0: u16 = 0x0301;
pub(super) const TLS_1_2: u16 = 0x0303;
pub(super) const TLS_1_3: u16 = 0x0304;

/// What the parts of a key block have in bytes, each of them twice.
struct Sizes {
    mac: usize,
    key: usize,
    fixed: usize,
}

impl Sizes {
    const fn of(suite: Suite, version: u16) -> Self {
        let (mac, fixed) = match suite.bulk {
            Bulk::Aes128Cbc | Bulk::Aes256Cbc if version == TLS_1_0 => (suite.tag_bytes(), 16),
            Bulk::Aes128Cbc | Bulk::Aes256Cbc => (suite.tag_bytes(), 0),
            Bulk::ChaCha20Poly1305 => (0, 12),
            _ => (0, 4),
        };
        Self { mac, key: suite.bulk.key_bytes(), fixed }
    }
}

fn opener(
    suite: Suite,
    server: &ServerHello,
    mac: &[u8],
    key: &[u8],
    fixed: &[u8],
) -> Option<Opener> {
    if !suite.bulk.is_cbc() {
        return Opener::of_1_2(Aead::new(suite.bulk, key)?, fixed);
    }
    let mac = hmac::Key::new(suite.authentication(), mac);
    let order =
        if server.encrypts_then_macs { Order::EncryptThenMac } else { Order::MacThenEncrypt };
    let chained = (!fixed.is_empty()).then_some(fixed);
    Cbc::new(suite.bulk, key, mac, order, chained).map(Opener::of_cbc)
}
