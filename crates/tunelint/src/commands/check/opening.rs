//! Finds and opens sources exactly as `check` does, for `stats` and `split`.

use std::path::Path;

use tunelint_core::finding::Keep;
use tunelint_core::position::SourceId;
use tunelint_core::session::Opened;

use super::events;
use super::plan::Plans;
use super::sources::Sources;
use crate::cli::CheckOptions;
use crate::exit::Failure;
use crate::reading;

/// Opens all sources of `options`, in order.
///
/// # Errors
/// The first source that does not exist or cannot be read.
pub fn open(options: &CheckOptions) -> Result<Vec<Opened>, Failure> {
    let mut sources = Sources::new(options)?;
    if let Some(failure) = sources.failures.drain(..).next() {
        return Err(failure);
    }
    let plans = Plans::keeping(options, &sources, Keep::All)?;
    let mut opened = Vec::new();
    for (index, source) in sources.list.iter().enumerate() {
        let Some(plan) = plans.of(&sources, index, Path::new("")) else {
            continue;
        };
        let input = reading::input(&source.named, &plan.reading)?;
        let source = plan.settings.open(SourceId(index as u32), input);
        let mut source = source.map_err(|error| events::failure(&error))?;
        if index >= reading::MAX_OPEN {
            source.reader.close();
        }
        opened.push(source);
    }
    Ok(opened)
}
