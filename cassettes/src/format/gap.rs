//! What a connection lacks, as flat structs apart from the model.

use bincode::{Decode, Encode};

use super::connection::{Described, FullConnectionRecord};
use super::damage::What;
use super::record::{direction, direction_number};
use crate::model::{Gap, Timestamp};

/// Metadata of kind 12.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct GappedConnectionRecord {
    pub(super) full: FullConnectionRecord,
    pub(super) gaps: Vec<GapRecord>,
}

/// Bytes that are missing.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct GapRecord {
    pub(super) direction: u8,
    pub(super) at: u64,
    pub(super) offset: u64,
    pub(super) length: u64,
}

impl GappedConnectionRecord {
    pub(super) fn into_model(self) -> Result<Described, What> {
        let mut described = self.full.into_model()?;
        described.facts.gaps =
            self.gaps.iter().map(GapRecord::to_model).collect::<Result<_, _>>()?;
        Ok(described)
    }
}

impl GapRecord {
    pub(super) fn of(gap: &Gap) -> Self {
        Self {
            direction: direction_number(gap.direction),
            at: gap.at.as_nanos(),
            offset: gap.offset,
            length: gap.length,
        }
    }

    fn to_model(&self) -> Result<Gap, What> {
        Ok(Gap {
            direction: direction(self.direction)?,
            at: Timestamp::from_nanos(self.at),
            offset: self.offset,
            length: self.length,
        })
    }
}
