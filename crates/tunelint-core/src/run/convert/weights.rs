//! The weights of messages, under the key that the target reads.

use tunelint_layouts::example::{Example, Part, Turn, WEIGHT_KEYS};
use tunelint_layouts::finding::Message;
use tunelint_layouts::layout::Losses;
use tunelint_layouts::provider::fact::is_about;
use tunelint_layouts::provider::profile::Profile;
use tunelint_layouts::provider::weights::WeightForm;

/// What the target reads of the weights of messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Weights {
    /// Unknown: they stay as they are.
    #[default]
    Kept,
    /// They are read under this key.
    Read(&'static str, WeightForm),
    /// None: the target with this name trains on every response.
    Ignored(String),
}

impl Weights {
    /// What `profile` reads of the weights in `layout`.
    pub fn of(profile: &Profile, layout: &str) -> Self {
        let read = profile.weights.as_ref().filter(|of| of.is_of(layout));
        let known = |key: &str| WEIGHT_KEYS.into_iter().find(|known| *known == key);
        if let Some((key, form)) = read.and_then(|of| Some((known(&of.key)?, of.form))) {
            return Self::Read(key, form);
        }
        let ignored = profile.requires.get("no-weight");
        match ignored.is_some_and(|fact| is_about(&fact.layouts, layout)) {
            true => Self::Ignored(profile.name.clone()),
            false => Self::Kept,
        }
    }

    /// Writes the weights of the example's messages as the target reads them, and notes those that
    /// it cannot read. Returns the number of weights written.
    ///
    /// # Errors
    /// A response that is excluded from training, which the target would train on.
    pub(super) fn apply(
        &self,
        example: &mut Example<'_>,
        losses: &mut Losses,
    ) -> Result<u64, Box<Message>> {
        match self {
            Self::Read(key, form) => {
                let turns = example.turns.iter_mut();
                let renamed = turns.map(|turn| rename(&mut turn.parts, key, *form, losses));
                Ok(renamed.map(u64::from).sum())
            }
            Self::Ignored(target) => {
                if example.outputs().any(Turn::is_skipped) {
                    let message =
                        format!("response excluded from training: {target} would train on it");
                    let help = "exclude the record with `--rejects FILE`, or end the conversation before the response";
                    return Err(Message::new(message).help(help).into());
                }
                Ok(0)
            }
            Self::Kept => Ok(0),
        }
    }
}

/// Writes the weight among `parts` under `key`, and returns whether there is one. Of several, the
/// first is kept.
fn rename(
    parts: &mut Vec<Part<'_>>,
    key: &'static str,
    form: WeightForm,
    losses: &mut Losses,
) -> bool {
    let mut found = false;
    parts.retain_mut(|part| {
        if !part.is_weight() {
            return true;
        }
        match form.rewrite(part.raw).filter(|_| !found) {
            Some(raw) => {
                (part.key, part.raw) = (key, raw);
                found = true;
            }
            None => {
                losses.add(part.name(), part.span);
                return false;
            }
        }
        true
    });
    found
}
