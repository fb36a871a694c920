//! YAML, line by line: stable, without reflow, and read the same by every YAML parser.

use std::fmt::Write as _;

use super::super::spelling::{self, Spelling};
use super::super::tree::Tag;

/// YAML as it is written. Indents are in columns.
#[derive(Debug, Default)]
pub(super) struct Emitter {
    out: String,
    /// The next line begins a list item.
    dash: bool,
}

impl Emitter {
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// The next line begins a list item; its indent is that of the item's own keys.
    pub(super) fn begin_item(&mut self) {
        self.dash = true;
    }

    pub(super) fn blank_line(&mut self) {
        self.out.push('\n');
    }

    pub(super) fn line(&mut self, indent: usize, text: &str) {
        self.indent(indent);
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// `key: value`, the value being YAML already.
    pub(super) fn key(&mut self, indent: usize, key: &str, value: &str) {
        self.indent(indent);
        self.out.push_str(key);
        self.out.push(':');
        if !value.is_empty() {
            self.out.push(' ');
            self.out.push_str(value);
        }
        self.out.push('\n');
    }

    /// `key: [a, b]`, or one item a line where that would be long.
    pub(super) fn list(&mut self, indent: usize, key: &str, items: &[String]) {
        /// A line of this length shows in a diff view without scrolling.
        const MAX_LINE: usize = 96;
        let line = items.join(", ");
        if indent + key.len() + line.len() + 4 <= MAX_LINE {
            return self.key(indent, key, &format!("[{line}]"));
        }
        self.key(indent, key, "");
        for item in items {
            self.line(indent + 2, &format!("- {item}"));
        }
    }

    /// `key:` and the bytes in their most readable spelling.
    pub(super) fn bytes(&mut self, indent: usize, key: &str, bytes: &[u8]) {
        match spelling::spell(bytes) {
            Spelling::Block(tag, text) => self.block(indent, key, tag, &text),
            Spelling::Quoted(Tag::None, text) if is_plain_scalar(&text) => {
                self.key(indent, key, &text);
            }
            Spelling::Quoted(tag, text) => {
                let quoted = quote(&text, indent + 2);
                self.key(indent, key, &format!("{}{quoted}", tag_prefix(tag)));
            }
            Spelling::Base64 => self.base64(indent, key, bytes),
        }
    }

    /// `key: |` and the lines of `text`, which must be fit for a block.
    pub(super) fn block(&mut self, indent: usize, key: &str, tag: Tag, text: &str) {
        // A block's indent is taken from its first line, which must not begin with a blank then.
        let explicit = if text.starts_with([' ', '\t', '\n']) { "2" } else { "" };
        let (text, chomp) = text.strip_suffix('\n').map_or((text, "-"), |text| (text, ""));
        self.key(indent, key, &format!("{}|{explicit}{chomp}", tag_prefix(tag)));
        for line in text.split('\n') {
            if !line.is_empty() {
                self.indent(indent + 2);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    fn base64(&mut self, indent: usize, key: &str, bytes: &[u8]) {
        self.key(indent, key, &format!("!!binary | # {}", spelling::describe(bytes)));
        for line in spelling::base64_lines(bytes) {
            self.line(indent + 2, &line);
        }
    }

    fn indent(&mut self, columns: usize) {
        let dash = std::mem::take(&mut self.dash);
        let spaces = if dash { columns.saturating_sub(2) } else { columns };
        self.out.extend(std::iter::repeat_n(' ', spaces));
        if dash {
            self.out.push_str("- ");
        }
    }
}

const fn tag_prefix(tag: Tag) -> &'static str {
    match tag {
        Tag::None => "",
        Tag::Crlf => "!crlf ",
        Tag::Latin1 => "!latin1 ",
        Tag::Binary => "!!binary ",
    }
}

/// `text` as a scalar on one line.
pub(super) fn inline(text: &str) -> String {
    if is_plain_scalar(text) { text.to_owned() } else { quote_on_one_line(text) }
}

/// Whether every YAML parser, of version 1.1 too, takes `text` without quotes for text, also
/// inside `[…]` and `{…}`. Strict on purpose: when in doubt, it is quoted.
fn is_plain_scalar(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " _./:+@%;=-()".contains(c);
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
    starts_well
        && text.chars().all(allowed)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !is_word_with_meaning(text)
        && !may_be_number(text)
}

/// Words that YAML 1.1 or 1.2 take for something other than text.
fn is_word_with_meaning(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Numbers, dates, and base-60 numbers such as `10:20` begin with a digit; two dots or a letter
/// that no number holds tell addresses and names from them.
fn may_be_number(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_digit());
    let is_address = text.matches('.').count() > 1;
    let is_name = text
        .contains(|c: char| matches!(c, 'g'..='n' | 'p'..='w' | 'y' | 'z' | 'G'..='N' | 'P'..='S'));
    begins && !is_address && !is_name
}

fn quote_on_one_line(text: &str) -> String {
    let mut out = String::from("\"");
    escape(text, &mut out);
    out.push('"');
    out
}

/// In double quotes; each line of `text` on a line of its own, so that diffs are small.
fn quote(text: &str, indent: usize) -> String {
    let mut out = String::from("\"");
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        escape(line, &mut out);
        if let Some(next) = lines.peek() {
            out.push_str("\\\n");
            out.extend(std::iter::repeat_n(' ', indent));
            if next.starts_with(' ') {
                out.push('\\'); // leading blanks of a continued line are dropped unless escaped
            }
        }
    }
    out.push('"');
    out
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            plain if spelling::is_plain(plain) => out.push(plain),
            odd => escape_number(u32::from(odd), out),
        }
    }
}

