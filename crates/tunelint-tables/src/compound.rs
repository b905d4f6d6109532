//! Refuses older workbooks whose chains of sectors go in circles. The parser follows a chain to its end,
//! so that a file of a few kilobytes would fill the memory.

use std::io::{self, Read, Seek, SeekFrom};

use tunelint_data::source::TableFault;

/// From here on, the number of a sector is not one.
const RESERVED: u32 = 0xFFFF_FFFA;
/// From here on, an entry of the list of table sectors is none.
const UNUSED: u32 = 0xFFFF_FFFC;

/// Fails if a chain of the compound file goes in a circle, or if its table claims more sectors than the
/// file has.
pub(crate) fn check(file: &mut (impl Read + Seek)) -> io::Result<()> {
    let size = file.seek(SeekFrom::End(0))?;
    let header = read(file, 0, 512)?;
    let sector = match header.get(30..32) {
        Some([9, 0]) => 512,
        Some([12, 0]) => 4096,
        _ => return Err(TableFault::Damaged.into()),
    };
    let most = usize::try_from(size / sector).map_err(|_| TableFault::TooLarge)? + 1;
    let mut at = |id: u32| read(file, (u64::from(id) + 1) * sector, sector).map(|of| numbers(&of));
    let mut table = numbers(header.get(76..).unwrap_or_default());
    let mut next = numbers(header.get(68..72).unwrap_or_default())
        .pop()
        .ok_or(TableFault::Damaged)?;
    let mut followed = 0;
    while next < RESERVED {
        followed += 1;
        table.extend(at(next)?);
        next = table.pop().ok_or(TableFault::Damaged)?;
        if followed > most {
            return Err(TableFault::Damaged.into());
        }
    }
    table.retain(|id| *id < UNUSED);
    if table.len() > most {
        return Err(TableFault::Damaged.into());
    }
    let mut chains = Vec::new();
    for id in table {
        chains.extend(at(id)?);
    }
    match has_circle(&chains) {
        true => Err(TableFault::Damaged.into()),
        false => Ok(()),
    }
}

/// At most `length` bytes at an offset.
fn read(file: &mut (impl Read + Seek), offset: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().map(|word| u32::from_le_bytes(*word)).collect()
}

/// Whether following the entries from some sector comes back to one that was passed.
fn has_circle(chains: &[u32]) -> bool {
    // For each sector, the walk that passed it; 0 for none.
    let mut passed_by = vec![0_usize; chains.len()];
    for start in 0..chains.len() {
        let mut at = start;
        while let (Some(mark), Some(next)) = (passed_by.get_mut(at), chains.get(at)) {
            match *mark {
                0 => *mark = start + 1,
                mark if mark == start + 1 => return true,
                _ => break,
            }
            at = *next as usize;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found() {
        const END: u32 = 0xFFFF_FFFE;
        assert!(!has_circle(&[1, 2, END, 4, END, u32::MAX]));
        assert!(!has_circle(&[2, 2, END]), "two chains meet");
        assert!(has_circle(&[1, 2, 1]));
        assert!(has_circle(&[END, 1]));
    }
}
