//! A server that answers from a function.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

type Answer = Arc<dyn Fn(&str, &[u8]) -> Vec<u8> + Send + Sync>;

/// Serves on a free port of loopback until it is dropped.
pub(crate) struct Origin {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Origin {
    /// `answer` is given the request line and the body.
    pub(crate) fn start(answer: impl Fn(&str, &[u8]) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let (answer, stop): (Answer, _) = (Arc::new(answer), Arc::clone(&stopped));
        let accepting = thread::spawn(move || {
            for client in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let answer = Arc::clone(&answer);
                thread::spawn(move || serve(&client.unwrap(), &answer));
            }
        });
        Self { address, stopped, accepting: Some(accepting) }
    }

    /// One that says who asked for what.
    pub(crate) fn echo() -> Self {
        Self::start(|line, body| {
            let body = String::from_utf8_lossy(body).replace('"', "'");
            json(&format!("{{\"asked\": \"{line}\", \"body\": \"{body}\"}}"))
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        self.accepting.take().unwrap().join().unwrap();
    }
}

/// A whole answer.
pub(crate) fn json(body: &str) -> Vec<u8> {
    let len = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn serve(client: &TcpStream, answer: &Answer) {
    client.set_nodelay(true).unwrap();
    let mut requests = BufReader::new(client);
    while let Some((line, body)) = read_request(&mut requests) {
        let mut client = client;
        if client.write_all(&answer(&line, &body)).is_err() {
            return;
        }
    }
}

fn read_request(requests: &mut BufReader<&TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut first = String::new();
    requests.read_line(&mut first).ok().filter(|len| *len > 0)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        requests.read_line(&mut line).ok().filter(|len| *len > 0)?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    requests.read_exact(&mut body).ok()?;
    Some((first.trim().to_owned(), body))
}
