//! Sources as other commands read them: found, and opened as `check` does.

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

/// Opens everything that `options` name; the first that cannot be read ends it.
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
        let input = reading::input(&source.named, &plan.typed)?;
        let source = plan.settings.open(SourceId(index as u32), input);
        opened.push(source.map_err(|error| events::failure(&error))?);
    }
    Ok(opened)
}
