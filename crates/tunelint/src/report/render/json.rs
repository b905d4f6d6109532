//! Records as JSON: one document, or one line for each.

use std::io::{self, Write};

use super::{RenderedRecord, View};
use crate::report::inert::write_json;

/// One document.
pub(super) struct Document {
    out: Box<dyn Write>,
    written: u64,
}

impl Document {
    pub(super) fn new(out: Box<dyn Write>) -> Self {
        Self { out, written: 0 }
    }
}

impl View for Document {
    fn record(&mut self, record: &RenderedRecord) -> io::Result<()> {
        let before: &[u8] = match self.written {
            0 => b"{\"version\":1,\"records\":[\n",
            _ => b",\n",
        };
        self.out.write_all(before)?;
        self.written += 1;
        write_json(&mut self.out, record)
    }

    fn finish(&mut self) -> io::Result<()> {
        let end: &[u8] = match self.written {
            0 => b"{\"version\":1,\"records\":[]}\n",
            _ => b"\n]}\n",
        };
        self.out.write_all(end)?;
        self.out.flush()
    }
}

/// One line for each record.
pub(super) struct Lines {
    pub(super) out: Box<dyn Write>,
}

impl View for Lines {
    fn record(&mut self, record: &RenderedRecord) -> io::Result<()> {
        write_json(&mut self.out, record)?;
        self.out.write_all(b"\n")
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
