//! The `retape` command.
//!
//! Start here:
//! - [`args`]: what may be typed
//! - [`verbs`]: one file a verb; each turns what was typed into a plan, and carries it out
//! - [`store`]: the only place with paths: opens, creates and extends cassette files
//! - [`relaying`]: standing between clients and servers
//! - [`session`]: a server with its end: [`child`] is the command after `--`, [`signals`] Ctrl-C and its like
//! - [`environment`]: what the command is started with; [`certificates`]: what its TLS is answered with
//! - [`sweeps`]: reports of sweeps, read and written, and what fails one
//! - [`faults`]: what is to be broken, as typed and as files hold it
//! - [`talk`] and [`exit`]: what is said, and how it ends

mod args;
mod certificates;
mod child;
mod environment;
mod exit;
mod faults;
mod listen;
mod printable;
mod recording;
mod relaying;
mod reports;
mod rules;
mod session;
mod signals;
mod status;
mod store;
mod sweeps;
mod table;
mod talk;
mod verbs;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    talk::be_quiet(args.quiet);
    args.verb.run().unwrap_or_else(|failure| {
        talk::error(&failure);
        failure.exit_code()
    })
}
