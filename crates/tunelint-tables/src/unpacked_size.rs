//! Refuses workbooks that unpack to more than a workbook needs: a kilobyte can hold a gigabyte of
//! zeros, and the parser of workbooks has no limit.

use std::io::{self, Read, Seek};

use tunelint_data::source::TableFault;
use zip::ZipArchive;

/// A workbook has a few dozen parts.
const MAX_PARTS: usize = 1_000;
/// All parts together.
const MAX_BYTES: u64 = 512 << 20;
/// Text of a sheet shrinks to a tenth or a twentieth.
const MAX_RATIO: u64 = 200;
/// Below this, a high ratio is harmless.
const HARMLESS: u64 = 16 << 20;

/// Fails if the parts of the archive unpack to too much. They are counted, since an archive may state
/// any size.
pub(crate) fn check<R: Read + Seek>(archive: &mut ZipArchive<R>) -> io::Result<()> {
    if archive.len() > MAX_PARTS {
        return Err(TableFault::TooLarge.into());
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let Ok(part) = archive.by_index(index) else {
            // The parser decides whether it needs this part.
            continue;
        };
        let packed = part.compressed_size();
        let most = MAX_BYTES - total;
        let unpacked = io::copy(&mut part.take(most + 1), &mut io::sink()).unwrap_or(0);
        let is_bomb = unpacked > HARMLESS && unpacked / MAX_RATIO > packed;
        if unpacked > most || is_bomb {
            return Err(TableFault::TooLarge.into());
        }
        total += unpacked;
    }
    Ok(())
}
