//! Going through a source on several threads: what each batch gives is merged in the order of the
//! file.

use std::io;

use tunelint_data::source::Batch;
use tunelint_layouts::reader::{DecodeOutcome, Reader, Scratch};
use tunelint_rules::survey::Normalizer;

/// Shows every record of `reader` to `observe`, which notes what it sees in an `empty` one of its
/// batch, and hands these to `merge` in order. Nothing is checked.
///
/// # Errors
/// What reading returns.
pub fn gather<T: Send>(
    reader: &mut Reader,
    threads: usize,
    empty: impl Fn() -> T + Sync,
    observe: impl Fn(DecodeOutcome<'_, '_>, &mut Normalizer, &mut T) + Sync,
    mut merge: impl FnMut(T) + Send,
) -> io::Result<()> {
    let decoder = reader.decoder();
    let work = |batch: &Batch, buffers: &mut (Scratch, Normalizer)| {
        let mut noted = empty();
        let (scratch, normalizer) = buffers;
        decoder.each(batch, scratch, &mut |outcome| {
            observe(outcome, normalizer, &mut noted);
        });
        noted
    };
    let mut drain = |noted| {
        merge(noted);
        Ok(())
    };
    let buffers = || (decoder.scratch(), Normalizer::default());
    reader.each_batch(threads, buffers, work, &mut drain)
}
