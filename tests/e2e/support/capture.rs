//! A capture file, packet by packet.

/// TCP connections between 10.0.0.1 and 10.0.0.2:8080, as a pcap file of raw IPv4 packets.
pub(crate) struct Capture {
    file: Vec<u8>,
    packets: u32,
}

/// One connection of it, from this port.
pub(crate) struct Flow {
    port: u16,
    /// Next sequence numbers of client and server.
    next: [u32; 2],
}

const SERVER_PORT: u16 = 8080;
/// 2026-01-01T00:00:00Z.
const START: u32 = 1_767_225_600;

const FIN: u8 = 1;
const SYN: u8 = 2;
const ACK: u8 = 16;

impl Capture {
    pub(crate) fn new() -> Self {
        let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
        file.extend([0; 8]);
        file.extend(65535_u32.to_le_bytes());
        // LINKTYPE_RAW: packets begin with an IP header.
        file.extend(101_u32.to_le_bytes());
        Self { file, packets: 0 }
    }

    /// A connection that begins with its handshake.
    pub(crate) fn open(&mut self, port: u16) -> Flow {
        let mut flow = Flow { port, next: [1000, 2000] };
        self.packet(&flow, true, SYN, b"");
        flow.next[0] += 1;
        self.packet(&flow, false, SYN | ACK, b"");
        flow.next[1] += 1;
        self.packet(&flow, true, ACK, b"");
        flow
    }

    pub(crate) fn client(&mut self, flow: &mut Flow, text: &str) {
        self.packet(flow, true, ACK, text.as_bytes());
        flow.next[0] += u32::try_from(text.len()).unwrap();
    }

    pub(crate) fn server(&mut self, flow: &mut Flow, text: &str) {
        self.packet(flow, false, ACK, text.as_bytes());
        flow.next[1] += u32::try_from(text.len()).unwrap();
    }

    /// Bytes of the server's that the client got, and the capture did not.
    pub(crate) fn server_lost(&mut self, flow: &mut Flow, len: u32) {
        flow.next[1] += len;
        self.packet(flow, true, ACK, b"");
    }

    /// Both sides end.
    pub(crate) fn close(&mut self, mut flow: Flow) {
        self.packet(&flow, true, FIN | ACK, b"");
        flow.next[0] += 1;
        self.packet(&flow, false, FIN | ACK, b"");
        flow.next[1] += 1;
        self.packet(&flow, true, ACK, b"");
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.file
    }

    /// A millisecond after the one before.
    fn packet(&mut self, flow: &Flow, by_client: bool, flags: u8, payload: &[u8]) {
        let [client, server] = flow.next;
        let (from, to) = ([10, 0, 0, 1], [10, 0, 0, 2]);
        let ends = ((from, flow.port, client), (to, SERVER_PORT, server));
        let (source, destination) = if by_client { ends } else { (ends.1, ends.0) };
        let length = 40 + payload.len();
        self.file.extend((START + self.packets / 1000).to_le_bytes());
        self.file.extend((self.packets % 1000 * 1000).to_le_bytes());
        self.file.extend(u32::try_from(length).unwrap().to_le_bytes());
        self.file.extend(u32::try_from(length).unwrap().to_le_bytes());
        self.packets += 1;
        self.file.extend([0x45, 0]);
        self.file.extend(u16::try_from(length).unwrap().to_be_bytes());
        self.file.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        self.file.extend(source.0);
        self.file.extend(destination.0);
        self.file.extend(source.1.to_be_bytes());
        self.file.extend(destination.1.to_be_bytes());
        self.file.extend(source.2.to_be_bytes());
        self.file.extend(destination.2.to_be_bytes());
        self.file.extend([0x50, flags, 0x20, 0, 0, 0, 0, 0]);
        self.file.extend(payload);
    }
}
