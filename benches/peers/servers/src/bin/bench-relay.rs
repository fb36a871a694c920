//! Plain relays to a port: `bench-relay PORT copy`, or `bench-relay PORT append FILE`, which also
//! appends all it reads to a file, as the simplest recorder would.

use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};

/// What the baseline copies at a time.
const BUFFER_BYTES: usize = 64 * 1024;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let port = u16::try_from(bench_servers::number(1, "the upstream's port")?)?;
    let file = match std::env::args().nth(2).as_deref() {
        Some("copy") => None,
        Some("append") => Some(Arc::new(File::create(
            std::env::args().nth(3).context("argument 3: the file to append to")?,
        )?)),
        _ => bail!("argument 2: copy or append"),
    };
    let listener = bench_servers::listen().await?;
    loop {
        let (client, _) = listener.accept().await?;
        tokio::spawn(relay(client, port, file.clone()));
    }
}

async fn relay(mut client: TcpStream, port: u16, file: Option<Arc<File>>) -> Result<()> {
    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let Some(file) = file else {
        let (a, b) = (&mut client, &mut server);
        tokio::io::copy_bidirectional_with_sizes(a, b, BUFFER_BYTES, BUFFER_BYTES).await?;
        return Ok(());
    };
    let (client_reads, client_writes) = client.split();
    let (server_reads, server_writes) = server.split();
    tokio::try_join!(
        copy(client_reads, server_writes, &file),
        copy(server_reads, client_writes, &file)
    )?;
    Ok(())
}

async fn copy(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut file: &File) -> Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let read = from.read(&mut buffer).await?;
        let bytes = buffer.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return to.shutdown().await.map_err(Into::into);
        }
        to.write_all(bytes).await?;
        file.write_all(bytes)?;
    }
}
