//! Refuses Arrow data that claims more than it can hold: the parser reserves the memory for what a
//! message claims before it reads it, and to fail at that ends the program.

use std::io::{self, Read, Seek, SeekFrom};

use arrow_ipc::{MessageHeader, RecordBatch, root_as_footer, root_as_message};
use tunelint_data::source::TableFault;

/// A buffer or a message above this size that shrank to less than a thousandth is not data.
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
    while let Some(message) = check_message(file, at, size)? {
        at = message.end;
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
    let part = |length: i64| u64::try_from(length).map_err(damaged);
    for block in blocks.into_iter().flatten().flatten() {
        let offset = part(block.offset())?;
        // The parser takes the lengths of the footer: with others than these, it would read what was
        // not checked.
        let (metadata, body) = (block.metaDataLength(), block.bodyLength());
        let body_start = offset.checked_add(part(metadata.into())?);
        let end = body_start.and_then(|start| start.checked_add(part(body).ok()?));
        let message = check_message(file, offset, size)?.ok_or(TableFault::Damaged)?;
        if (body_start, end) != (Some(message.body), Some(message.end)) {
            return Err(TableFault::Damaged.into());
        }
    }
    Ok(())
}

/// Where the parts of a message are.
struct Message {
    body: u64,
    end: u64,
}

/// Checks the message at an offset. `None` is the end of the stream.
fn check_message(file: &mut (impl Read + Seek), at: u64, size: u64) -> io::Result<Option<Message>> {
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
    let end = body + length;
    Ok(Some(Message { body, end }))
}

/// Checks the buffers of a message with a body of this length at this offset.
fn check_buffers(
    file: &mut (impl Read + Seek),
    batch: RecordBatch<'_>,
    body: u64,
    body_length: u64,
) -> io::Result<()> {
    let is_packed = batch.compression().is_some();
    let mut claimed: u64 = 0;
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
        // Buffers that share their bytes claim more together than each.
        claimed = claimed.saturating_add(claim);
        if is_too_large(claim, length) || is_too_large(claimed, body_length) {
            return Err(TableFault::TooLarge.into());
        }
    }
    Ok(())
}

fn is_too_large(claimed: u64, packed: u64) -> bool {
    claimed > LARGE && claimed / MAX_RATIO > packed
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::Arc;

    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
    use arrow_ipc::{Block, CompressionType};

    use super::*;

    /// The length of each text.
    const LENGTH: u64 = 60_013;
    /// What a compressed buffer has after its claim.
    const FRAME: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];

    /// A file with one row of three long texts.
    fn packed() -> Vec<u8> {
        let text = "a".repeat(LENGTH as usize);
        let column = || Arc::new(StringArray::from(vec![text.as_str()])) as ArrayRef;
        let columns = ["a", "b", "c"].map(|name| (name, column()));
        let batch = RecordBatch::try_from_iter(columns).expect("a batch");
        let options = IpcWriteOptions::default();
        let options = options.try_with_compression(Some(CompressionType::LZ4_FRAME));
        let options = options.expect("compression");
        let mut bytes = Vec::new();
        let writer = FileWriter::try_new_with_options(&mut bytes, &batch.schema(), options);
        let mut writer = writer.expect("a writer");
        writer.write(&batch).expect("a batch is written");
        writer.finish().expect("a footer is written");
        drop(writer);
        bytes
    }

    /// Replaces bytes wherever they are. Returns how often they were there.
    fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) -> usize {
        let places = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(old));
        let places: Vec<usize> = places.collect();
        for at in &places {
            bytes[*at..at + new.len()].copy_from_slice(new);
        }
        places.len()
    }

    fn fault(bytes: Vec<u8>) -> Option<TableFault> {
        let checked = check_file(&mut Cursor::new(bytes));
        checked.err().and_then(|error| TableFault::of(&error))
    }

    #[test]
    fn a_footer_has_the_lengths_of_its_messages() {
        let bytes = packed();
        let length = bytes[bytes.len() - 10..].first_chunk().expect("a length");
        let start = bytes.len() - 10 - u32::from_le_bytes(*length) as usize;
        let footer = root_as_footer(&bytes[start..]).expect("a footer");
        let block = *footer.recordBatches().expect("blocks").get(0);
        let (offset, metadata, body) = (block.offset(), block.metaDataLength(), block.bodyLength());
        assert_eq!(fault(bytes.clone()), None);
        for other in [
            Block::new(offset, metadata - 8, body),
            Block::new(offset, metadata + 8, body - 8),
            Block::new(offset, metadata, body - 8),
            Block::new(offset, metadata, i64::MAX),
            Block::new(i64::MAX, metadata, body),
        ] {
            let mut bytes = bytes.clone();
            assert_eq!(replace(&mut bytes, &block.0, &other.0), 1);
            assert_eq!(fault(bytes), Some(TableFault::Damaged), "{other:?}");
        }
    }

    #[test]
    fn the_buffers_of_a_message_claim_no_more_than_it_can_hold() {
        let mut bytes = packed();
        let claim = |length: u64| [&length.to_le_bytes()[..], &FRAME].concat();
        let claims = replace(&mut bytes, &claim(LENGTH), &claim(LARGE));
        assert_eq!(claims, 3, "one of each text");
        assert_eq!(fault(bytes), Some(TableFault::TooLarge));
    }
}
