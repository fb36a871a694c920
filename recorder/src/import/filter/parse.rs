//! A filter out of what was typed.

use std::iter::Peekable;
use std::ops::Range;
use std::str::FromStr;

use super::host::Host;
use super::instant::Instant;
use super::numbers::Numbers;
use super::{Asked, Expression, Filter, FilterError, Term, Whose};
use crate::import::Speech;

/// Deepest nesting of parentheses and `not`s: nobody writes more, and each level takes stack.
const MAX_DEPTH: usize = 64;

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let mut parser = Parser {
            words: words(text).into_iter().peekable(),
            end: text.chars().count(),
            depth: 0,
        };
        let expression = parser.any()?;
        match parser.words.next() {
            None => Ok(Self { expression }),
            Some(word) => Err(word.unexpected("`and`, `or` or the end")),
        }
    }
}

struct Parser<'a> {
    words: Peekable<std::vec::IntoIter<Word<'a>>>,
    /// How many characters the text has.
    end: usize,
    depth: usize,
}

const TERM: &str = "host, port, stream, protocol, after, before, client, server, `not` or `(`";

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Expression, FilterError> {
        let mut parts = vec![self.all()?];
        while self.take(&["or", "||"]) {
            parts.push(self.all()?);
        }
        Ok(joined(parts, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression, FilterError> {
        let mut parts = vec![self.one()?];
        while self.take(&["and", "&&"]) {
            parts.push(self.one()?);
        }
        Ok(joined(parts, Expression::All))
    }

    fn one(&mut self) -> Result<Expression, FilterError> {
        let word = self.next(TERM)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(word.unexpected("fewer than 64 levels of parentheses and `not`s"));
        }
        let part = match word.text {
            "not" | "!" => Expression::Not(Box::new(self.one()?)),
            "(" => {
                let inner = self.any()?;
                let close = self.next("`)`")?;
                if close.text != ")" {
                    return Err(close.unexpected("`and`, `or` or `)`"));
                }
                inner
            }
            _ => Expression::Term(self.term(&word)?),
        };
        self.depth -= 1;
        Ok(part)
    }

    fn term(&mut self, word: &Word<'a>) -> Result<Term, FilterError> {
        match word.text {
            "client" => self.of_side(Whose::Client),
            "server" => self.of_side(Whose::Server),
            "host" | "port" => self.place(word, Whose::Either),
            "stream" => self.value(STREAM, |text| Numbers::read(text, u32::MAX)).map(Term::Stream),
            "protocol" => self.value(PROTOCOL, protocol).map(Term::Protocol),
            "after" => self.value(TIME, Instant::read).map(Term::After),
            "before" => self.value(TIME, Instant::read).map(Term::Before),
            _ => Err(word.unexpected(TERM)),
        }
    }

    fn of_side(&mut self, whose: Whose) -> Result<Term, FilterError> {
        let word = self.next("host or port")?;
        self.place(&word, whose)
    }

    fn place(&mut self, word: &Word<'a>, whose: Whose) -> Result<Term, FilterError> {
        match word.text {
            "host" => self.value(HOST, Host::read).map(|host| Term::Host(whose, host)),
            "port" => {
                let ports = self.value(PORT, |text| Numbers::read(text, u16::MAX.into()))?;
                Ok(Term::Port(whose, ports))
            }
            _ => Err(word.unexpected("host or port")),
        }
    }

    fn value<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, FilterError> {
        let word = self.next(expected)?;
        read(word.text).ok_or_else(|| word.unexpected(expected))
    }

    fn next(&mut self, expected: &'static str) -> Result<Word<'a>, FilterError> {
        let missing =
            || FilterError { span: self.end..self.end, expected, found: "the end".to_owned() };
        self.words.next().ok_or_else(missing)
    }

    fn take(&mut self, texts: &[&str]) -> bool {
        self.words.next_if(|word| texts.contains(&word.text)).is_some()
    }
}

const STREAM: &str = "numbers of streams, as in 0,3,5-9";
const PROTOCOL: &str = "tls, http, http/1, http/2 or raw";
const TIME: &str =
    "a time: 2026-11-21, 2026-11-21T08:00:00Z, Unix seconds, or +SECONDS from the first packet";
const HOST: &str =
    "an address, a network as in 10.0.0.0/8, or a name, in which * stands for anything";
const PORT: &str = "ports, as in 80,8000-8999";

fn protocol(name: &str) -> Option<Asked> {
    Some(match name {
        "tls" => Asked::Tls,
        "http" => Asked::Http,
        "http/1" | "http1" => Asked::Speech(Speech::Http1),
        "http/2" | "http2" | "h2" => Asked::Speech(Speech::Http2),
        "raw" => Asked::Speech(Speech::Raw),
        _ => return None,
    })
}

fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

/// A word or parenthesis, and which characters of the text it is.
#[derive(Debug)]
struct Word<'a> {
    text: &'a str,
    span: Range<usize>,
}

impl Word<'_> {
    fn unexpected(&self, expected: &'static str) -> FilterError {
        FilterError { span: self.span.clone(), expected, found: format!("{:?}", self.text) }
    }
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut begin = None;
    let mut push = |from: Option<(usize, usize)>, to: (usize, usize)| {
        let Some((byte, character)) = from else { return };
        let text = text.get(byte..to.0).unwrap_or_default();
        words.push(Word { text, span: character..to.1 });
    };
    for (character, (byte, c)) in text.char_indices().enumerate() {
        let here = (byte, character);
        if c.is_whitespace() || is_sign(c) {
            push(begin.take(), here);
            if is_sign(c) {
                push(Some(here), (byte + c.len_utf8(), character + 1));
            }
        } else if begin.is_none() {
            begin = Some(here);
        }
    }
    push(begin, (text.len(), text.chars().count()));
    words
}

/// What is a word by itself.
const fn is_sign(c: char) -> bool {
    matches!(c, '(' | ')' | '!')
}
