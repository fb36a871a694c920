//! Faults: edits of what a server does, with an address inside the recorded answer and a name that reproduces them.
//!
//! Start here:
//! - [`Fault`]: one of them, as a sentence: `stall for 2s at event 2 on GET /feed once`; reading and writing it are inverse
//! - [`FaultSet`]: all that are in force, and what they make of a script; [`Applied`] says which
//! - [`Kind`]: what can be done, one file a kind beneath [`kinds`]; [`catalogue`] lists them, [`manual`] describes them
//! - [`Point`]: where; [`Place`]: in the answer or in the request; [`Selector`] and [`Attempts`]: which answers
//! - [`Scene`]: a script about to be edited, and the [`Layout`] of what it sends; [`Asking`]: the client's part
//! - [`Span`]: a stretch of it, by what it is or by its bytes
//! - [`Answer`]: the same as head, body and trailers, whatever the version of HTTP
//! - [`mutate`]: a cassette with faults written into it; [`Overlay`]: a file of faults, laid over one that stays as it is
//! - [`Shaper`]: changes when and in which pieces bytes go out, as they come
//!
//! A fault is a pure function of a [`Script`](crate::model::Script), its parameters and a seed.

mod answer;
mod args;
mod asking;
#[cfg(test)]
mod asking_tests;
#[cfg(test)]
mod catalogue_tests;
mod chance;
mod edit;
mod frames;
mod glob;
mod json_points;
mod kind;
pub mod kinds;
mod layout;
mod manual;
mod mutate;
#[cfg(test)]
mod mutate_tests;
mod overlay;
mod place;
#[cfg(test)]
mod playbook;
mod point;
mod scene;
mod selector;
mod sentence;
mod set;
mod shape;
mod span;
mod synopsis;
#[cfg(test)]
mod tests;
mod value;
mod words;
#[cfg(test)]
mod written_tests;

pub use answer::{Answer, Head, HeadLine};
pub use args::{Args, Param, ParamType, Value};
pub use asking::Asking;
pub use chance::Random;
pub use frames::whole_frames;
pub use kind::{Action, Break, End, Family, Kind, Misfit, PointUse};
pub use kinds::catalogue;
pub use layout::{Item, Layout, Segment, WebSocketFrame, is_final};
pub use manual::{describe, manual};
pub use mutate::{MutateError, Mutated, Neighbours, mutate, request_of};
pub use overlay::{Overlay, Sentence, SentenceError};
pub use place::Place;
pub use point::Point;
pub use scene::{NoExchanges, Others, Scene};
pub use selector::{Attempts, Selector, Target};
pub use sentence::{Fault, FaultError};
pub use set::{Applied, FaultSet};
pub use shape::Shaper;
pub use span::Span;
