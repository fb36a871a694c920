//! Where places of a text are in another that has some words replaced.

/// How many bytes must be the same for two places to be one: origins, and numbers, are told apart by less.
const SAME_BYTES: usize = 12;

/// How far a replaced word reaches. A host name has at most 253 bytes.
const MAX_WORD_BYTES: usize = 320;

/// Maps ascending offsets in `before` to those in `after`. What lies inside a replaced word maps to its end.
pub(super) fn align(before: &[u8], after: &[u8], offsets: &[usize]) -> Vec<usize> {
    let mut walk = Walk { before, after, at: 0, there: 0 };
    offsets.iter().map(|offset| walk.to(*offset)).collect()
}

struct Walk<'a> {
    before: &'a [u8],
    after: &'a [u8],
    at: usize,
    there: usize,
}

impl Walk<'_> {
    fn to(&mut self, offset: usize) -> usize {
        while self.at < offset {
            let (before, after) = (self.rest_before(), self.rest_after());
            let wanted = before.get(..offset - self.at).unwrap_or(before);
            let same = wanted.iter().zip(after).take_while(|(a, b)| a == b).count();
            self.at += same;
            self.there += same;
            if self.at < offset && !self.skip_word() {
                // Nothing that follows is the same: all of it is one word.
                self.at = self.before.len().max(offset);
                self.there = self.after.len();
            }
        }
        self.there
    }

    /// Skips what differs here, up to the nearest place from which both go on alike.
    fn skip_word(&mut self) -> bool {
        let (before, after) = (self.rest_before(), self.rest_after());
        for reach in 1..=2 * MAX_WORD_BYTES {
            for skipped in reach.saturating_sub(MAX_WORD_BYTES)..=reach.min(MAX_WORD_BYTES) {
                let (here, there) = (before.get(skipped..), after.get(reach - skipped..));
                if let (Some(here), Some(there)) = (here, there)
                    && go_on_alike(here, there)
                {
                    self.at += skipped;
                    self.there += reach - skipped;
                    return true;
                }
            }
        }
        false
    }

    fn rest_before(&self) -> &[u8] {
        self.before.get(self.at..).unwrap_or_default()
    }

    fn rest_after(&self) -> &[u8] {
        self.after.get(self.there..).unwrap_or_default()
    }
}

/// For long enough, or to both ends.
fn go_on_alike(here: &[u8], there: &[u8]) -> bool {
    let (start, other) = (here.get(..SAME_BYTES), there.get(..SAME_BYTES));
    match (start, other) {
        (Some(start), Some(other)) => start == other,
        _ => here == there,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[\"http://api.test/1\", \"http://api.test/2\"]";
    const AFTER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 121\r\n\r\n[\"http://localhost:40000/1\", \"http://localhost:40000/2\"]";

    #[test]
    fn places_are_found_again_between_replaced_words() {
        for mark in ["Content", "\r\n\r\n[", "/1\"", ", \"", "/2\"", "]"] {
            let (at, there) = (BEFORE.find(mark).unwrap(), AFTER.find(mark).unwrap());
            assert_eq!(align(BEFORE.as_bytes(), AFTER.as_bytes(), &[at]), [there], "{mark:?}");
        }
    }

    #[test]
    fn all_places_map_in_order_from_start_to_end() {
        let all: Vec<_> = (0..=BEFORE.len()).collect();
        let mapped = align(BEFORE.as_bytes(), AFTER.as_bytes(), &all);
        assert!(mapped.is_sorted());
        assert_eq!((mapped.first(), mapped.last()), (Some(&0), Some(&AFTER.len())));
        assert_eq!(align(b"same", b"same", &[0, 2, 4]), [0, 2, 4]);
        assert_eq!(align(b"one", b"", &[0, 3]), [0, 0]);
    }
}
