//! Numbers, listed and in ranges: `80,443,8000-8999`.

use std::ops::RangeInclusive;

/// Some numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbers {
    ranges: Vec<RangeInclusive<u32>>,
}

impl Numbers {
    /// Reads them, none greater than `most`.
    pub(super) fn read(text: &str, most: u32) -> Option<Self> {
        let ranges = text.split(',').map(|part| range(part, most)).collect::<Option<_>>()?;
        Some(Self { ranges })
    }

    pub(super) fn has(&self, number: u32) -> bool {
        self.ranges.iter().any(|range| range.contains(&number))
    }
}

fn range(text: &str, most: u32) -> Option<RangeInclusive<u32>> {
    let number = |text: &str| text.parse().ok().filter(|number| *number <= most);
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some(first..=last)
}
