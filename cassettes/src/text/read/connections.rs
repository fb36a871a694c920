//! Which exchange was on which connection, and how connections ended.

use std::collections::HashMap;

use super::super::error::{Place, Problem, TextError};
use super::super::fields::Fields;
use super::super::notation::{self, End, When};
use super::super::quantity;
use super::super::tree::{Node, Style, Value};
use super::exchange::{self, Draft};
use super::{staging, string, tls};
use crate::model::{
    Close, Connection, ConnectionId, Exchange, Gap, Played, Side, Timestamp, Transport,
};

const CONNECTION: &[&str] = &[
    "opened",
    "transport",
    "way",
    "client",
    "server",
    "upstream",
    "tls",
    "upstream_tls",
    "end",
    "gaps",
    "reception",
    "faults",
];

/// The connections while exchanges are plugged into them.
pub(super) struct Plugboard {
    lines: Vec<Line>,
    /// Only listed names may be used, if there is a list.
    is_listed: bool,
    names: HashMap<String, usize>,
}

/// One connection, and what is known of it so far.
struct Line {
    connection: Connection,
    opened: Option<u64>,
    ends: Option<(Vec<End>, Place)>,
    /// Of its first exchange.
    first_start: Option<u64>,
    /// Its last exchange, as an index into the drafts.
    last: Option<usize>,
}

impl Line {
    fn new() -> Self {
        Self {
            connection: Connection::opened_at(Timestamp::ZERO),
            opened: None,
            ends: None,
            first_start: None,
            last: None,
        }
    }
}

impl Plugboard {
    /// The listed connections: a mapping of their names to what is known of them.
    pub(super) fn read(list: Option<&Node<'_>>) -> Result<Self, TextError> {
        let mut board =
            Self { lines: Vec::new(), is_listed: list.is_some(), names: HashMap::new() };
        let Some(list) = list else { return Ok(board) };
        let Value::Map(entries) = &list.value else {
            return Err(list.wrong_type("connections", "a mapping, as in `1: {client: …}`"));
        };
        for (name, facts) in entries {
            board.names.insert(name.text.to_string(), board.lines.len());
            board.lines.push(line(facts)?);
        }
        Ok(board)
    }

    /// Gives each exchange its connection, and each connection its times and ends.
    pub(super) fn connect(
        mut self,
        mut drafts: Vec<Draft>,
    ) -> Result<(Vec<Connection>, Vec<Played>), TextError> {
        drafts.sort_by_key(Draft::started);
        let mut exchanges = Vec::with_capacity(drafts.len());
        for (index, draft) in drafts.iter_mut().enumerate() {
            let at = self.line_of(draft)?;
            self.plug(at, index, draft.started());
            let connection = ConnectionId(u32::try_from(at).unwrap_or(u32::MAX));
            let chunks = draft.chunks.clone(); // shares the bytes
            let exchange = Exchange { connection, protocol: draft.protocol, chunks };
            exchanges.push((exchange, draft.staging.take()));
        }
        self.move_ends(&mut drafts, &exchanges)?;
        let lines = self.lines.into_iter();
        let connections: Result<_, _> = lines.map(|line| finish(line, &drafts)).collect();
        Ok((connections?, exchanges))
    }

    /// A named connection, or a new one for an exchange that names none.
    fn line_of(&mut self, draft: &Draft) -> Result<usize, TextError> {
        let next = self.lines.len();
        if let Some((name, place)) = &draft.connection {
            if let Some(at) = self.names.get(name) {
                return Ok(*at);
            }
            if self.is_listed {
                return Err(place.error(Problem::NoSuchConnection { name: name.clone() }));
            }
            self.names.insert(name.clone(), next);
        }
        self.lines.push(Line::new());
        Ok(next)
    }

    fn plug(&mut self, at: usize, draft: usize, start: u64) {
        if let Some(line) = self.lines.get_mut(at) {
            line.first_start.get_or_insert(start);
            line.last = Some(draft);
        }
    }

