//! What a command finds in its environment: where to connect, by which proxy, and whom to trust.
//!
//! Start here:
//! - [`Environment`]: the variables, and the files that some of them name; [`Grounds`]: for many commands
//! - [`variables`]: which they are, one table for each thing that they say
//! - [`files`]: the certificates and scripts that they name
//! - [`shell`]: the variables as a shell reads them
//!
//! The system's own certificate store is never touched.

mod files;
mod shell;
mod variables;

use std::path::Path;
use std::sync::Arc;

use recorder::tls::Authority;
use tokio::process::Command;

use crate::exit::Outcome;
use crate::store::Scratch;

pub(crate) use shell::Shell;

use files::Files;
use variables::Variable;

/// The variables that a command is started with. Files that they name go when this is dropped.
pub(crate) struct Environment {
    url: String,
    variables: Vec<Variable>,
    /// Only kept for its end.
    _files: Option<Scratch>,
}

impl Environment {
    /// For a session that listens at `url`, which the command finds in `RETAPE_URL`.
    ///
    /// With an authority, the command trusts it: needed where clients may speak TLS. With `proxy`,
    /// which is `url` as a rule, it also comes that way wherever it goes, without knowing; that
    /// takes an authority.
    pub(crate) fn prepare(
        url: &str,
        authority: Option<&Authority>,
        proxy: Option<&str>,
    ) -> Outcome<Self> {
        let mut variables = variables::address(url);
        let Some(authority) = authority else {
            return Ok(Self { url: url.to_owned(), variables, _files: None });
        };
        let scratch = Scratch::unique("retape")?;
        let files = Files::write(scratch.path(), authority)?;
        variables.extend(variables::trusting(&files, authority, proxy));
        Ok(Self { url: url.to_owned(), variables, _files: Some(scratch) })
    }

    /// Where clients connect.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Gives all of it to a command.
    pub(crate) fn apply(&self, command: &mut Command) {
        command.envs(self.variables.iter().map(|variable| (variable.name, &variable.value)));
    }
}

/// What many commands find that each have a URL of their own. Files that are named in it go when this is dropped.
pub(crate) struct Grounds {
    trusted: Option<(Arc<Authority>, Files)>,
    by_proxy: bool,
    /// Only kept for its end.
    _files: Option<Scratch>,
}

impl Grounds {
    /// As [`Environment::prepare`] does; by proxy means by its own URL.
    pub(crate) fn prepare(authority: Option<Arc<Authority>>, by_proxy: bool) -> Outcome<Self> {
        let Some(authority) = authority else {
            return Ok(Self { trusted: None, by_proxy, _files: None });
        };
        let scratch = Scratch::unique("retape")?;
        let files = Files::write(scratch.path(), &authority)?;
        Ok(Self { trusted: Some((authority, files)), by_proxy, _files: Some(scratch) })
    }

    /// Gives it to a command that is to connect to this URL.
    pub(crate) fn apply(&self, url: &str, command: &mut Command) {
        let mut variables = variables::address(url);
        if let Some((authority, files)) = &self.trusted {
            let proxy = self.by_proxy.then_some(url);
            variables.extend(variables::trusting(files, authority, proxy));
        }
        command.envs(variables.iter().map(|variable| (variable.name, &variable.value)));
    }
}

/// The commands that make a shell's later clients trust the authority, and come by `proxy` if there
/// is one. The files that they name are written to `directory`, and stay.
pub(crate) fn for_shell(
    shell: Shell,
    proxy: Option<&str>,
    authority: &Authority,
    directory: &Path,
) -> Outcome<String> {
    let files = Files::write(directory, authority)?;
    let variables = variables::trusting(&files, authority, proxy);
    Ok(variables.iter().map(|variable| shell.set(variable.name, &variable.value)).collect())
}
