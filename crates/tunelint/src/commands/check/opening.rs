//! Sources as other commands read them: found, placed and read as `check` does.

use std::path::Path;
use std::sync::Arc;

use tunelint_core::finding::Keep;
use tunelint_core::position::SourceId;
use tunelint_core::profile::Profile;
use tunelint_core::reader::Reader;
use tunelint_core::task::Task;
use tunelint_core::tokens::Counter;

use super::super::reading;
use super::plan::Plans;
use super::sources::Sources;
use crate::cli::CheckOptions;
use crate::exit::Failure;

/// A source that is open, and what it is meant for.
pub struct Opened {
    /// The source.
    pub reader: Reader,
    /// The profiles.
    pub targets: Vec<Arc<Profile>>,
    /// The task, where somebody named it.
    pub task: Option<Task>,
    /// The way tokens are counted.
    pub counter: Counter,
}

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
        let settings = &plan.settings;
        let input = reading::input(&source.named, &plan.typed)?;
        let reader = reading::open(SourceId(index as u32), input, &settings.reading)?;
        let targets = settings.targets_of(reader.layout().map(|layout| layout.name()));
        let targets = targets.map_err(|error| Failure::new(error.to_string()))?;
        opened.push(Opened {
            reader,
            counter: settings.counter(&targets),
            targets,
            task: settings.context.task,
        });
    }
    Ok(opened)
}
