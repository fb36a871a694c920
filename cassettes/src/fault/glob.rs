//! Patterns of paths: `*` is any run without a slash, `**` any run.

/// Whether all of `text` is matched. Linear in memory; each `*` is tried at most once a byte of the text.
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let mut reached = vec![false; text.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    let mut rest = pattern;
    while let Some((first, after)) = rest.split_first() {
        let crosses = *first == b'*' && after.first() == Some(&b'*');
        rest = if crosses { after.get(1..).unwrap_or_default() } else { after };
        reached = match first {
            b'*' => run(&reached, text, crosses),
            byte => step(&reached, text, *byte),
        };
    }
    reached.last().copied().unwrap_or(false)
}

/// After one byte more.
fn step(reached: &[bool], text: &[u8], byte: u8) -> Vec<bool> {
    let matched = reached.iter().zip(text).map(|(reached, found)| *reached && *found == byte);
    std::iter::once(false).chain(matched).collect()
}

/// After any run of bytes.
fn run(reached: &[bool], text: &[u8], crosses: bool) -> Vec<bool> {
    let mut on = reached.first().copied().unwrap_or(false);
    let mut after = vec![on];
    for (found, reached) in text.iter().zip(reached.iter().skip(1)) {
        on = *reached || (on && (crosses || *found != b'/'));
        after.push(on);
    }
    after
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stays_between_slashes_and_two_cross_them() {
        assert!(matches(b"/users/*", b"/users/7"));
        assert!(!matches(b"/users/*", b"/users/7/orders"));
        assert!(matches(b"/users/**", b"/users/7/orders"));
        assert!(matches(b"/a*c", b"/abc") && matches(b"/a*c", b"/ac") && !matches(b"/a*c", b"/ab"));
        assert!(matches(b"**", b"/") && !matches(b"", b"/"));
    }
}
