//! Key logs in the NSS format: what clients and servers write to `SSLKEYLOGFILE`, and what captures hold as
//! decryption secrets. A line is a label, the client random (or another identifier) and a secret, both in hexadecimal.

use super::secrets::{Label, Secret};

/// What one line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// A secret of the connection with this client random.
    Random { random: [u8; 32], label: Label, secret: Secret },
    /// The premaster secret whose encrypted form begins so: `RSA` lines of old.
    Premaster { prefix: [u8; 8], secret: Secret },
    /// The master secret of a session: `RSA Session-ID:… Master-Key:…`.
    Session { id: SessionId, secret: Secret },
    /// Nothing that is needed here: a comment, or a secret for other uses.
    Unused,
}

/// At most 32 bytes (RFC 5246 §7.4.1.2); the rest is zero.
pub(super) type SessionId = Secret;

/// Every line of a key log; `None` for one that is malformed. Empty lines are left out.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = Option<Line>> {
    let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).map(line)
}

fn line(text: &[u8]) -> Option<Line> {
    if text.starts_with(b"#") {
        return Some(Line::Unused);
    }
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let (name, key, secret) = (words.next()?, words.next()?, words.next()?);
    let line = match name {
        b"RSA" => rsa(key, secret)?,
        b"CLIENT_RANDOM" => random(Label::Master, key, secret)?,
        b"PMS_CLIENT_RANDOM" => random(Label::Premaster, key, secret)?,
        b"CLIENT_EARLY_TRAFFIC_SECRET" => random(Label::ClientEarly, key, secret)?,
        b"CLIENT_HANDSHAKE_TRAFFIC_SECRET" => random(Label::ClientHandshake, key, secret)?,
        b"SERVER_HANDSHAKE_TRAFFIC_SECRET" => random(Label::ServerHandshake, key, secret)?,
        b"CLIENT_TRAFFIC_SECRET_0" => random(Label::ClientTraffic, key, secret)?,
        b"SERVER_TRAFFIC_SECRET_0" => random(Label::ServerTraffic, key, secret)?,
        // Exporters, Encrypted Client Hello, QUIC, and what is to come.
        name if name.iter().all(|byte| is_of_label(*byte)) => Line::Unused,
        _ => return None,
    };
    words.next().is_none().then_some(line)
}

const fn is_of_label(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
}

fn random(label: Label, random: &[u8], secret: &[u8]) -> Option<Line> {
    let secret = Secret::from_hex(secret)?;
    let is_sound = match label {
        Label::Master => secret.as_bytes().len() == 48,
        Label::Premaster => !secret.as_bytes().is_empty(),
        // As long as the hash: SHA-256 or SHA-384 (RFC 8446 §7.1).
        _ => matches!(secret.as_bytes().len(), 32 | 48),
    };
    is_sound.then_some(Line::Random { random: from_hex(random)?, label, secret })
}

/// Two kinds begin with this word.
fn rsa(key: &[u8], secret: &[u8]) -> Option<Line> {
    let Some(id) = key.strip_prefix(b"Session-ID:") else {
        let secret = Secret::from_hex(secret)?;
        return Some(Line::Premaster { prefix: from_hex(key)?, secret });
    };
    let secret = Secret::from_hex(secret.strip_prefix(b"Master-Key:")?)?;
    let id = Secret::from_hex(id)?;
    (secret.as_bytes().len() == 48).then_some(Line::Session { id, secret })
}

/// Exactly this many bytes.
fn from_hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    (text.len() == 2 * N).then(|| decode(text, &mut bytes)).flatten()?;
    Some(bytes)
}

/// As many bytes as the text has pairs of digits; `None`: there is something else in it, or too much.
pub(super) fn decode(text: &[u8], out: &mut [u8]) -> Option<usize> {
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() || pairs.len() > out.len() {
        return None;
    }
    for ([high, low], byte) in pairs.iter().zip(out.iter_mut()) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(pairs.len())
}

fn digit(letter: u8) -> Option<u8> {
    let value = char::from(letter).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Option<Line> {
        let mut lines = lines(text.as_bytes());
        let line = lines.next().unwrap();
        assert!(lines.next().is_none());
        line
    }

    #[test]
    fn every_kind_of_line_is_read_in_either_case() {
        let (random, master) = ("aB".repeat(32), "0F".repeat(48));
        let expected = Secret::from_hex(master.as_bytes()).unwrap();
        assert_eq!(
            only(&format!("  CLIENT_RANDOM {random}\t{master} \r\n\n")),
            Some(Line::Random { random: [0xab; 32], label: Label::Master, secret: expected })
        );
        assert_eq!(
            only(&format!("RSA 0102030405060708 {master}")),
            Some(Line::Premaster { prefix: [1, 2, 3, 4, 5, 6, 7, 8], secret: expected })
        );
        let id = Secret::from_hex(b"0102").unwrap();
        assert_eq!(
            only(&format!("RSA Session-ID:0102 Master-Key:{master}")),
            Some(Line::Session { id, secret: expected })
        );
    }

    #[test]
    fn what_is_for_other_uses_is_not_malformed() {
        assert_eq!(only("# a comment"), Some(Line::Unused));
        assert_eq!(only("EXPORTER_SECRET 00 00"), Some(Line::Unused));
        assert_eq!(only("QUIC_CLIENT_TRAFFIC_SECRET_0 00 00"), Some(Line::Unused));
    }

    #[test]
    fn a_line_that_is_not_whole_is_malformed() {
        let line = format!("CLIENT_TRAFFIC_SECRET_0 {} {}", "ab".repeat(32), "cd".repeat(32));
        assert!(only(&line).is_some());
        for cut in 1..line.len() {
            assert_eq!(only(&line[..cut]), None, "cut at byte {cut}");
        }
        assert_eq!(only(&format!("{line} more")), None);
        assert_eq!(only(&line.replace("cd", "xx")), None);
        assert_eq!(only("what is this"), None);
    }
}
