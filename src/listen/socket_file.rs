//! The file of a Unix-domain socket. The kernel leaves it behind when its listener ends, and refuses to
//! listen where one is.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::UnixListener;

use crate::exit::{Failure, Outcome};

/// A socket's file, removed when this is dropped, unless it has become another's meanwhile.
pub(crate) struct SocketFile {
    path: PathBuf,
    /// Device and inode.
    identity: Option<(u64, u64)>,
}

/// Listens there. A file that a dead process left is replaced; nothing else is.
pub(super) fn listen(path: &Path) -> Outcome<(UnixListener, SocketFile)> {
    make_way(path)?;
    let listener = UnixListener::bind(path).map_err(|error| unbound(path, &error))?;
    let identity = fs::symlink_metadata(path).ok().map(|facts| identity(&facts));
    Ok((listener, SocketFile { path: path.to_owned(), identity }))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let found = fs::symlink_metadata(&self.path).ok().map(|facts| identity(&facts));
        if found.is_some() && found == self.identity {
            // One that cannot be removed is replaced by whoever listens there next.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn identity(facts: &Metadata) -> (u64, u64) {
    (facts.dev(), facts.ino())
}

fn make_way(path: &Path) -> Outcome<()> {
    let name = path.display();
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(unbound(path, &error)),
        Ok(facts) if !facts.file_type().is_socket() => Err(Failure::usage(format!(
            "cannot listen on {name}: there is a file that is no socket"
        ))
        .hint("choose another path, or remove it")),
        Ok(_) if is_live(path) => {
            Err(Failure::usage(format!("cannot listen on {name}: another process listens there"))
                .hint("choose another path, or end that process"))
        }
        Ok(_) => fs::remove_file(path).map_err(|error| unbound(path, &error)),
    }
}

/// Whether somebody listens. Only a refusal says that nobody does; without waiting, since a listener whose
/// backlog is full would let us wait for ever.
fn is_live(path: &Path) -> bool {
    let connected = || {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.connect(&SockAddr::unix(path)?)
    };
    connected()
        .map_or_else(|error: io::Error| error.kind() != io::ErrorKind::ConnectionRefused, |()| true)
}

fn unbound(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::usage(format!("cannot listen on {}: {error}", path.display()));
    match error.kind() {
        io::ErrorKind::NotFound => failure.hint("its directory must be there"),
        io::ErrorKind::InvalidInput => failure.hint("a socket's path has at most some 100 bytes"),
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener as Plain;

    use tempfile::TempDir;

    use super::*;

    fn listen_at(path: &Path) -> Result<(UnixListener, SocketFile), String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _inside = runtime.enter();
        listen(path).map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_file_of_a_dead_process_is_replaced_and_ours_goes_with_us() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("a.sock");
        drop(Plain::bind(&path).unwrap());
        assert!(path.exists(), "the kernel leaves it");
        drop(listen_at(&path).unwrap());
        assert!(!path.exists());
    }

    #[test]
    fn a_live_socket_is_refused_and_left_alone() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("a.sock");
        let live = Plain::bind(&path).unwrap();
        let refused = listen_at(&path).err().unwrap();
        assert!(refused.contains("another process listens there"), "{refused}");
        drop(live);
        assert!(path.exists());
    }

    #[test]
    fn a_file_that_is_no_socket_is_refused_and_left_alone() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("notes.txt");
        fs::write(&path, "precious").unwrap();
        let refused = listen_at(&path).err().unwrap();
        assert!(refused.contains("no socket"), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), b"precious");
    }

    #[test]
    fn a_file_that_has_become_anothers_stays() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("a.sock");
        let ours = listen_at(&path).unwrap();
        let moved = directory.path().join("moved.sock");
        fs::rename(&path, &moved).unwrap();
        let _theirs = Plain::bind(&path).unwrap();
        drop(ours);
        assert!(path.exists());
    }

    #[test]
    fn a_path_that_is_too_long_is_refused_with_the_reason() {
        let refused = listen_at(&Path::new("/tmp").join("x".repeat(200))).err().unwrap();
        assert!(refused.contains("at most some 100 bytes"), "{refused}");
    }
}
