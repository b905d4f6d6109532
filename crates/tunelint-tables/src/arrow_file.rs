//! Arrow files and streams, such as the caches of `datasets` and what its `save_to_disk` writes.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use arrow_ipc::reader::{FileReader, StreamReader};
use tunelint_data::source::{Container, Packed, TableFault};

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
        let mut file = File::open(&self.path)?;
        let mut magic = Vec::new();
        (&mut file).take(6).read_to_end(&mut magic)?;
        file.rewind()?;
        let file = BufReader::new(file);
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