    /// Ends that stand at an exchange go to its connection, of which it must be the last.
    fn move_ends(&mut self, drafts: &mut [Draft], exchanges: &[Played]) -> Result<(), TextError> {
        for (index, (draft, (exchange, _))) in drafts.iter_mut().zip(exchanges).enumerate() {
            let Some((ends, place)) = draft.ends.take() else { continue };
            let Some(line) = self.lines.get_mut(exchange.connection.index()) else { continue };
            if line.last != Some(index) {
                return Err(place.error(Problem::EndBeforeLast));
            }
            if line.ends.is_some() {
                return Err(place.error(Problem::Conflict {
                    key: "end",
                    other: "end",
                    remedy: "it is already given under `connections`",
                }));
            }
            line.ends = Some((ends, place));
        }
        Ok(())
    }
}

fn line(node: &Node<'_>) -> Result<Line, TextError> {
    let mut line = Line::new();
    if matches!(&node.value, Value::Scalar(scalar) if scalar.style == Style::Absent) {
        return Ok(line);
    }
    let fields = Fields::of(node, "a connection", CONNECTION)?;
    let opened = fields.get("opened").map(|node| quantity::read_duration(node, "opened"));
    line.opened = opened.transpose()?;
    line.connection.transport =
        fields.get("transport").map(transport).transpose()?.unwrap_or(Transport::Tcp);
    line.connection.way = fields.get("way").map(tls::way).transpose()?.unwrap_or_default();
    line.connection.client = string(&fields, "client")?;
    line.connection.server = string(&fields, "server")?;
    line.connection.upstream = string(&fields, "upstream")?;
    line.connection.tls = tls::read(&fields, "tls")?;
    line.connection.upstream_tls = tls::read(&fields, "upstream_tls")?;
    line.connection.gaps = fields.get("gaps").map(gaps).transpose()?.unwrap_or_default();
    line.connection.reception = fields.get("reception").map(staging::reception).transpose()?;
    let faults = fields.get("faults").map(staging::applied).transpose()?;
    line.connection.faults = faults.unwrap_or_default();
    line.ends = fields.get("end").map(exchange::ends).transpose()?;
    Ok(line)
}

fn gaps(node: &Node<'_>) -> Result<Vec<Gap>, TextError> {
    let gaps = node.list("gaps", "a list, as in `[server 1460 after 2920 at 12ms]`")?;
    gaps.iter().map(notation::gap_of).collect()
}

fn transport(node: &Node<'_>) -> Result<Transport, TextError> {
    const EXPECTED: &str = "`tcp` or `unix`";
    match node.text("transport", EXPECTED)? {
        "tcp" => Ok(Transport::Tcp),
        "unix" => Ok(Transport::Unix),
        other => Err(node.place.invalid("the transport", other, EXPECTED)),
    }
}

/// Fills in the times: opened with the first exchange, ended after the last.
fn finish(line: Line, drafts: &[Draft]) -> Result<Connection, TextError> {
    let mut connection = line.connection;
    let opened = line.opened.or(line.first_start).unwrap_or_default();
    connection.opened = Timestamp::from_nanos(opened);
    let last = line.last.and_then(|last| drafts.get(last));
    let last_end = last.map_or(opened, Draft::ended);
    connection.closes = match line.ends {
        Some((ends, place)) => closes(&ends, last_end, place)?,
        None if last.is_some_and(|last| last.until_close) => {
            let at = Timestamp::from_nanos(last_end);
            vec![Close { at, by: Side::Server, how: connection.orderly_end() }]
        }
        None => Vec::new(),
    };
    Ok(connection)
}

fn closes(ends: &[End], last_end: u64, place: Place) -> Result<Vec<Close>, TextError> {
    let mut now = last_end;
    let close = |end: &End| {
        now = match end.when {
            When::At(at) => at,
            When::After(wait) => {
                now.checked_add(wait).ok_or_else(|| place.error(Problem::TimeOverflow))?
            }
        };
        Ok(Close { at: Timestamp::from_nanos(now), by: end.by, how: end.how })
    };
    ends.iter().map(close).collect()
}
