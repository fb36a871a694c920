//! Text from elsewhere, as text in HTML: it can neither become markup, nor hide, nor reorder what
//! stands around it.

use std::fmt::{self, Display, Formatter, Write};

/// Escaped for text and for quoted attributes. Line ends and tabs stay; other control characters
/// are shown by their pictures or numbers.
pub(super) struct Escaped<'t>(pub(super) &'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => out.write_str("&amp;"),
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '"' => out.write_str("&quot;"),
            '\'' => out.write_str("&#39;"),
            '\n' | '\t' => out.write_char(c),
            '\0'..' ' => out.write_char(picture(c)),
            '\u{7f}' => out.write_char('\u{2421}'),
            c if is_invisible(c) => write!(out, "\u{27e8}U+{:04X}\u{27e9}", u32::from(c)),
            c => out.write_char(c),
        })
    }
}

/// U+2400 and after show the first 32 characters.
fn picture(c: char) -> char {
    char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Characters that change how others are shown (direction), or that are not seen.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn markup_becomes_text() {
        let text = Escaped("</pre><script>\"a\" & 'b'").to_string();
        assert_eq!(text, "&lt;/pre&gt;&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;");
    }

    #[test]
    fn what_would_not_be_seen_is_shown() {
        let text = Escaped("a\u{1b}[31m\0\u{7f}\r\n\u{202e}b\u{9b}").to_string();
        assert_eq!(text, "a␛[31m␀␡␍\n⟨U+202E⟩b⟨U+009B⟩");
    }
}
