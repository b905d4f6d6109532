//! Reports: what a run came to, one module per format. The formats of `check` are behind the trait
//! [`Report`]; `stats`, `split` and `loss` have views of their own documents.

mod concise;
mod contract;
pub mod convert;
mod format;
mod github;
mod gitlab;
mod html;
mod human;
mod json;
mod jsonl;
mod junit;
pub mod loss;
mod markdown;
mod names;
mod place;
mod record;
pub mod rule_page;
mod sarif;
pub mod split;
pub mod stats;
mod style;
mod words;
mod worst;

pub use contract::Report;
pub use format::{Format, Opens, open};
pub use html::Html;
pub use names::SourceName;
pub use style::Style;
