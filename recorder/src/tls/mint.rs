//! Certificates for hosts, and for the authority itself.

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType, SerialNumber,
};
use ring::rand::{SecureRandom as _, SystemRandom};
use rustls::pki_types::CertificateDer;

/// How long a host's certificate is good, the time before its making included. Clients refuse more
/// than 397 or 398 days (CA/Browser Forum Baseline Requirements §6.3.2).
pub const LEAF_LIFE: Duration = Duration::from_secs(396 * DAY);

/// How far back every certificate reaches: clocks are wrong, also those of virtual machines and of
/// tests that turn theirs back.
const BACKDATED: Duration = Duration::from_secs(30 * DAY);

const DAY: u64 = 24 * 60 * 60;

/// Longest common name (X.520: ub-common-name). A longer host name stands in the alternative names
/// alone, which is where clients look.
const MAX_COMMON_NAME: usize = 64;

/// The names of this machine to itself: a certificate for one is good for all.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Why no certificate could be made.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// The name cannot stand in a certificate.
    #[error("{name:?} cannot stand in a certificate: it is no host name or address in ASCII")]
    Name {
        /// The name asked for.
        name: String,
    },
    /// The cryptography failed.
    #[error("no certificate could be made: {0}")]
    Crypto(#[from] rcgen::Error),
    /// The system gave no random bytes.
    #[error("no certificate could be made: the system gives no random bytes")]
    Random,
    /// TLS does not take what was made.
    #[error("no certificate could be made: {0}")]
    Tls(#[from] rustls::Error),
}

/// A new authority's certificate, good for `life` from now on.
pub(super) fn authority(
    key: &KeyPair,
    life: Duration,
) -> Result<CertificateDer<'static>, MintError> {
    let mut params = params(life)?;
    // Two authorities of one name would hide one another in a client's store.
    let [a, b, c, d] = random()?;
    let name = format!("retape CA {a:02x}{b:02x}{c:02x}{d:02x}");
    params.distinguished_name = subject(Some(&name));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params.self_signed(key)?.der().clone())
}

/// When a certificate is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Validity {
    /// Now.
    Now,
    /// It was.
    Over,
    /// It will be.
    ToCome,
}

/// A certificate for one host, or for loopback under all its names.
pub(super) fn leaf(
    name: &str,
    key: &KeyPair,
    issuer: &Issuer<'_, KeyPair>,
    validity: Validity,
) -> Result<CertificateDer<'static>, MintError> {
    let mut params = leaf_params(name)?;
    params.use_authority_key_identifier_extension = true;
    shift(&mut params, validity);
    Ok(params.signed_by(key, issuer)?.der().clone())
}

/// The same, signed by nobody else.
pub(super) fn self_signed_leaf(
    name: &str,
    key: &KeyPair,
) -> Result<CertificateDer<'static>, MintError> {
    Ok(leaf_params(name)?.self_signed(key)?.der().clone())
}

/// To a month that is over, or to come.
fn shift(params: &mut CertificateParams, validity: Validity) {
    match validity {
        Validity::Now => {}
        Validity::Over => {
            params.not_after = params.not_before;
            params.not_before -= BACKDATED;
        }
        Validity::ToCome => params.not_before += BACKDATED * 2,
    }
}

fn leaf_params(name: &str) -> Result<CertificateParams, MintError> {
    let names = if LOOPBACK.contains(&name) { &LOOPBACK[..] } else { &[name] };
    let mut params = params(LEAF_LIFE.saturating_sub(BACKDATED))?;
    params.subject_alt_names =
        names.iter().map(|name| alternative(name)).collect::<Result<_, _>>()?;
    params.distinguished_name = subject(Some(name).filter(|name| name.len() <= MAX_COMMON_NAME));
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn params(life: Duration) -> Result<CertificateParams, MintError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let mut params = CertificateParams::default();
    params.not_before = epoch + now.saturating_sub(BACKDATED);
    params.not_after = epoch + (now + life);
    params.serial_number = Some(serial()?);
    Ok(params)
}

fn subject(common_name: Option<&str>) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, "retape");
    if let Some(name) = common_name {
        subject.push(DnType::CommonName, name);
    }
    subject
}

/// Hosts given by address need the address as such: clients do not take it from a name.
fn alternative(name: &str) -> Result<SanType, MintError> {
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(SanType::IpAddress(address));
    }
    let unfit = || MintError::Name { name: name.to_owned() };
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unfit());
    }
    name.try_into().map(SanType::DnsName).map_err(|_| unfit())
}

/// Positive, never twice the same: browsers refuse two certificates of one issuer and serial
/// (RFC 5280 §4.1.2.2: at most 20 octets, positive).
fn serial() -> Result<SerialNumber, MintError> {
    let mut bytes: [u8; 16] = random()?;
    if let Some(first) = bytes.first_mut() {
        *first = *first & 0x7f | 0x40;
    }
    Ok(SerialNumber::from_slice(&bytes))
}

fn random<const N: usize>() -> Result<[u8; N], MintError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| MintError::Random)?;
    Ok(bytes)
}
