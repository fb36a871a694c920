//! What the network does.

mod accept_close;
mod accept_delay;
mod accept_reset;
mod accept_silent;
mod bandwidth;
mod byte_wise;
mod close;
mod coalesce;
mod cut_inside;
mod delete;
mod duplicate;
mod flip;
mod garbage;
mod garbage_first;
mod garbage_then_close;
mod half_close;
mod idle_close;
mod insert;
mod late_close;
mod latency;
mod pace;
mod pieces;
mod race_close;
mod refuse;
mod reset;
mod slice;
mod stall;
mod stop_reading;
mod swap;
mod trailing;
mod wrong_protocol;

use crate::fault::{Kind, Param, ParamType};

pub(super) const KINDS: &[&Kind] = &[
    &refuse::KIND,
    &accept_close::KIND,
    &accept_reset::KIND,
    &accept_silent::KIND,
    &accept_delay::KIND,
    &close::KIND,
    &reset::KIND,
    &half_close::KIND,
    &stall::KIND,
    &stop_reading::KIND,
    &latency::KIND,
    &pace::KIND,
    &bandwidth::KIND,
    &slice::KIND,
    &byte_wise::KIND,
    &cut_inside::KIND,
    &coalesce::KIND,
    &late_close::KIND,
    &idle_close::KIND,
    &race_close::KIND,
    &garbage_first::KIND,
    &garbage_then_close::KIND,
    &flip::KIND,
    &delete::KIND,
    &insert::KIND,
    &duplicate::KIND,
    &swap::KIND,
    &trailing::KIND,
    &wrong_protocol::KIND,
];

/// How much of what follows the point, in place of the thing that it names.
const COUNT: Param = Param::place(
    "count",
    ParamType::Bytes,
    "so many bytes after the point; default: the thing that it names, or 1",
)
.optional();
