//! Reads a source on several threads and merges the results of its batches in file order.

use std::io;

use tunelint_data::source::Batch;
use tunelint_layouts::reader::{DecodeOutcome, Reader, Scratch};
use tunelint_rules::survey::Normalizer;

/// Calls `observe` for every record of `reader`, with a result that `empty` creates for each batch,
/// and passes these results to `merge` in file order. Runs no rules.
///
/// # Errors
/// If the source cannot be read.
pub fn gather<T: Send>(
    reader: &mut Reader,
    threads: usize,
    empty: impl Fn() -> T + Sync,
    observe: impl Fn(DecodeOutcome<'_, '_>, &mut Normalizer, &mut T) + Sync,
    mut merge: impl FnMut(T) + Send,
) -> io::Result<()> {
    let decoder = reader.decoder();
    let work = |batch: &Batch, buffers: &mut (Scratch, Normalizer)| {
        let mut result = empty();
        let (scratch, normalizer) = buffers;
        decoder.each(batch, scratch, &mut |outcome| {
            observe(outcome, normalizer, &mut result);
        });
        result
    };
    let mut drain = |result| {
        merge(result);
        Ok(())
    };
    let buffers = || (decoder.scratch(), Normalizer::default());
    reader.each_batch(threads, buffers, work, &mut drain)
}
