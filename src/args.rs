//! What may be typed.

use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand};

use crate::exit::{EXIT_CODES, Outcome};
use crate::verbs;

/// Record real client-server traffic, replay it offline exact to the byte, and see how the client
/// changed.
#[derive(Debug, Parser)]
#[command(name = "retape", version, about, styles = STYLES, after_help = EXIT_CODES)]
#[command(propagate_version = true, max_term_width = 100)]
pub(crate) struct Args {
    /// Say nothing but results, warnings and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What retape can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Record(verbs::record::RecordArgs),
    Import(verbs::import::ImportArgs),
    Proxy(verbs::proxy::ProxyArgs),
    Replay(verbs::replay::ReplayArgs),
    Mutate(verbs::mutate::MutateArgs),
    Faults(verbs::faults::FaultsArgs),
    Diff(verbs::diff::DiffArgs),
    Sweep(Box<verbs::sweep::SweepArgs>),
    Show(verbs::show::ShowArgs),
    Convert(verbs::convert::ConvertArgs),
    Export(verbs::export::ExportArgs),
    Verify(verbs::verify::VerifyArgs),
    Report(verbs::report::ReportArgs),
    Ca(verbs::ca::CaArgs),
    Env(verbs::env::EnvArgs),
    Demo(verbs::demo::DemoArgs),
    Completions(verbs::completions::CompletionsArgs),
    Man(verbs::man::ManArgs),
}

impl Verb {
    /// Does it. A verb that runs a command may end with that command's code.
    pub(crate) fn run(self) -> Outcome<ExitCode> {
        match self {
            Self::Record(args) => verbs::record::run(args),
            Self::Import(args) => verbs::import::run(args).map(ExitCode::from),
            Self::Proxy(args) => verbs::proxy::run(args),
            Self::Replay(args) => verbs::replay::run(args),
            Self::Mutate(args) => verbs::mutate::run(&args).map(ExitCode::from),
            Self::Faults(args) => verbs::faults::run(&args).map(ExitCode::from),
            Self::Diff(args) => verbs::diff::run(&args).map(ExitCode::from),
            Self::Sweep(args) => verbs::sweep::run(*args),
            Self::Show(args) => verbs::show::run(&args).map(ExitCode::from),
            Self::Convert(args) => verbs::convert::run(&args).map(ExitCode::from),
            Self::Export(args) => verbs::export::run(&args).map(ExitCode::from),
            Self::Verify(args) => verbs::verify::run(&args).map(ExitCode::from),
            Self::Report(args) => verbs::report::run(&args).map(ExitCode::from),
            Self::Ca(args) => verbs::ca::run(&args).map(ExitCode::from),
            Self::Env(args) => verbs::env::run(&args).map(ExitCode::from),
            Self::Demo(args) => verbs::demo::run(&args).map(ExitCode::from),
            Self::Completions(args) => verbs::completions::run(&args).map(ExitCode::from),
            Self::Man(args) => verbs::man::run(&args).map(ExitCode::from),
        }
    }
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());
