//! Text from elsewhere, as text in HTML: it can neither become markup, nor hide, nor reorder what
//! stands around it.

use std::fmt::{self, Display, Formatter, Write};

use crate::sweep::report::words;

/// Escaped for text and for quoted attributes. Line ends and tabs stay; other characters that are
/// not seen, or that move others, are spelled out as in the other reports.
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
            '\r' => out.write_str("\\r"),
            c if words::is_unseen(c) => write!(out, "{}", c.escape_unicode()),
            c => out.write_char(c),
        })
    }
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
    fn what_would_not_be_seen_is_spelled_out() {
        let text = Escaped("a\u{1b}[31m\0\u{7f}\r\n\u{202e}b\u{9b}").to_string();
        assert_eq!(text, "a\\u{1b}[31m\\u{0}\\u{7f}\\r\n\\u{202e}b\\u{9b}");
    }
}
