//! When, and in which pieces, bytes go out.

use std::fmt::Debug;

use super::frames::whole_frames;
use crate::model::{Script, Step};

/// Changes a script's steps as they come: in a script that is known whole, and in one that is still being made.
pub trait Shaper: Debug + Send {
    /// The next step; what is to be done instead goes to `out`.
    fn step(&mut self, step: Step, out: &mut Vec<Step>);

    /// No step follows.
    fn end(&mut self, _out: &mut Vec<Step>) {}
}

/// A whole script, shaped. In HTTP/2, what is cut is DATA; frames of other kinds stay whole.
pub(super) fn shape(script: Script, mut shaper: Box<dyn Shaper>, http2: bool) -> Script {
    let mut steps = Vec::with_capacity(script.steps.len());
    for step in script.steps {
        let mut instead = Vec::new();
        shaper.step(step, &mut instead);
        steps.append(&mut if http2 { whole_frames(instead) } else { instead });
    }
    shaper.end(&mut steps);
    Script { steps }
}
