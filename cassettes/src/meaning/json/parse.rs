//! A strict JSON reader (RFC 8259) that only notes where each value stands.

use super::{Kind, Node};

/// Deepest nesting read, as in most JSON readers. Deeper bodies are compared as bytes.
pub const MAX_JSON_DEPTH: usize = 128;

/// The nodes of a text that is one JSON value from end to end.
pub(super) fn nodes(text: &[u8]) -> Option<Vec<Node>> {
    u32::try_from(text.len()).ok()?;
    let mut parser = Parser { text, at: 0, nodes: Vec::with_capacity(text.len() / 16) };
    parser.skip_space();
    parser.value(0)?;
    parser.skip_space();
    (parser.at == text.len()).then_some(parser.nodes)
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
}

/// Every method answers `None` for what is not JSON.
impl Parser<'_> {
    fn value(&mut self, depth: usize) -> Option<()> {
        match self.peek()? {
            b'{' => self.container(Kind::Object, b'}', depth),
            b'[' => self.container(Kind::Array, b']', depth),
            b'"' => self.leaf(Kind::String, Self::string),
            b't' => self.leaf(Kind::Bool, |parser| parser.word(b"true")),
            b'f' => self.leaf(Kind::Bool, |parser| parser.word(b"false")),
            b'n' => self.leaf(Kind::Null, |parser| parser.word(b"null")),
            _ => self.leaf(Kind::Number, Self::number),
        }
    }

    fn container(&mut self, kind: Kind, close: u8, depth: usize) -> Option<()> {
        if depth >= MAX_JSON_DEPTH {
            return None;
        }
        let (index, start) = (self.nodes.len(), self.at);
        self.push(kind, start);
        self.at += 1;
        self.skip_space();
        if !self.took(close) {
            self.items(kind, close, depth)?;
        }
        self.end(index)
    }

    fn items(&mut self, kind: Kind, close: u8, depth: usize) -> Option<()> {
        loop {
            if kind == Kind::Object {
                self.member_name()?;
            }
            self.value(depth + 1)?;
            self.skip_space();
            if self.took(close) {
                return Some(());
            }
            self.take(b',')?;
            self.skip_space();
        }
    }

    fn member_name(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        self.leaf(Kind::String, Self::string)?;
        self.skip_space();
        self.take(b':')?;
        self.skip_space();
        Some(())
    }

    fn leaf(&mut self, kind: Kind, scan: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        let (index, start) = (self.nodes.len(), self.at);
        self.push(kind, start);
        scan(self)?;
        self.end(index)
    }

    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            let plain = self.rest().iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20)?;
            self.at += plain + 1;
            match self.text.get(self.at - 1)? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        let kind = self.peek()?;
        self.at += 1;
        match kind {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let is_hex = self.rest().get(..4)?.iter().all(u8::is_ascii_hexdigit);
                self.at += 4;
                is_hex.then_some(())
            }
            _ => None,
        }
    }

    fn number(&mut self) -> Option<()> {
        self.took(b'-');
        if !self.took(b'0') {
            self.digits()?;
        }
        if self.took(b'.') {
            self.digits()?;
        }
        if self.took(b'e') || self.took(b'E') {
            let _ = self.took(b'+') || self.took(b'-');
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let found = self.rest().starts_with(word);
        self.at += word.len();
        found.then_some(())
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let start = small(start);
        self.nodes.push(Node { kind, start, end: start, next: 0 });
    }

    fn end(&mut self, index: usize) -> Option<()> {
        let next = small(self.nodes.len());
        let node = self.nodes.get_mut(index)?;
        node.end = small(self.at);
        node.next = next;
        Some(())
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn took(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.took(byte).then_some(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }
}

/// `nodes` checked that the text's length fits, and there are no more nodes than bytes.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
