//! Patterns of host names.

use std::net::IpAddr;

/// Hosts, by name. A pattern matches whole names, in any case; `*` in it stands for any number of characters, and
/// one that starts with a dot means the name after it and all below.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hosts {
    /// In lower case.
    patterns: Vec<String>,
}

impl Hosts {
    /// Of these patterns.
    pub fn new(patterns: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let lower = |pattern: &str| pattern.trim().to_ascii_lowercase();
        let patterns = patterns.into_iter().map(|pattern| lower(pattern.as_ref()));
        Self { patterns: patterns.filter(|pattern| !pattern.is_empty()).collect() }
    }

    /// As the environment's `NO_PROXY` says it: separated by commas, and a bare name means all below it, too.
    pub fn of_no_proxy(list: &str) -> Self {
        let dotted = |pattern: &str| match pattern.trim() {
            "" => String::new(),
            all if all.contains('*') || all.starts_with('.') => all.to_owned(),
            address if address.parse::<IpAddr>().is_ok() => address.to_owned(),
            name => format!(".{name}"),
        };
        Self::new(list.split(',').map(dotted))
    }

    /// Whether one of the patterns matches.
    pub fn contain(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.patterns.iter().any(|pattern| match pattern.strip_prefix('.') {
            Some(name) => {
                host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            None => is_match(pattern.as_bytes(), host.as_bytes()),
        })
    }
}

/// Whether `pattern`, with `*` for any number of bytes, is all of `text`. Goes back to the last star only, so
/// it takes no more than the product of both lengths.
fn is_match(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Behind the last star, and where the text after it is tried.
    let mut retry = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                retry = Some((p, t));
            }
            Some(byte) if text.get(t) == Some(byte) => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star, from)) = retry else { return false };
                (p, t) = (star, from + 1);
                retry = Some((star, from + 1));
            }
        }
    }
    pattern.iter().skip(p).all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_names_in_any_case() {
        let hosts = Hosts::new(["Pinned.example", "*.bank.example", "10.0.*"]);
        for host in ["pinned.example", "PINNED.EXAMPLE.", "a.bank.example", "10.0.0.1"] {
            assert!(hosts.contain(host), "{host}");
        }
        for host in ["a.pinned.example", "bank.example", "pinned.example.org", "110.0.0.1", ""] {
            assert!(!hosts.contain(host), "{host}");
        }
    }

    #[test]
    fn a_leading_dot_means_the_name_and_all_below() {
        let hosts = Hosts::new([".corp.example"]);
        assert!(hosts.contain("corp.example") && hosts.contain("a.b.corp.example"));
        assert!(!hosts.contain("notcorp.example"));
    }

    #[test]
    fn no_proxy_is_read_as_other_tools_do() {
        let hosts = Hosts::of_no_proxy("localhost, corp.example,.internal,127.0.0.1");
        for host in ["localhost", "a.corp.example", "x.internal", "127.0.0.1"] {
            assert!(hosts.contain(host), "{host}");
        }
        assert!(!hosts.contain("example") && !hosts.contain("1.127.0.0.1"));
        assert!(Hosts::of_no_proxy("*").contain("anything"));
        assert!(!Hosts::of_no_proxy("").contain("anything"));
    }

    #[test]
    fn many_stars_do_not_take_long() {
        let hosts = Hosts::new(["a*a*a*a*a*a*a*a*a*a*b"]);
        assert!(!hosts.contain(&"a".repeat(5000)));
    }
}
