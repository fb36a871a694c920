//! Delta debugging: the fewest of many things with which something still happens (Zeller, Hildebrandt 2002).

use std::ops::Range;

/// Leaves things out, as many at once as it can.
#[derive(Debug, Clone)]
pub(super) struct Ddmin {
    /// What is left.
    kept: Vec<usize>,
    /// Into how many parts that is divided.
    parts: usize,
    /// Which of them is left out next.
    next: usize,
}

impl Ddmin {
    /// Of so many things.
    pub(super) fn new(count: usize) -> Self {
        Self { kept: (0..count).collect(), parts: 2, next: 0 }
    }

    /// The next things to try with; none: no fewer will do.
    pub(super) fn candidate(&mut self) -> Option<Vec<usize>> {
        // Of one thing there is one part: perhaps it happens without any.
        self.parts = self.parts.min(self.kept.len());
        loop {
            if self.kept.is_empty() {
                return None;
            }
            if self.next < self.parts {
                let out = self.part();
                let stays = |(at, thing): (usize, &usize)| (!out.contains(&at)).then_some(*thing);
                return Some(self.kept.iter().enumerate().filter_map(stays).collect());
            }
            if self.parts == self.kept.len() {
                return None;
            }
            self.parts = (self.parts * 2).min(self.kept.len());
            self.next = 0;
        }
    }

    /// Whether it still happens with the last candidate.
    pub(super) fn tell(&mut self, still: bool) {
        if still {
            let out = self.part();
            let mut at = 0..;
            self.kept.retain(|_| !at.next().is_some_and(|at| out.contains(&at)));
            self.parts = (self.parts - 1).max(2);
            self.next = 0;
        } else {
            self.next += 1;
        }
    }

    fn part(&self) -> Range<usize> {
        let start = |part: usize| self.kept.len() * part / self.parts;
        start(self.next)..start(self.next + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduce(count: usize, needed: &[usize]) -> (Vec<usize>, usize) {
        let mut ddmin = Ddmin::new(count);
        let mut tries = 0;
        while let Some(candidate) = ddmin.candidate() {
            tries += 1;
            ddmin.tell(needed.iter().all(|it| candidate.contains(it)));
        }
        (ddmin.kept, tries)
    }

    #[test]
    fn what_is_needed_is_left_and_nothing_else() {
        assert_eq!(reduce(8, &[3]).0, [3]);
        assert_eq!(reduce(100, &[0, 57, 99]).0, [0, 57, 99]);
        assert_eq!(reduce(2, &[0, 1]).0, [0, 1]);
        assert!(reduce(1, &[]).0.is_empty(), "even the last one");
    }

    #[test]
    fn much_is_left_out_at_once() {
        assert!(reduce(1024, &[700]).1 < 60);
    }
}
