//! Writes the capture that is imported: `bench-capture CONNECTIONS BODY_BYTES FILE`. A million connections with bodies of 9,300
//! bytes are 10 GB.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let connections = bench_servers::number(1, "how many connections")?;
    let body = bench_servers::number(2, "bytes a body")?;
    let path = std::env::args().nth(3).context("argument 3: the file to write")?;
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&path).context(path)?);
    bench_servers::capture::write(connections, body, &mut file)?;
    Ok(file.flush()?)
}
