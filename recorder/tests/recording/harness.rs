//! A proxy on its own thread, and peers made of blocking sockets.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use cassettes::format::{Journal, Reader};
use cassettes::model::{Cassette, Connection, Direction, Exchange, Header, How, Side};
use recorder::{Clock, RecordPlan, Summary, Writer, record, spawn_writer};
use socket2::SockRef;
use tokio_util::sync::CancellationToken;

/// A peer that hears nothing for this long has found a bug.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running recording.
pub(crate) struct Recording {
    pub(crate) address: SocketAddr,
    pub(crate) journal: Journal,
    pub(crate) writer: Writer,
    file: Arc<Mutex<Vec<u8>>>,
    stop: CancellationToken,
    thread: JoinHandle<Summary>,
}

/// What a recording left.
pub(crate) struct Recorded {
    pub(crate) summary: Summary,
    pub(crate) cassette: Cassette,
}

impl Recording {
    pub(crate) fn of(upstream: SocketAddr) -> Self {
        Self::with(plan(upstream))
    }

    pub(crate) fn with(plan: RecordPlan) -> Self {
        let file = Arc::new(Mutex::new(Vec::new()));
        Self::into(plan, Shared(file.clone()), file)
    }

    /// Records through a sink of the test's own; nothing can be read back.
    pub(crate) fn through(plan: RecordPlan, sink: impl Write + Send + 'static) -> Self {
        Self::into(plan, sink, Arc::default())
    }

    fn into(
        plan: RecordPlan,
        sink: impl Write + Send + 'static,
        file: Arc<Mutex<Vec<u8>>>,
    ) -> Self {
        let journal = Journal::create(&Header { rewrite: plan.rewrite(), ..Header::default() });
        let writer = spawn_writer(journal.clone(), sink).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let (stopped, into) = (stop.clone(), journal.clone());
        let thread = thread::spawn(move || serve(listener, plan, into, stopped));
        Self { address, journal, writer, file, stop, thread }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        patient(TcpStream::connect(self.address).unwrap())
    }

    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Stops, and reads what was recorded; the file must be free of problems.
    pub(crate) fn finish(self) -> Recorded {
        self.stop.cancel();
        let summary = self.thread.join().unwrap();
        self.writer.finish().unwrap();
        let file = std::mem::take(&mut *self.file.lock().unwrap());
        let reader = Reader::open(file.into()).unwrap();
        assert!(reader.recovery().is_none(), "the file has its index");
        reader.verify(&mut |problem| panic!("{problem}"));
        Recorded { summary, cassette: reader.to_cassette().unwrap() }
    }

    /// Stops, and reports how writing went.
    pub(crate) fn finish_writing(self) -> (Summary, io::Result<u64>) {
        self.stop.cancel();
        (self.thread.join().unwrap(), self.writer.finish())
    }
}

fn serve(
    listener: TcpListener,
    plan: RecordPlan,
    journal: Journal,
    stop: CancellationToken,
) -> Summary {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        record(listener, plan, journal, Clock::start(), stop).await
    })
}

impl Recorded {
    /// All that was sent in one direction, exchange by exchange.
    pub(crate) fn sent(&self, direction: Direction) -> Vec<Bytes> {
        self.cassette.exchanges().iter().map(|exchange| exchange.bytes(direction)).collect()
    }

    /// The facts of a connection.
    pub(crate) fn connection(&self, number: usize) -> &Connection {
        &self.cassette.connections()[number]
    }

    /// The only exchange.
    pub(crate) fn exchange(&self) -> &Exchange {
        assert_eq!(self.cassette.exchanges().len(), 1);
        &self.cassette.exchanges()[0]
    }

    /// The ends of a connection, in order.
    pub(crate) fn closes(&self, connection: usize) -> Vec<(Side, How)> {
        let connection = &self.cassette.connections()[connection];
        connection.closes.iter().map(|close| (close.by, close.how)).collect()
    }
}

pub(crate) fn plan(upstream: SocketAddr) -> RecordPlan {
    RecordPlan::new(format!("http://{upstream}").parse().unwrap())
}

/// A server that plays `script` on its first connection.
pub(crate) struct Origin<T = ()> {
    pub(crate) address: SocketAddr,
    thread: JoinHandle<T>,
}

impl<T: Send + 'static> Origin<T> {
    pub(crate) fn once(script: impl FnOnce(TcpStream) -> T + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serve = move || script(patient(listener.accept().unwrap().0));
        Self { address, thread: thread::spawn(serve) }
    }

    pub(crate) fn join(self) -> T {
        self.thread.join().unwrap()
    }
}

pub(crate) fn patient(stream: TcpStream) -> TcpStream {
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// What tests do with a peer's stream.
pub(crate) trait Peer: Read + Write + Sized {
    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.write_all(bytes.as_ref()).unwrap();
        self.flush().unwrap();
    }

    /// Exactly so many bytes.
    fn exactly(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// A head, through its empty line.
    fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.extend(self.exactly(1));
        }
        String::from_utf8(head).unwrap()
    }

    /// What comes until the end, and which end that is: `Ok` for FIN, in TLS for `close_notify`.
    fn rest(&mut self) -> (Vec<u8>, io::Result<()>) {
        let mut bytes = Vec::new();
        let end = self.read_to_end(&mut bytes).map(drop);
        (bytes, end)
    }

    /// Half-closes.
    fn fin(&mut self);

    /// Closes with RST.
    fn rst(self);
}

impl Peer for TcpStream {
    fn fin(&mut self) {
        self.shutdown(std::net::Shutdown::Write).unwrap();
    }

    fn rst(self) {
        SockRef::from(&self).set_linger(Some(Duration::ZERO)).unwrap();
    }
}

pub(crate) fn assert_reset(end: &io::Result<()>) {
    let kind = end.as_ref().map_err(io::Error::kind);
    assert_eq!(kind, Err(io::ErrorKind::ConnectionReset));
}

/// A small answer.
pub(crate) fn answer(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
