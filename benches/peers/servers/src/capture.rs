//! Captures to import, as tcpdump would write them: pcap in microseconds, Ethernet, IPv4, TCP, and HTTP/1.1 inside.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddrV4};

use bytes::Bytes;

/// What a segment carries at most, with Ethernet's usual limit and TCP's timestamps left out.
const SEGMENT_BYTES: usize = 1460;

/// How many conversations go on at once. A server's capture mixes many; enough that two packets in a row seldom belong together.
const AT_ONCE: usize = 64;

/// How long after the one before a packet comes, in microseconds.
const STEP: u64 = 10;

const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 1), 80);

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// Writes a capture of `conversations`, each a connection with one request and its answer of `body` bytes.
pub fn write(conversations: usize, body: usize, to: &mut impl Write) -> io::Result<()> {
    let mut capture = Capture::begin(to)?;
    let answer = answer(body);
    for begun in (0..conversations).step_by(AT_ONCE) {
        let until = conversations.min(begun + AT_ONCE);
        let mut open: Vec<_> = (begun..until).map(|n| Conversation::new(n, &answer)).collect();
        while !open.is_empty() {
            for conversation in &mut open {
                conversation.step(&mut capture)?;
            }
            open.retain(|conversation| conversation.next != Step::Done);
        }
    }
    Ok(())
}

fn answer(body: usize) -> Bytes {
    let mut answer = crate::head(body).into_bytes();
    answer.extend_from_slice(&crate::body(0, body));
    Bytes::from(answer)
}

/// One connection, and what it does next.
struct Conversation {
    client: SocketAddrV4,
    request: String,
    answer: Bytes,
    /// The client's and the server's next sequence numbers.
    seqs: [u32; 2],
    next: Step,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Open,
    Accept,
    Ask,
    /// From this byte of the answer on.
    Answer(usize),
    /// The client has it up to this byte.
    Acknowledge(usize),
    Leave,
    Close,
    Done,
}

#[derive(Clone, Copy)]
enum By {
    Client,
    Server,
}

impl Conversation {
    fn new(n: usize, answer: &Bytes) -> Self {
        let [_, high, low, port] = u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
        let client = SocketAddrV4::new(Ipv4Addr::new(172, 16, high, low), 50_000 + u16::from(port));
        let request = format!("GET /{n} HTTP/1.1\r\nHost: {SERVER}\r\n\r\n");
        let seqs = [low, port].map(|byte| u32::from(byte) << 24);
        Self { client, request, answer: answer.clone(), seqs, next: Step::Open }
    }

    /// One packet, or the few that come together.
    fn step(&mut self, capture: &mut Capture<'_, impl Write>) -> io::Result<()> {
        self.next = match self.next {
            Step::Open => {
                self.send(By::Client, SYN, b"", capture)?;
                Step::Accept
            }
            Step::Accept => {
                self.send(By::Server, SYN | ACK, b"", capture)?;
                Step::Ask
            }
            Step::Ask => {
                let request = std::mem::take(&mut self.request);
                self.send(By::Client, PSH | ACK, request.as_bytes(), capture)?;
                Step::Answer(0)
            }
            Step::Answer(start) => Step::Acknowledge(self.answer(start, capture)?),
            Step::Acknowledge(end) => {
                self.send(By::Client, ACK, b"", capture)?;
                if end < self.answer.len() { Step::Answer(end) } else { Step::Leave }
            }
            Step::Leave => {
                self.send(By::Client, FIN | ACK, b"", capture)?;
                Step::Close
            }
            Step::Close => {
                self.send(By::Server, FIN | ACK, b"", capture)?;
                self.send(By::Client, ACK, b"", capture)?;
                Step::Done
            }
            Step::Done => Step::Done,
        };
        Ok(())
    }

    /// Two segments: what is acknowledged at once.
    fn answer(&mut self, start: usize, capture: &mut Capture<'_, impl Write>) -> io::Result<usize> {
        let end = self.answer.len().min(start + 2 * SEGMENT_BYTES);
        for segment in self.answer.slice(start..end).chunks(SEGMENT_BYTES) {
            self.send(By::Server, ACK, segment, capture)?;
        }
        Ok(end)
    }

    fn send(
        &mut self,
        by: By,
        flags: u8,
        payload: &[u8],
        capture: &mut Capture<'_, impl Write>,
    ) -> io::Result<()> {
        let [client, server] = &mut self.seqs;
        let (ends, seq, other) = match by {
            By::Client => ([self.client, SERVER], client, *server),
            By::Server => ([SERVER, self.client], server, *client),
        };
        let ack = if flags & ACK == 0 { 0 } else { other };
        capture.packet(ends, [*seq, ack], flags, payload)?;
        let takes = payload.len() + usize::from(flags & (SYN | FIN) != 0);
        *seq = seq.wrapping_add(u32::try_from(takes).unwrap_or(u32::MAX));
        Ok(())
    }
}

/// A pcap file as it is written.
struct Capture<'a, W> {
    file: &'a mut W,
    /// Microseconds since 1970.
    now: u64,
}

impl<'a, W: Write> Capture<'a, W> {
    fn begin(file: &'a mut W) -> io::Result<Self> {
        file.write_all(&0xa1b2_c3d4_u32.to_le_bytes())?;
        file.write_all(&[2, 0, 4, 0])?;
        file.write_all(&[0; 8])?;
        file.write_all(&262_144_u32.to_le_bytes())?;
        file.write_all(&1_u32.to_le_bytes())?;
        Ok(Self { file, now: 1_700_000_000_000_000 })
    }

    /// A packet from the first of `ends` to the second, with these sequence numbers.
    fn packet(
        &mut self,
        ends: [SocketAddrV4; 2],
        numbers: [u32; 2],
        flags: u8,
        payload: &[u8],
    ) -> io::Result<()> {
        let mut headers = Vec::with_capacity(70);
        let length = u32::try_from(54 + payload.len()).unwrap_or(u32::MAX);
        let (seconds, micros) = (self.now / 1_000_000, self.now % 1_000_000);
        for field in [seconds, micros, length.into(), length.into()] {
            headers.extend(u32::try_from(field).unwrap_or(u32::MAX).to_le_bytes());
        }
        headers.extend([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]);
        headers.extend(ip_header(ends, payload.len()));
        headers.extend(ends.iter().flat_map(|end| end.port().to_be_bytes()));
        headers.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
        headers.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        self.now += STEP;
        self.file.write_all(&headers)?;
        self.file.write_all(payload)
    }
}

fn ip_header(ends: [SocketAddrV4; 2], payload: usize) -> [u8; 20] {
    let [high, low] = u16::try_from(40 + payload).unwrap_or(u16::MAX).to_be_bytes();
    let mut header = [0x45, 0, high, low, 0, 0, 0x40, 0, 64, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let addresses = ends.iter().flat_map(|end| end.ip().octets());
    header.iter_mut().skip(12).zip(addresses).for_each(|(place, octet)| *place = octet);
    let words =
        header.chunks(2).map(|word| word.iter().fold(0, |sum, &byte| sum << 8 | u32::from(byte)));
    let sum: u32 = words.sum();
    let folded = u16::try_from((sum & 0xffff) + (sum >> 16)).unwrap_or(0);
    header.iter_mut().skip(10).zip((!folded).to_be_bytes()).for_each(|(place, byte)| *place = byte);
    header
}
