//! Refuses Arrow data that claims more than it can hold: the parser reserves the memory for what a
//! message claims before it reads it, and to fail at that ends the program.

use std::io::{self, Read, Seek, SeekFrom};

use arrow_ipc::{MessageHeader, RecordBatch, root_as_footer, root_as_message};
use tunelint_data::source::TableFault;

/// A buffer above this size that shrank to less than a thousandth is not data.
const LARGE: u64 = 256 << 20;
const MAX_RATIO: u64 = 1_000;
/// What a message may start with, before its length.
const CONTINUATION: [u8; 4] = [0xff; 4];

fn damaged<E>(_: E) -> io::Error {
    TableFault::Damaged.into()
}

/// Checks the messages of a stream, one after another.
pub(crate) fn check_stream(file: &mut (impl Read + Seek)) -> io::Result<()> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut at = 0;
    while let Some(end) = check_message(file, at, size)? {
        at = end;
    }
    Ok(())
}

/// Checks the messages that the footer of a file lists.
pub(crate) fn check_file(file: &mut (impl Read + Seek)) -> io::Result<()> {
    let size = file.seek(SeekFrom::End(0))?;
    // The length of the footer, and six bytes as at the start.
    let end = size.checked_sub(10).ok_or(TableFault::Damaged)?;
    let length = u64::from(length_at(file, end)?);
    let start = end.checked_sub(length).ok_or(TableFault::Damaged)?;
    let footer = bytes_at(file, start, length)?;
    let footer = root_as_footer(&footer).map_err(damaged)?;
    let blocks = [footer.dictionaries(), footer.recordBatches()];
    for block in blocks.into_iter().flatten().flatten() {
        let part = |length: i64| u64::try_from(length).map_err(damaged);
        let offset = part(block.offset())?;
        let lengths = [i64::from(block.metaDataLength()), block.bodyLength()];
        for length in lengths {
            if part(length)? > size {
                return Err(TableFault::Damaged.into());
            }
        }
        check_message(file, offset, size)?;
    }
    Ok(())
}

/// Checks the message at an offset. Returns where it ends; `None` at the end of the stream.
fn check_message(file: &mut (impl Read + Seek), at: u64, size: u64) -> io::Result<Option<u64>> {
    if at.saturating_add(8) > size {
        return Ok(None);
    }
    let mut start = at + 4;
    let mut length = length_at(file, at)?;
    if length.to_le_bytes() == CONTINUATION {
        length = length_at(file, start)?;
        start += 4;
    }
    let body = start + u64::from(length);
    if length == 0 {
        return Ok(None);
    }
    if body > size {
        return Err(TableFault::Damaged.into());
    }
    let metadata = bytes_at(file, start, u64::from(length))?;
    let message = root_as_message(&metadata).map_err(damaged)?;
    let length = u64::try_from(message.bodyLength()).map_err(damaged)?;
    if length > size - body {
        return Err(TableFault::Damaged.into());
    }
    let dictionary = message.header_as_dictionary_batch();
    let batch = match message.header_type() {
        MessageHeader::DictionaryBatch => dictionary.and_then(|of| of.data()),
        _ => message.header_as_record_batch(),
    };
    if let Some(batch) = batch {
        check_buffers(file, batch, body, length)?;
    }
    Ok(Some(body + length))
}

/// Checks the buffers of a message with a body of this length at this offset.
fn check_buffers(
    file: &mut (impl Read + Seek),
    batch: RecordBatch<'_>,
    body: u64,
    body_length: u64,
) -> io::Result<()> {
    let is_packed = batch.compression().is_some();
    for buffer in batch.buffers().into_iter().flatten() {
        let offset = u64::try_from(buffer.offset()).map_err(damaged)?;
        let length = u64::try_from(buffer.length()).map_err(damaged)?;
        if offset.saturating_add(length) > body_length {
            return Err(TableFault::Damaged.into());
        }
        if !is_packed || length < 8 {
            continue;
        }
        let claim = bytes_at(file, body + offset, 8)?;
        let claim = claim.first_chunk().ok_or(TableFault::Damaged)?;
        // A buffer that would not shrink is stored as it is, and claims -1.
        let claim = match i64::from_le_bytes(*claim) {
            -1 => 0,
            claim => u64::try_from(claim).map_err(damaged)?,
        };
        if claim > LARGE && claim / MAX_RATIO > length {
            return Err(TableFault::TooLarge.into());
        }
    }
    Ok(())
}

/// The number in four bytes at an offset.
fn length_at(file: &mut (impl Read + Seek), at: u64) -> io::Result<u32> {
    let bytes = bytes_at(file, at, 4)?;
    let bytes = bytes.first_chunk().ok_or(TableFault::Damaged)?;
    Ok(u32::from_le_bytes(*bytes))
}

fn bytes_at(file: &mut (impl Read + Seek), at: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
