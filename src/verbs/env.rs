//! `retape env`: a command's environment, for a shell.

use std::path::PathBuf;

use clap::Args;

use crate::environment::{self, Shell};
use crate::exit::{Exit, Outcome};
use crate::store::AuthorityHome;
use crate::talk;

const EXAMPLES: &str = "\
Examples:
  retape record --proxy --listen 127.0.0.1:8080 -o api.cassette      in one terminal
  eval \"$(retape env --proxy http://127.0.0.1:8080)\"                 in another: what is started
                                                                     from there is recorded
  retape env --shell fish | source
  retape env --shell powershell | Out-String | Invoke-Expression";

/// Print the variables by which clients trust the certificate authority, and come by proxy
///
/// They are those that a command after `--` gets; docs/clients.md lists them. Files that they name
/// are kept beside the authority.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EnvArgs {
    /// Where the recorder or replayer listens; without it, no proxy is set
    #[arg(long, value_name = "URL", value_parser = address)]
    proxy: Option<String>,

    /// Whose language
    #[arg(long, value_enum, default_value_t = Shell::Sh)]
    shell: Shell,

    /// Where the authority is kept [default: retape/ca in the user's data directory]
    #[arg(long, value_name = "DIR")]
    ca: Option<PathBuf>,
}

pub(crate) fn run(args: &EnvArgs) -> Outcome {
    let home = AuthorityHome::find(args.ca.as_deref())?;
    let authority = home.load_or_create()?;
    let proxy = args.proxy.as_deref();
    let script = environment::for_shell(args.shell, proxy, &authority, home.directory())?;
    talk::data(|out| out.write_all(script.as_bytes()))?;
    Ok(Exit::Same)
}

/// With its port: clients differ in what they take for the default.
fn address(text: &str) -> Result<String, String> {
    let advice = || "write http://host:port".to_owned();
    let authority = text.strip_prefix("http://").ok_or_else(advice)?.trim_end_matches('/');
    let (host, port) = authority.rsplit_once(':').ok_or_else(advice)?;
    let plain = !host.is_empty() && !host.contains(['/', '@', ' ']);
    match port.parse::<u16>() {
        Ok(port) if plain && port > 0 => Ok(format!("http://{authority}")),
        _ => Err(advice()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_with_its_port() {
        assert_eq!(address("http://[::1]:80/"), Ok("http://[::1]:80".to_owned()));
        for bad in ["127.0.0.1:80", "https://a:1", "http://a", "http://a:0", "http://a:1/b"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
