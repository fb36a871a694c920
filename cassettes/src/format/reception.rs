//! How a client is met, and what faults hit it, as flat structs apart from the model.

use std::time::Duration;

use bincode::{Decode, Encode};

use super::connection::Described;
use super::damage::What;
use super::gap::GappedConnectionRecord;
use crate::model::{Applied, CertificateFault, Flight, Reception, Stop, Timestamp};

/// Metadata of kind 13.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct StagedConnectionRecord {
    pub(super) gapped: GappedConnectionRecord,
    pub(super) reception: Option<ReceptionRecord>,
    pub(super) faults: Vec<AppliedRecord>,
}

/// How a client is met.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct ReceptionRecord {
    pub(super) delay: Option<u64>,
    /// 0: nothing is wrong with it.
    pub(super) certificate: u8,
    /// 0: it goes on.
    pub(super) flight: u8,
    /// 0 where it goes on.
    pub(super) stop: u16,
    pub(super) repeats: u8,
    pub(super) faults: Vec<String>,
}

/// A fault that hit.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(test, derive(wincode::SchemaRead, wincode::SchemaWrite))]
pub(super) struct AppliedRecord {
    pub(super) at: u64,
    pub(super) id: String,
}

impl StagedConnectionRecord {
    pub(super) fn into_model(self) -> Result<Described, What> {
        let mut described = self.gapped.into_model()?;
        let reception = self.reception.map(ReceptionRecord::into_model).transpose()?;
        described.facts.reception = reception.map(Box::new);
        described.facts.faults = self.faults.into_iter().map(AppliedRecord::into_model).collect();
        Ok(described)
    }
}

impl ReceptionRecord {
    pub(super) fn of(reception: &Reception) -> Self {
        let (flight, stop) = reception
            .stop
            .map_or((0, 0), |(flight, stop)| (flight_number(flight), stop_number(stop)));
        let nanos = |delay: Duration| u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
        Self {
            delay: reception.delay.map(nanos),
            certificate: reception.certificate.map_or(0, certificate_number),
            flight,
            stop,
            repeats: u8::from(reception.repeats),
            faults: reception.faults.clone(),
        }
    }

    fn into_model(self) -> Result<Reception, What> {
        let repeats = match self.repeats {
            0 => false,
            1 => true,
            other => return Err(What::BadValue { field: "repetition", value: other.into() }),
        };
        Ok(Reception {
            delay: self.delay.map(Duration::from_nanos),
            certificate: certificate(self.certificate)?,
            stop: stop(self.flight, self.stop)?,
            repeats,
            faults: self.faults,
        })
    }
}

impl AppliedRecord {
    pub(super) fn of(applied: &Applied) -> Self {
        Self { at: applied.at.as_nanos(), id: applied.id.clone() }
    }

    fn into_model(self) -> Applied {
        Applied { at: Timestamp::from_nanos(self.at), id: self.id }
    }
}

const fn certificate_number(fault: CertificateFault) -> u8 {
    match fault {
        CertificateFault::Expired => 1,
        CertificateFault::NotYetValid => 2,
        CertificateFault::WrongHost => 3,
        CertificateFault::SelfSigned => 4,
        CertificateFault::UntrustedRoot => 5,
    }
}

fn certificate(number: u8) -> Result<Option<CertificateFault>, What> {
    Ok(Some(match number {
        0 => return Ok(None),
        1 => CertificateFault::Expired,
        2 => CertificateFault::NotYetValid,
        3 => CertificateFault::WrongHost,
        4 => CertificateFault::SelfSigned,
        5 => CertificateFault::UntrustedRoot,
        _ => return Err(What::BadValue { field: "certificate", value: number.into() }),
    }))
}

const fn flight_number(flight: Flight) -> u8 {
    match flight {
        Flight::Accept => 1,
        Flight::ServerHello => 2,
        Flight::Finished => 3,
    }
}

/// Added to the number of a TLS alert, which can be any byte.
const ALERT: u16 = 256;

const fn stop_number(stop: Stop) -> u16 {
    match stop {
        Stop::Refuse => 0,
        Stop::Close => 1,
        Stop::Reset => 2,
        Stop::Silent => 3,
        Stop::Alert(number) => ALERT + number as u16,
    }
}

fn stop(flight: u8, number: u16) -> Result<Option<(Flight, Stop)>, What> {
    let flight = match flight {
        0 if number == 0 => return Ok(None),
        1 => Flight::Accept,
        2 => Flight::ServerHello,
        3 => Flight::Finished,
        _ => return Err(What::BadValue { field: "flight", value: flight.into() }),
    };
    let stop = match number {
        0 => Stop::Refuse,
        1 => Stop::Close,
        2 => Stop::Reset,
        3 => Stop::Silent,
        _ => {
            let alert = number.checked_sub(ALERT).and_then(|alert| u8::try_from(alert).ok());
            let bad = What::BadValue { field: "way of stopping", value: number.into() };
            Stop::Alert(alert.ok_or(bad)?)
        }
    };
    Ok(Some((flight, stop)))
}
