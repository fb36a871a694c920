//! Block ciphers in CBC mode with HMAC, in either order (RFC 5246 §6.2.3.2, RFC 7366).
//!
//! Who decrypts a capture answers nobody, so nothing here takes care to take the same time for every input.

use aes::cipher::{Array, BlockModeDecrypt as _, InnerIvInit as _, KeyInit as _, consts::U16};
use aes::{Aes128, Aes256};
use ring::hmac;

use super::super::record::Record;
use super::super::suite::Bulk;
use super::pseudo_header;

/// A cipher and a MAC with their keys.
pub(in super::super) struct Cbc {
    key: BlockKey,
    mac: hmac::Key,
    order: Order,
    /// What the first block of the next record is chained to (TLS 1.0); `None`: each record brings its own (from TLS
    /// 1.1 on).
    chained: Option<Block>,
}

/// What was done first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Order {
    MacThenEncrypt,
    EncryptThenMac,
}

enum BlockKey {
    Aes128(Box<Aes128>),
    Aes256(Box<Aes256>),
}

type Block = Array<u8, U16>;

const BLOCK_BYTES: usize = 16;

impl Cbc {
    /// `None`: no block cipher, or a key or first block of another length.
    pub(in super::super) fn new(
        bulk: Bulk,
        key: &[u8],
        mac: hmac::Key,
        order: Order,
        chained: Option<&[u8]>,
    ) -> Option<Self> {
        let key = match bulk {
            Bulk::Aes128Cbc => BlockKey::Aes128(Box::new(Aes128::new_from_slice(key).ok()?)),
            Bulk::Aes256Cbc => BlockKey::Aes256(Box::new(Aes256::new_from_slice(key).ok()?)),
            _ => return None,
        };
        let chained = match chained {
            Some(block) => Some(Block::try_from(block).ok()?),
            None => None,
        };
        Some(Self { key, mac, order, chained })
    }

    /// `None`: padding or MAC are wrong.
    pub(super) fn open(&mut self, sequence: u64, record: &Record) -> Option<Vec<u8>> {
        match self.order {
            Order::MacThenEncrypt => {
                let plain = self.decrypt(record.fragment())?;
                let (content, tag) = split_tag(&plain, self.tag_bytes())?;
                self.verify(sequence, record, content, tag)?;
                Some(content.to_vec())
            }
            Order::EncryptThenMac => {
                let (encrypted, tag) = split_tag(record.fragment(), self.tag_bytes())?;
                self.verify(sequence, record, encrypted, tag)?;
                self.decrypt(encrypted)
            }
        }
    }

    fn tag_bytes(&self) -> usize {
        self.mac.algorithm().digest_algorithm().output_len()
    }

    fn verify(&self, sequence: u64, record: &Record, content: &[u8], tag: &[u8]) -> Option<()> {
        let header = pseudo_header(sequence, record, content.len())?;
        let mut mac = hmac::Context::with_key(&self.mac);
        mac.update(&header);
        mac.update(content);
        (mac.sign().as_ref() == tag).then_some(())
    }

    /// Without padding.
    fn decrypt(&mut self, encrypted: &[u8]) -> Option<Vec<u8>> {
        let (first, encrypted) = match self.chained {
            Some(block) => (block, encrypted),
            None => split_block(encrypted)?,
        };
        let mut blocks = blocks(encrypted)?;
        if let (Some(chained), Some(last)) = (&mut self.chained, blocks.last()) {
            *chained = *last;
        }
        match &self.key {
            BlockKey::Aes128(key) => {
                cbc::Decryptor::inner_iv_init(Aes128::clone(key), &first)
                    .decrypt_blocks(&mut blocks);
            }
            BlockKey::Aes256(key) => {
                cbc::Decryptor::inner_iv_init(Aes256::clone(key), &first)
                    .decrypt_blocks(&mut blocks);
            }
        }
        let mut plain = Vec::from(Array::slice_as_flattened(&blocks));
        let padding = usize::from(*plain.last()?);
        let length = plain.len().checked_sub(padding + 1)?;
        let is_sound = plain.get(length..)?.iter().all(|byte| usize::from(*byte) == padding);
        plain.truncate(length);
        is_sound.then_some(plain)
    }
}

impl std::fmt::Debug for Cbc {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Cbc").field("order", &self.order).finish_non_exhaustive()
    }
}

fn split_tag(bytes: &[u8], tag: usize) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(bytes.len().checked_sub(tag)?)
}

fn split_block(bytes: &[u8]) -> Option<(Block, &[u8])> {
    let (block, rest) = bytes.split_first_chunk::<BLOCK_BYTES>()?;
    Some(((*block).into(), rest))
}

fn blocks(bytes: &[u8]) -> Option<Vec<Block>> {
    let (blocks, rest) = bytes.as_chunks::<BLOCK_BYTES>();
    rest.is_empty().then(|| blocks.iter().map(|block| (*block).into()).collect())
}
