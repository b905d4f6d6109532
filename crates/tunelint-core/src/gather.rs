//! Going through a source on several threads: what each batch gives is merged in the order of the
//! file.

use std::io;

use crate::engine;
use crate::finding::{Findings, Policy};
use crate::reader::{Decoded, Reader, Scratch};
use crate::source::Batch;
use crate::survey::Normalizer;

/// Shows every record of `reader` to `observe`, which notes what it sees in an `empty` one of its
/// batch, and hands these to `merge` in order. Nothing is checked.
///
/// # Errors
/// What reading returns.
pub fn gather<T: Send>(
    reader: &mut Reader,
    threads: usize,
    empty: impl Fn() -> T + Sync,
    observe: impl Fn(Decoded<'_, '_>, &mut Normalizer, &mut T) + Sync,
    mut merge: impl FnMut(T) + Send,
) -> io::Result<()> {
    let decoding = reader.decoding();
    let first = std::mem::take(&mut reader.first);
    let silent = Policy::default();
    let work = |batch: &Batch, buffers: &mut (Scratch, Normalizer)| {
        let mut noted = empty();
        let mut findings = Findings::new(&silent);
        let (scratch, normalizer) = buffers;
        decoding.each(batch, scratch, &mut findings, &mut |read, _| {
            observe(read, normalizer, &mut noted);
        });
        noted
    };
    let mut drain = |noted| {
        merge(noted);
        Ok(())
    };
    let buffers = || (decoding.scratch(), Normalizer::default());
    engine::run(
        first,
        &mut reader.batcher,
        threads,
        buffers,
        work,
        &mut drain,
    )
}
