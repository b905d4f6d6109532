//! What a program that embeds this one passes besides options: sources that are objects in memory,
//! rules from outside the registry, and the wish to stop.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tunelint_core::session::OwnRule;
use tunelint_core::source::Input;

/// The default is a program that runs on its own.
#[derive(Debug, Clone, Default)]
pub struct Host {
    /// Objects by the paths that stand for them among the arguments.
    objects: Arc<BTreeMap<PathBuf, Input>>,
    /// Rules from outside the registry. All run, whichever rules are selected.
    pub rules: Vec<OwnRule>,
    /// Ends the run soon after it is set. Nothing is written from then on.
    pub stop: Stop,
}

/// A flag that ends a run.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks the run to end.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the run is to end.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Host {
    /// A host with these objects; each is named by its path on the command line.
    pub fn new(objects: impl IntoIterator<Item = (PathBuf, Input)>) -> Self {
        Self {
            objects: Arc::new(objects.into_iter().collect()),
            ..Self::default()
        }
    }

    /// The same host with these objects as well.
    #[must_use]
    pub fn with(self, objects: impl IntoIterator<Item = (PathBuf, Input)>) -> Self {
        let known = self
            .objects
            .iter()
            .map(|(path, of)| (path.clone(), of.clone()));
        Self {
            objects: Arc::new(known.chain(objects).collect()),
            ..self
        }
    }

    /// The object that `path` stands for.
    pub fn object(&self, path: &Path) -> Option<&Input> {
        self.objects.get(path)
    }

    /// The same input, which cannot be read any more once the run is to end.
    pub fn stoppable(&self, input: Input) -> Input {
        let stop = Some(Arc::clone(&self.stop.0));
        Input { stop, ..input }
    }
}
