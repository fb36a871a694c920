//! The least a server can do: one fixed answer for each request head: `bench-floor BODY_BYTES`.

use anyhow::Result;
use bytes::Bytes;
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let size = bench_servers::number(1, "bytes a body")?;
    let mut answer = bench_servers::head(size).into_bytes();
    answer.extend_from_slice(&bench_servers::body(0, size));
    let answer = Bytes::from(answer);
    let listener = bench_servers::listen().await?;
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        tokio::spawn(serve(socket, answer.clone()));
    }
}

async fn serve(mut socket: TcpStream, answer: Bytes) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut filled = 0;
    loop {
        let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) else {
            return Ok(()); // a head over 64 KiB is not in this benchmark
        };
        let read = socket.read(free).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        let seen = buffer.get(..filled).unwrap_or_default();
        let heads: Vec<usize> = memmem::find_iter(seen, b"\r\n\r\n").collect();
        for _ in &heads {
            socket.write_all(&answer).await?;
        }
        if let Some(last) = heads.last() {
            buffer.copy_within(last + 4..filled, 0);
            filled -= last + 4;
        }
    }
}
