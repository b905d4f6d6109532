//! The key of a message that weights its loss, as each provider names it.

use serde::{Deserialize, Serialize};

use crate::provider::fact::is_about;

/// The key of a message that a provider reads as the weight of its loss.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WeightKey {
    /// The key, one of [`WEIGHT_KEYS`](crate::example::WEIGHT_KEYS).
    pub key: String,
    /// The form of its value.
    pub form: WeightForm,
    /// The layouts in which it is read; empty means all.
    #[serde(default)]
    pub layouts: Vec<String>,
    /// The page, as a key of [`Profile::sources`](super::profile::Profile::sources).
    pub source: String,
    /// The provider's text, verbatim.
    pub quote: String,
    /// A caveat, for people.
    pub note: Option<String>,
}

/// The form of a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeightForm {
    /// A number: 0 excludes the message from training.
    Number,
    /// `true` or `false`: whether the message is trained on.
    Flag,
}

impl WeightForm {
    /// A weight, as written in any form, in this form; `None` if it is neither a flag nor a number,
    /// or a number that a flag cannot say.
    ///
    /// ```
    /// use tunelint_layouts::provider::weights::WeightForm;
    /// assert_eq!(WeightForm::Flag.rewrite("0.0"), Some("false"));
    /// assert_eq!(WeightForm::Number.rewrite("true"), Some("1"));
    /// assert_eq!(WeightForm::Number.rewrite("0.5"), Some("0.5"));
    /// assert_eq!(WeightForm::Flag.rewrite("0.5"), None);
    /// ```
    pub fn rewrite(self, raw: &str) -> Option<&str> {
        let number = match raw {
            "true" => 1.0,
            "false" => 0.0,
            number => number.parse::<f64>().ok()?,
        };
        match (self, raw) {
            (Self::Number, "true") => Some("1"),
            (Self::Number, "false") => Some("0"),
            (Self::Number, _) => Some(raw),
            (Self::Flag, _) if number == 0.0 => Some("false"),
            (Self::Flag, _) if number == 1.0 => Some("true"),
            (Self::Flag, _) => None,
        }
    }
}

impl WeightKey {
    /// Whether it is read in `layout`.
    pub fn is_of(&self, layout: &str) -> bool {
        is_about(&self.layouts, layout)
    }
}
