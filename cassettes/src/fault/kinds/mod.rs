//! Every kind of fault, one file each. The catalogue's order is that of the lists here.

mod http;
mod tcp;

use std::sync::LazyLock;

use super::Kind;

/// Every kind.
pub fn catalogue() -> &'static [&'static Kind] {
    static ALL: LazyLock<Vec<&'static Kind>> = LazyLock::new(|| [tcp::KINDS, http::KINDS].concat());
    &ALL
}

/// The kind of this name; else what to say.
pub(super) fn find(name: &str) -> Result<&'static Kind, String> {
    let exact = catalogue().iter().find(|kind| kind.name == name);
    exact.copied().ok_or_else(|| {
        let near =
            nearest(name).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("no kind of fault is called {name:?}{near} (`retape faults` lists them all)")
    })
}

/// The name with the fewest letters to change, if these are few.
fn nearest(name: &str) -> Option<&'static str> {
    let all = catalogue().iter().map(|kind| (distance(kind.name, name), kind.name));
    let (distance, name) = all.min()?;
    (distance * 5 <= name.len() * 2).then_some(name)
}

/// How many letters are to be put in, left out, or changed (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut before = std::mem::replace(&mut row, vec![index + 1]);
        before.push(0);
        for (place, found) in other.iter().enumerate() {
            let changed = before.get(place).copied().unwrap_or(0) + usize::from(*found != letter);
            let left_out = before.get(place + 1).copied().unwrap_or(0) + 1;
            let put_in = row.last().copied().unwrap_or(0) + 1;
            row.push(changed.min(left_out).min(put_in));
        }
    }
    row.last().copied().unwrap_or(0)
}
