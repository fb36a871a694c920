//! More than the answer.

use crate::fault::{Action, Args, Break, Family, Kind, Point, PointUse, Random};

use super::garbage::{COUNT, garbage};

pub(super) const KIND: Kind = Kind {
    name: "trailing",
    family: Family::Tcp,
    meaning: "Sends so many random bytes, the same for a seed, after the complete answer, in a kept-alive connection before the next one. Over HTTP/2 nothing follows the end of a stream.",
    standard: false,
    params: &[COUNT],
    point: PointUse::Default(Point::End),
    breaks: true,
    samples: &["2", "64"],
    action: Action::Break(trailing),
};

fn trailing(args: &Args, random: &mut Random) -> Break {
    Break { insert: garbage(args, random), ..Break::default() }
}

#[cfg(test)]
mod tests {
    use crate::fault::playbook::{http2, plain, played, sent};

    #[test]
    fn it_follows_the_answer_and_no_stream() {
        let exchange = plain();
        let (whole, longer) = (sent("latency 1s", &exchange), sent("trailing 5", &exchange));
        assert_eq!((&longer[..whole.len()], longer.len()), (&whole[..], whole.len() + 5));
        let told = played("trailing 5", &http2("abc"));
        assert_eq!(told, "no: the stream has ended there, and nothing may follow on it");
    }
}