fn escape_number(code: u32, out: &mut String) {
    // Writing into a string cannot fail.
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{spelling, tree};

    fn emitted(bytes: &[u8]) -> String {
        let mut yaml = Emitter::default();
        yaml.begin_item();
        yaml.bytes(4, "body", bytes);
        yaml.key(4, "next", "1");
        yaml.finish()
    }

    fn back(yaml: &str) -> Vec<u8> {
        let root = tree::parse(yaml).unwrap();
        let tree::Value::List(items) = &root.value else { panic!("{yaml}") };
        let tree::Value::Map(entries) = &items[0].value else { panic!("{yaml}") };
        assert_eq!(entries.len(), 2, "{yaml}");
        spelling::read(&entries[0].1, "body").unwrap()
    }

    #[test]
    fn what_another_parser_may_misread_is_quoted() {
        let misread = [
            "no",
            "ON",
            "~",
            "",
            "1",
            "1.5",
            "0x1f",
            "10:20",
            "2026-11-21",
            "1e5",
            " a",
            "a ",
            "a: b",
            "-",
            "#",
            "*a",
            "&a",
            "!a",
            "1_000",
            "a #b",
        ];
        for text in misread {
            assert!(inline(text).starts_with('"'), "{text}");
        }
        let plain =
            ["GET / HTTP/1.1", "127.0.0.1:80", "http://a.b:1/c", "12.5ms", "retape 0.1.0", "/a"];
        for text in plain {
            assert_eq!(inline(text), text);
        }
    }

    #[test]
    fn traps_read_back_as_they_were() {
        let traps = [
            "",
            "\n",
            "\n\n",
            " ",
            " a\nb\n",
            "\ta\nb",
            "a\n\n\nb",
            "a\nb\n\n",
            "a\r\nb\r\n",
            "a\r\nb",
            "a\rb\nc",
            "\r\n",
            "---\na\n...\n",
            "# a\n# b\n",
            "a: b\n- c\n",
            "a\n b\n  c\n",
            "\n  a\nb\n",
            "a\n \nb\n",
            "a\n\tb\n",
            "\u{feff}a\nb\n",
            "a\u{85}b\n",
            "a\u{2028}b\nc\n",
            "\u{7f}\u{1}\n",
            "é\nñ\n",
            "\u{1f600}\n\"\\\n",
            "%YAML\nx\n",
            "\"\n'\n",
            "a \\\n b\n",
            "a\n   \n",
            "\u{a0}\n\u{ad}x\n",
            "\0\0\0ab",
        ];
        for text in traps {
            let yaml = emitted(text.as_bytes());
            assert_eq!(back(&yaml), text.as_bytes(), "{text:?} as\n{yaml}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_read_back(bytes: Vec<u8>) {
            prop_assert_eq!(back(&emitted(&bytes)), bytes);
        }

        #[test]
        fn any_text_reads_back(text in "(?s).*") {
            prop_assert_eq!(back(&emitted(text.as_bytes())), text.as_bytes());
        }

        #[test]
        fn texts_of_blanks_and_line_ends_read_back(text in "[ \t\r\nab\"\\\\#:-]{0,24}") {
            prop_assert_eq!(back(&emitted(text.as_bytes())), text.as_bytes());
        }
    }
}
