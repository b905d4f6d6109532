//! Reads a source on several threads and merges the results of its batches in file order.

use std::io;

use tunelint_data::source::Batch;
use tunelint_layouts::reader::{DecodeOutcome, Reader, Scratch};
use tunelint_model::with_deep_stack;
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
    merge: impl FnMut(T) + Send,
) -> io::Result<()> {
    gather_on(Stack::Usual, reader, threads, empty, observe, merge)
}

/// The stack that records are observed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stack {
    /// That of a worker.
    Usual,
    /// A [deep](with_deep_stack) one, for chat templates.
    Deep,
}

/// The same on this stack.
pub(super) fn gather_on<T: Send>(
    stack: Stack,
    reader: &mut Reader,
    threads: usize,
    empty: impl Fn() -> T + Sync,
    observe: impl Fn(DecodeOutcome<'_, '_>, &mut Normalizer, &mut T) + Sync,
    mut merge: impl FnMut(T) + Send,
) -> io::Result<()> {
    let decoder = reader.decoder();
    let observed = |batch: &Batch, buffers: &mut (Scratch, Normalizer)| {
        let mut result = empty();
        let (scratch, normalizer) = buffers;
        decoder.each(batch, scratch, &mut |outcome| {
            observe(outcome, normalizer, &mut result);
        });
        result
    };
    let work = |batch: &Batch, buffers: &mut (Scratch, Normalizer)| match stack {
        Stack::Usual => observed(batch, buffers),
        Stack::Deep => {
            with_deep_stack(|| observed(batch, buffers)).unwrap_or_else(|| observed(batch, buffers))
        }
    };
    let mut drain = |result| {
        merge(result);
        Ok(())
    };
    let buffers = || (decoder.scratch(), Normalizer::default());
    reader.each_batch(threads, buffers, work, &mut drain)
}
