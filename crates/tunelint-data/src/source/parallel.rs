//! Processes batches on several threads, with results in file order.
//!
//! Workers take turns to cut the next batch, process it independently, and pass the results on in
//! order. The results do not depend on the number of workers.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::source::{Batch, Batcher};

/// Runs `work` on every batch and `drain` on every result, in order.
///
/// `first` are batches that were already cut. If nothing follows them, no thread is started.
///
/// # Errors
/// The first error from reading or from `drain`, which ends the run.
pub fn run<S, R: Send>(
    mut first: Vec<Batch>,
    batcher: &mut Batcher,
    threads: usize,
    scratch: impl Fn() -> S + Sync,
    work: impl Fn(&Batch, &mut S) -> R + Sync,
    drain: &mut (dyn FnMut(R) -> io::Result<()> + Send),
) -> io::Result<()> {
    let next = first.first().map_or(0, |batch| batch.index);
    let more = batcher.next_batch()?;
    let alone = threads <= 1 || more.is_none();
    first.extend(more);
    first.reverse();
    let mut queue = Queue {
        ready: first,
        batcher,
        error: None,
    };
    if alone {
        let mut own = scratch();
        let mut done = None;
        while let Some(batch) = queue.next(done.take()) {
            drain(work(&batch, &mut own))?;
            done = Some(batch);
        }
        return queue.error.map_or(Ok(()), Err);
    }
    let queue = Mutex::new(queue);
    let line = Mutex::new(Line {
        next,
        waiting: BTreeMap::new(),
        drain,
        error: None,
    });
    let worker = || {
        let mut own = scratch();
        let mut done = None;
        loop {
            // The lock must be released before the work starts; a guard in the loop head would be
            // held.
            let next = lock(&queue).next(done.take());
            let Some(batch) = next else { break };
            let result = work(&batch, &mut own);
            if !lock(&line).arrive(batch.index, result) {
                break;
            }
            done = Some(batch);
        }
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(io::Error::other)?;
    pool.scope(|scope| (0..threads).for_each(|_| scope.spawn(|_| worker())));
    let queue = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
    let line = line.into_inner().unwrap_or_else(PoisonError::into_inner);
    line.error.or(queue.error).map_or(Ok(()), Err)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Queue<'b> {
    /// Batches that are already cut, the next one last.
    ready: Vec<Batch>,
    batcher: &'b mut Batcher,
    error: Option<io::Error>,
}

impl Queue<'_> {
    /// The next batch; `done` is a processed one, for its buffers.
    fn next(&mut self, done: Option<Batch>) -> Option<Batch> {
        if let Some(done) = done {
            self.batcher.recycle(done);
        }
        if let Some(batch) = self.ready.pop() {
            return Some(batch);
        }
        if self.error.is_some() {
            return None;
        }
        match self.batcher.next_batch() {
            Ok(batch) => batch,
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }
}

struct Line<'d, R> {
    next: u64,
    waiting: BTreeMap<u64, R>,
    drain: &'d mut (dyn FnMut(R) -> io::Result<()> + Send),
    error: Option<io::Error>,
}

impl<R> Line<'_, R> {
    /// Stores a result, and drains all that are next in order. False once the run has ended.
    fn arrive(&mut self, index: u64, result: R) -> bool {
        self.waiting.insert(index, result);
        while self.error.is_none() {
            let Some(result) = self.waiting.remove(&self.next) else {
                break;
            };
            self.next += 1;
            self.error = (self.drain)(result).err();
        }
        self.error.is_none()
    }
}
