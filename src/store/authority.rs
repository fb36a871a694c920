//! The user's certificate authority, and where it is kept.
//!
//! One file holds certificate and key, so that no crash and no second process can part them; its
//! certificate stands beside it once more, for clients to be pointed at.

use std::env;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use recorder::tls::Authority;

use super::create::unwritten;
use super::place::{self, Place};
use crate::exit::{Failure, Outcome};
use crate::talk;

/// Certificate and key.
const WHOLE: &str = "authority.pem";

/// The certificate alone.
const CERTIFICATE: &str = "ca.pem";

/// Who has the key can pretend to be any host to those who trust the certificate.
const SECRET: u32 = 0o600;

/// Where an authority is kept.
#[derive(Debug, Clone)]
pub(crate) struct AuthorityHome {
    directory: PathBuf,
    /// The user's choice: no other place will do.
    chosen: bool,
}

impl AuthorityHome {
    /// The directory named, or else `retape/ca` in the user's data directory.
    pub(crate) fn find(named: Option<&Path>) -> Outcome<Self> {
        let directory = named.map(Path::to_owned).or_else(default_directory);
        directory.map(|directory| Self { directory, chosen: named.is_some() }).ok_or_else(|| {
            Failure::usage("there is no place for a certificate authority: this user has no home")
                .hint("name a directory: --ca DIR")
        })
    }

    /// The file that clients are pointed at.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.directory.join(CERTIFICATE)
    }

    /// The directory itself.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The authority kept here, or a new one if there is none yet. Where nothing can be written, as
    /// in many containers, that one is for this process alone, unless the user chose the place.
    pub(crate) fn load_or_create(&self) -> Outcome<Authority> {
        if let Some(authority) = self.load()? {
            return Ok(authority);
        }
        self.create_or_load().or_else(|failure| {
            if self.chosen {
                return Err(failure);
            }
            talk::warn(&format!("the certificate authority is for this session only: {failure}"));
            generate()
        })
    }

    /// The authority kept here, if there is one.
    pub(crate) fn load(&self) -> Outcome<Option<Authority>> {
        let path = self.whole();
        let Some(text) = read_secret(&path)? else { return Ok(None) };
        let authority = Authority::from_pem(&text, &text).map_err(|error| {
            Failure::input(format!("cannot use {}: {error}", path.display()))
                .hint("retape ca rotate makes a new authority in its place")
        })?;
        self.publish(&authority)?;
        Ok(Some(authority))
    }

    /// A new authority. Fails if there is one.
    pub(crate) fn create(&self) -> Outcome<Authority> {
        let authority = generate()?;
        if self.put(&authority, Place::Free)? {
            return Ok(authority);
        }
        let path = self.whole();
        Err(Failure::usage(format!("{} exists already", path.display()))
            .hint("retape ca show tells of it; retape ca rotate replaces it"))
    }

    /// A new authority, in place of the one that was there, if any.
    pub(crate) fn rotate(&self) -> Outcome<Authority> {
        let authority = generate()?;
        self.put(&authority, Place::Any)?;
        Ok(authority)
    }

    /// Several processes may get here at once: one of them makes it, all use that one.
    fn create_or_load(&self) -> Outcome<Authority> {
        let authority = generate()?;
        if self.put(&authority, Place::Free)? {
            let path = self.certificate();
            talk::note(&format!("made a certificate authority: {}", path.display()));
            return Ok(authority);
        }
        let gone = || Failure::input(format!("{} comes and goes", self.whole().display()));
        self.load()?.ok_or_else(gone)
    }

    fn whole(&self) -> PathBuf {
        self.directory.join(WHOLE)
    }

    /// Whether it was put there. It appears whole or not at all.
    fn put(&self, authority: &Authority, place: Place) -> Outcome<bool> {
        let failed = |error: &io::Error| unwritten(&self.whole(), error);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.directory);
        made.map_err(|error| failed(&error))?;
        let text = authority.certificate_pem() + &authority.key_pem();
        let put = place::put(&self.whole(), text.as_bytes(), SECRET, place)
            .map_err(|error| failed(&error))?;
        if put {
            self.publish(authority)?;
        }
        Ok(put)
    }

    /// Writes the certificate alone, unless it is there.
    fn publish(&self, authority: &Authority) -> Outcome<()> {
        let (path, text) = (self.certificate(), authority.certificate_pem());
        if fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            return Ok(());
        }
        place::replace(&path, text.as_bytes())
    }
}

