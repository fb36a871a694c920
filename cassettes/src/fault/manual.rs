//! The catalogue as a page: made of the kinds themselves, so that it says what they do.

use std::fmt::Write;

use super::synopsis::synopsis;
use super::{Family, Kind, ParamType, PointUse, catalogue};

/// Markdown: every kind with its parameters, units, and exact meaning.
pub fn manual() -> String {
    let mut page = String::from(INTRODUCTION);
    for family in Family::ALL {
        let mut kinds = catalogue().iter().filter(|kind| kind.family == family).peekable();
        if kinds.peek().is_some() {
            let _ = write!(page, "\n## {}\n", family.title());
        }
        for kind in kinds {
            add(kind, &mut page);
        }
    }
    page
}

const INTRODUCTION: &str = "\
# Faults

Made by `retape faults --format markdown`; do not edit.

A fault is a sentence: `KIND [PARAMETERS] [at POINT [of request]] [on SELECTOR] [ATTEMPTS] [p=P] [seed=S]`.

- **Points**, each after what it names has been sent: `byte N`, `P%`, `head` (before it), `status-line`, `header K`, `after-headers`, `chunk K` (what
  the server had sent at once), `part K` (chunk of HTTP's chunked coding), `body N`, `body P%`, `event K`, `message K`, `frame K`, `end`; and
  `json PATH`, a value in a JSON body. Kinds that edit things take `chunk K`, `event K`, `message K` … as that thing itself.
- **Points of the request**, for kinds that end an answer or hold it up: `body 50% of request`, once the client has sent what it names: `after-headers`,
  `byte N`, `P%`, `chunk K`, `body N`, `body P%`, `message K` (gRPC; WebSocket without pings), `end`. What a client had sent of the rest by then is not compared.
- **Selectors**: `on 3` (an exchange's number), `on GET /users/*` (`*` stays between slashes, `**` crosses them), `on connection 2`; none: all.
- **Attempts** count how often an exchange is asked for: `once`, `attempt K`, `first K`, `every K`; else `sticky`: each time.
- **Chance**: `p=0.1 seed=7`, drawn anew for each exchange and attempt, the same in every run.
- **Units**: bytes `812`, `4KiB`, `1MiB`; times `250us`, `250ms`, `2s`, `5m`; rates `10KiB/s`; factors `x2`. Words with blanks go in double quotes.

Kinds marked \u{2605} are tried by a standard sweep. *Breaks*: the client has not got the recorded answer, and may ask again.
";

/// One kind as a part of that page.
pub fn describe(kind: &Kind) -> String {
    let mut part = String::new();
    add(kind, &mut part);
    part
}

fn add(kind: &Kind, page: &mut String) {
    let star = if kind.standard { " \u{2605}" } else { "" };
    // Writing to a string does not fail.
    let _ = write!(page, "\n### {}{star}\n\n`{}`\n\n{}", kind.name, synopsis(kind), kind.meaning);
    let _ = writeln!(page, "{}", if kind.breaks { " *Breaks.*" } else { "" });
    match &kind.point {
        PointUse::Default(point) => {
            let _ = writeln!(page, "\nWithout a point: `at {point}`.");
        }
        PointUse::Request(point) => {
            let _ = writeln!(page, "\nWithout a point: `at {point} of request`.");
        }
        PointUse::None | PointUse::Required | PointUse::Json => {}
    }
    if !kind.params.is_empty() {
        page.push('\n');
    }
    for param in kind.params {
        let takes = match param.takes {
            ParamType::Flag => String::new(),
            other => format!(", {other}"),
        };
        let _ = writeln!(page, "- `{}`{takes}: {}", param.name, param.meaning);
    }
}
