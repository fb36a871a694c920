//! Variables as shells set them.

use clap::ValueEnum;

/// A shell's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// sh, bash, zsh, and whatever else follows POSIX
    Sh,
    Fish,
    Powershell,
}

impl Shell {
    /// One line that sets a variable, for the shell and what it starts.
    pub(super) fn set(self, name: &str, value: &str) -> String {
        match self {
            Self::Sh => format!("export {name}='{}'\n", value.replace('\'', r"'\''")),
            Self::Fish => {
                let value = value.replace('\\', r"\\").replace('\'', r"\'");
                format!("set -gx {name} '{value}'\n")
            }
            Self::Powershell => format!("$env:{name} = '{}'\n", value.replace('\'', "''")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_a_value_stay_in_it() {
        assert_eq!(Shell::Sh.set("A", "it's"), "export A='it'\\''s'\n");
        assert_eq!(Shell::Fish.set("A", r"it's \"), "set -gx A 'it\\'s \\\\'\n");
        assert_eq!(Shell::Powershell.set("A", "it's"), "$env:A = 'it''s'\n");
    }
}
