//! Garbage, and the end.

use crate::fault::{Action, Args, Break, End, Family, Kind, Point, PointUse, Random};

use super::garbage::{COUNT, garbage};

pub(super) const KIND: Kind = Kind {
    name: "garbage-then-close",
    family: Family::Tcp,
    meaning: "Sends exactly the bytes before the point, then so many random ones, the same for a seed, then FIN. Over HTTP/2 as DATA, and the stream ends.",
    standard: true,
    params: &[COUNT],
    point: PointUse::Default(Point::Byte(0)),
    breaks: true,
    samples: &["64"],
    action: Action::Break(garbage_then_close),
};

fn garbage_then_close(args: &Args, random: &mut Random) -> Break {
    Break { insert: garbage(args, random), end: Some(End::Close), ..Break::default() }
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{plain, played, sent};

    #[test]
    fn what_precedes_it_stays_and_nothing_follows() {
        let played = played("garbage-then-close 0 at body 2", &plain());
        assert_eq!(played, "HTTP/1.1 200 OK~Content-Length: 10~X: y~~01<Close>");
        assert_eq!(sent("garbage-then-close 64", &plain()).len(), 64);
    }
}
