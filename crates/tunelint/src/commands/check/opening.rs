//! Sources as other commands read them: found, placed and read as `check` does.

use std::sync::Arc;

use tunelint_core::position::SourceId;
use tunelint_core::profile::Profile;
use tunelint_core::reader::Reader;
use tunelint_core::task::Task;
use tunelint_core::tokens::Counter;

use super::super::reading;
use super::plan::Plan;
use super::sources::Sources;
use super::{Keep, allowances};
use crate::cli::Check;
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
pub fn open(options: &Check) -> Result<Vec<Opened>, Failure> {
    let mut sources = Sources::new(options)?;
    if let Some(failure) = sources.failures.drain(..).next() {
        return Err(failure);
    }
    let today = allowances::today();
    let mut opened = Vec::new();
    for (index, source) in sources.list.iter().enumerate() {
        let Some(settings) = sources.settings.get(source.settings) else {
            continue;
        };
        let dataset = source
            .dataset
            .and_then(|index| settings.datasets.get(index));
        let plan = Plan::new(options, settings, dataset, &today, Keep::All)?;
        let input = reading::input(&source.named, &plan.typed)?;
        let reader = reading::open(SourceId(index as u32), input, &plan.reading)?;
        let targets = plan.targets_of(&reader)?;
        opened.push(Opened {
            reader,
            counter: plan.counter(&targets),
            targets,
            task: plan.task,
        });
    }
    Ok(opened)
}
