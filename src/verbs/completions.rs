//! `retape completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::exit::{Exit, Outcome};
use crate::talk;

const EXAMPLES: &str = "\
Examples:
  retape completions bash > ~/.local/share/bash-completion/completions/retape
  retape completions zsh > \"${fpath[1]}/_retape\"
  retape completions fish > ~/.config/fish/completions/retape.fish";

/// Print the completion script of a shell
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs) -> Outcome {
    // The generator panics when its output fails, so it gets a buffer.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::args::Args::command(), "retape", &mut script);
    talk::data(|out| out.write_all(&script))?;
    Ok(Exit::Same)
}
