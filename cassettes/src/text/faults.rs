//! Files of faults in YAML.

use super::error::TextError;
use super::fields::Fields;
use super::tree::{self, Node};
use crate::fault::{Overlay, Sentence};

/// Reads one.
pub(super) fn read(yaml: &str) -> Result<Overlay, TextError> {
    let root = tree::parse(yaml)?;
    let fields = Fields::of(&root, "a file of faults", &["faults", "seed"])?;
    let list = fields.require("faults", "faults")?.list("`faults`", "a list of sentences")?;
    let sentences = list.iter().map(sentence).collect::<Result<_, _>>()?;
    let seed = fields.get("seed").map(seed).transpose()?;
    Ok(Overlay { seed, sentences })
}

fn sentence(node: &Node<'_>) -> Result<Sentence, TextError> {
    let text = node.text("a fault", "a sentence such as `close at byte 812 on 3`")?;
    Ok(Sentence { text: text.to_owned(), line: node.place.line as usize })
}

fn seed(node: &Node<'_>) -> Result<u64, TextError> {
    let text = node.text("`seed`", "a whole number")?;
    text.parse().map_err(|_| node.place.invalid("`seed`", text, "a whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_faults_keeps_their_lines() {
        let overlay =
            read("seed: 7\nfaults:\n  - close at end\n  - reset at byte 3 on 2\n").unwrap();
        assert_eq!(overlay.seed, Some(7));
        assert_eq!(overlay.sentences[1].line, 4);
        assert_eq!(overlay.into_faults().unwrap().faults().len(), 2);
    }

    #[test]
    fn what_is_no_file_of_faults_is_refused_with_its_place() {
        let told = |yaml: &str| read(yaml).unwrap_err().to_string();
        assert!(told("fautls: []").contains("faults"));
        assert!(told("faults: close").starts_with("line 1"));
        let wrong = read("faults:\n  - close at noon\n").unwrap().into_faults().unwrap_err();
        assert_eq!(wrong.line, 2);
        assert!(wrong.to_string().ends_with("\n             ^"), "{wrong}");
    }
}