/// `$XDG_DATA_HOME/retape/ca`; its default is the specification's. A relative one does not count.
fn default_directory() -> Option<PathBuf> {
    let named = env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let home = || env::home_dir().map(|home| home.join(".local").join("share"));
    let data = named.filter(|path| path.is_absolute()).or_else(home)?;
    data.is_absolute().then(|| data.join("retape").join("ca"))
}

fn generate() -> Outcome<Authority> {
    Authority::generate().map_err(|error| Failure::output(error.to_string()))
}

/// A key that others can read is no secret: using it would put the user at risk on every site.
fn read_secret(path: &Path) -> Outcome<Option<String>> {
    let failed = |error: io::Error| {
        Failure::input(format!("cannot read {}: {error}", path.display()))
            .hint("another directory can be named: --ca DIR")
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mode = file.metadata().map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        let name = path.display();
        return Err(Failure::input(format!("others may read the secret key in {name}"))
            .hint(format!("chmod 600 {name}, or make another: retape ca rotate")));
    }
    io::read_to_string(file).map(Some).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(directory: &tempfile::TempDir) -> AuthorityHome {
        AuthorityHome::find(Some(&directory.path().join("a").join("ca"))).unwrap()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn an_authority_is_made_once_and_is_private() {
        let directory = tempfile::tempdir().unwrap();
        let home = home(&directory);
        assert!(home.load().unwrap().is_none());
        let made = home.load_or_create().unwrap();
        assert_eq!(home.load_or_create().unwrap().fingerprint(), made.fingerprint());
        assert!(home.create().is_err());
        assert_eq!((mode(&home.whole()), mode(home.directory())), (0o600, 0o700));
        assert_eq!(fs::read_to_string(home.certificate()).unwrap(), made.certificate_pem());
        assert_eq!(fs::read_dir(home.directory()).unwrap().count(), 2);
    }

    #[test]
    fn rotating_replaces_the_authority_and_its_certificate() {
        let directory = tempfile::tempdir().unwrap();
        let home = home(&directory);
        let old = home.create().unwrap();
        let new = home.rotate().unwrap();
        assert_ne!(old.fingerprint(), new.fingerprint());
        assert_eq!(home.load().unwrap().unwrap().fingerprint(), new.fingerprint());
        assert_eq!(fs::read_to_string(home.certificate()).unwrap(), new.certificate_pem());
    }

    #[test]
    fn processes_that_start_together_agree_on_one_authority() {
        let directory = tempfile::tempdir().unwrap();
        let home = home(&directory);
        let (first, second) = (generate().unwrap(), generate().unwrap());
        assert!(home.put(&first, Place::Free).unwrap());
        assert!(!home.put(&second, Place::Free).unwrap());
        assert_eq!(home.create_or_load().unwrap().fingerprint(), first.fingerprint());
    }

    #[test]
    fn threads_that_start_together_agree_on_one_authority() {
        let directory = tempfile::tempdir().unwrap();
        let home = home(&directory);
        let load = || home.load_or_create().unwrap().fingerprint().to_owned();
        let seen = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(seen.iter().all(|fingerprint| *fingerprint == load()), "{seen:?}");
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let home = home(&directory);
        home.create().unwrap();
        fs::set_permissions(home.whole(), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(home.load().unwrap_err().to_string().contains("chmod 600"));
    }
}
