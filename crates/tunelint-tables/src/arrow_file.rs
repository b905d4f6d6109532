//! Arrow files and streams, such as the caches of `datasets` and what its `save_to_disk` writes.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use arrow_ipc::reader::{FileReader, StreamReader};
use tunelint_data::source::{Container, Packed, TableFault};

use crate::arrow_sizes::{check_file, check_stream};
use crate::counted::{Counted, Meter};
use crate::guarded::guarded;
use crate::json_rows::{JsonRows, fault};

/// What a file starts with.
const FILE_MAGIC: &[u8] = b"ARROW1";
/// What a message of a stream starts with.
const MESSAGE: &[u8] = b"\xff\xff\xff\xff";

/// An Arrow file or stream.
#[derive(Debug)]
pub(crate) struct ArrowFile {
    path: PathBuf,
}

impl ArrowFile {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }
}

impl Packed for ArrowFile {
    fn container(&self) -> Option<Container> {
        Some(Container::Arrow)
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        self.rows(None)
    }

    fn open_metered(&self, meter: Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
        self.rows(Some(meter))
    }
}

impl ArrowFile {
    fn rows(&self, meter: Meter) -> io::Result<Box<dyn Read + Send>> {
        let mut file = File::open(&self.path)?;
        let mut magic = Vec::new();
        (&mut file).take(6).read_to_end(&mut magic)?;
        guarded(|| match magic.as_slice() {
            FILE_MAGIC => check_file(&mut file),
            magic if magic.starts_with(MESSAGE) => check_stream(&mut file),
            _ => Err(TableFault::OtherFormat.into()),
        })?;
        file.rewind()?;
        let file = BufReader::new(Counted { file, meter });
        guarded(|| match magic.as_slice() {
            FILE_MAGIC => {
                let batches = FileReader::try_new(file, None).map_err(fault)?;
                Ok(Box::new(JsonRows::new(batches)) as Box<dyn Read + Send>)
            }
            magic if magic.starts_with(MESSAGE) => {
                let batches = StreamReader::try_new(file, None).map_err(fault)?;
                Ok(Box::new(JsonRows::new(batches)) as Box<dyn Read + Send>)
            }
            _ => Err(TableFault::OtherFormat.into()),
        })
    }
}
