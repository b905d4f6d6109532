//! A provider's limit with the targets that it holds for, and how it is worded.

use crate::finding::Message;
use crate::printable::{counted, grouped};
use crate::profile::{Cited, Effect};

/// A limit with the targets that it holds for.
#[derive(Debug, Clone)]
pub struct TargetLimit {
    /// The limit.
    pub limit: Cited<u64>,
    /// The names of the profiles.
    pub targets: Vec<String>,
}

impl TargetLimit {
    /// What the provider does beyond it, as it words it.
    pub fn effect(&self) -> String {
        let targets = self.targets.join(" and ");
        let max = counted(self.limit.value, self.limit.unit.noun());
        match self.limit.effect {
            Effect::Rejects => format!("{targets} rejects more than {max}"),
            Effect::Drops => format!("{targets} drops an example of more than {max}"),
            Effect::Cuts => format!("{targets} cuts it at {max}"),
            Effect::DocumentedMaximum => format!("{targets} documents a maximum of {max}"),
            Effect::Advises => format!("{targets} advises at most {max}"),
        }
    }

    /// The message for something that is larger.
    pub fn exceeded(&self, what: &str, size: u64) -> Message {
        let size_words = counted(size, self.limit.unit.noun());
        let over = grouped(size.saturating_sub(self.limit.value));
        Message::new(format!(
            "the {what} has {size_words}, {over} too many: {}",
            self.effect()
        ))
        .targets(&self.targets)
    }
}
