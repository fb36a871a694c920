//! `retape ca`: the certificate authority that clients have to trust.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use recorder::tls::Authority;
use serde::Serialize;

use crate::exit::{Exit, Failure, Outcome};
use crate::store::AuthorityHome;
use crate::talk;

const EXAMPLES: &str = "\
Examples:
  retape ca show                       where it is, and its fingerprint
  retape ca export > retape-ca.pem     for a client elsewhere: a container, a phone, a browser
  retape ca rotate                     make another; who trusted the old one has to trust this one

After `-- COMMAND` none of this is needed: the command finds the certificate in its environment.
For a shell, `retape env` does the same. The system's own store is never touched.

To use an authority that exists already, put its certificate and its unencrypted PKCS#8 key into
one file DIR/authority.pem with mode 0600, and say --ca DIR.";

/// The certificate authority by which TLS can be recorded and replayed
///
/// It is made when it is first needed. Only this user can read its key.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CaArgs {
    #[command(subcommand)]
    action: Action,

    /// Where it is kept [default: retape/ca in the user's data directory]
    #[arg(long, global = true, value_name = "DIR")]
    ca: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make one, if there is none
    Create,
    /// Tell where it is, its fingerprint, and how long it is good
    Show {
        /// For whom
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Write its certificate to standard output, as PEM
    Export,
    /// Replace it by a new one
    Rotate,
}

/// For whom a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// What there is to tell of it.
#[derive(Debug, Serialize)]
struct Facts {
    certificate: String,
    subject: String,
    sha256: String,
    key_sha256: String,
    good_until: String,
}

pub(crate) fn run(args: &CaArgs) -> Outcome {
    let home = AuthorityHome::find(args.ca.as_deref())?;
    match args.action {
        Action::Create => show(&home, &home.create()?, Format::Text),
        Action::Rotate => show(&home, &home.rotate()?, Format::Text),
        Action::Show { format } => show(&home, &existing(&home)?, format),
        Action::Export => {
            let pem = existing(&home)?.certificate_pem();
            talk::data(|out| out.write_all(pem.as_bytes()))
        }
    }?;
    Ok(Exit::Same)
}

fn existing(home: &AuthorityHome) -> Outcome<Authority> {
    home.load()?.ok_or_else(|| {
        let directory = home.directory().display();
        Failure::input(format!("there is no certificate authority in {directory}"))
            .hint("retape ca create makes one; so does the first recording that needs it")
    })
}

fn show(home: &AuthorityHome, authority: &Authority, format: Format) -> Outcome<()> {
    let facts = facts(home, authority);
    match format {
        Format::Json => talk::data(|out| {
            serde_json::to_writer_pretty(&mut *out, &facts)?;
            writeln!(out)
        }),
        Format::Text => talk::result(|out| {
            writeln!(out, "certificate  {}", facts.certificate)?;
            writeln!(out, "subject      {}", facts.subject)?;
            writeln!(out, "sha256       {}", facts.sha256)?;
            writeln!(out, "key sha256   {}", facts.key_sha256)?;
            writeln!(out, "good until   {}", facts.good_until)
        }),
    }
}

fn facts(home: &AuthorityHome, authority: &Authority) -> Facts {
    let facts = authority.facts();
    Facts {
        certificate: home.certificate().display().to_string(),
        subject: facts.subject.clone(),
        sha256: facts.fingerprint.clone(),
        key_sha256: facts.key_hash.clone(),
        good_until: facts.last_day(),
    }
}
