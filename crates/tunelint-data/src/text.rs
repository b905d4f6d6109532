//! Text: its positions, how it is shown safely, and what it contains.

pub mod code_detection;
mod credentials;
pub mod decoded;
pub mod escape;
pub mod excerpt;
pub mod name_counts;
mod pattern;
pub mod personal_data;
pub mod position;
pub mod prefilter;
pub mod printable;
pub mod redaction;
pub mod secret;

pub use decoded::Text;
