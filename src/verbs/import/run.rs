//! An import, from the first packet to the last.

use cassettes::model::{Header, Rewrite};
use recorder::capture::{Captured, Packet};
use recorder::import::{ImportSummary, Importer};

use super::list::Listing;
use super::plan::{Output, Plan};
use super::progress::Progress;
use super::source::{self, Source};
use super::{har, tell};
use crate::exit::{Exit, Outcome};
use crate::recording::{Recording, WRITER};
use crate::store::{Tape, chain};

/// Packets between two looks at how far the writer is, and the bar.
const LOOK_EVERY: u64 = 1024;

pub(super) fn run(plan: &Plan) -> Outcome {
    if let Some(archive) = har::find(plan)? {
        return har::run(plan, &archive);
    }
    let mut import = Import::begin(plan)?;
    let first = import.first_packet()?;
    match &plan.output {
        Some(output) => import.write(first, output)?,
        None => import.list(first)?,
    }
    let whole = import.summary().losses().is_empty();
    Ok(if plan.strict && !whole { Exit::Differs } else { Exit::Same })
}

struct Import<'a> {
    plan: &'a Plan,
    importer: Importer,
    source: Source,
    /// Things of the file read so far.
    read: u64,
}

impl<'a> Import<'a> {
    fn begin(plan: &'a Plan) -> Outcome<Self> {
        let mut secrets = plan.secrets()?;
        let source = Source::open(&plan.input, &mut secrets)?;
        let importer = Importer::new(plan.import.clone(), secrets);
        Ok(Self { plan, importer, source, read: 0 })
    }

    fn summary(&self) -> &ImportSummary {
        self.importer.summary()
    }

    /// Reads up to it: a cassette begins with its time. A file that is no capture shows by then.
    fn first_packet(&mut self) -> Outcome<Option<Packet>> {
        for captured in &mut self.source.capture {
            match captured {
                Ok(Captured::Packet(packet)) => return Ok(Some(packet)),
                Ok(other) => self.importer.receive(other),
                Err(error) => return Err(source::unreadable(&self.plan.input, &error)),
            }
        }
        Ok(None)
    }

    fn write(&mut self, first: Option<Packet>, output: &Output) -> Outcome<()> {
        let created_unix_nanos = first.as_ref().map_or(0, |packet| packet.at.0);
        let rewrite = Rewrite::default();
        let header = Header { created_unix_nanos, writer: WRITER.to_owned(), rewrite };
        let tape = Tape::open(&output.path, output.existing, &header, output.options)?;
        let recording = Recording::start(tape)?;
        self.importer.write_to(recording.journal.clone());
        self.read_all(first, |_| recording.keep_up(&output.path))?;
        let journal = recording.journal.clone();
        recording.finish(&output.path)?;
        tell::imported(self.plan, &output.path, &journal, self.summary())
    }

    fn list(&mut self, first: Option<Packet>) -> Outcome<()> {
        let mut listing = Listing::new(self.plan.format);
        self.read_all(first, |importer| {
            while let Some(report) = importer.poll_report() {
                listing.push(report)?;
            }
            Ok(())
        })?;
        listing.finish(self.summary())?;
        tell::listed(self.plan, self.summary());
        Ok(())
    }

    /// Reads the file to its end; looks after what came of it now and then, and at last.
    fn read_all(
        &mut self,
        first: Option<Packet>,
        mut look: impl FnMut(&mut Importer) -> Outcome<()>,
    ) -> Outcome<()> {
        let progress = Progress::start(self.source.length);
        let mut next = first.map(Captured::Packet);
        while let Some(captured) = next {
            self.importer.receive(captured);
            self.read += 1;
            if self.read.is_multiple_of(LOOK_EVERY) {
                look(&mut self.importer)?;
                progress.tell(self.source.capture.bytes_read(), self.summary());
            }
            next = self.next();
        }
        while !self.importer.finish() {
            look(&mut self.importer)?;
        }
        look(&mut self.importer)
    }

    /// A file that is damaged somewhere is read up to there.
    fn next(&mut self) -> Option<Captured> {
        match self.source.capture.next()? {
            Ok(captured) => Some(captured),
            Err(error) => {
                self.importer.damaged(chain(&error));
                None
            }
        }
    }
}
