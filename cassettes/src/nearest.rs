//! What somebody may have meant who misspelt a name.

/// Longest name for which a suggestion is looked for; the search is quadratic.
const MAX_SUGGESTED_CHARACTERS: usize = 40;

/// The known name that takes the fewest edits to reach from `name`, if those are few.
pub(crate) fn nearest(
    name: &str,
    known: impl IntoIterator<Item = &'static str>,
) -> Option<&'static str> {
    let length = name.chars().count();
    if length > MAX_SUGGESTED_CHARACTERS {
        return None;
    }
    let known = known.into_iter().map(|known| (distance(name, known), known));
    let (distance, nearest) = known.min_by_key(|(edits, _)| *edits)?;
    (distance <= length.div_ceil(3)).then_some(nearest)
}

/// Edits (insert, remove, replace) between the two, letter case aside.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut above_left = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, to) in row.iter_mut().skip(1).zip(&b) {
            let same = from.eq_ignore_ascii_case(to);
            let edits = (above_left + usize::from(!same)).min(*cell + 1).min(left + 1);
            above_left = std::mem::replace(cell, edits);
            left = edits;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_single_edits() {
        assert_eq!(distance("reqest", "request"), 1);
        assert_eq!(distance("Request", "request"), 0);
        assert_eq!(distance("", "end"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_word_like_no_key_gets_no_suggestion() {
        assert_eq!(nearest("banana", ["request", "response"]), None);
        assert_eq!(nearest("respnse", ["request", "response"]), Some("response"));
    }
}
