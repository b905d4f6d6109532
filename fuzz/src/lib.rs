//! The bodies of the fuzz targets, as ordinary functions: the fuzzer calls them with what it makes, and
//! `cargo test` with the corpus, so that both hold the program to the same laws. A law that does not
//! hold is a panic.

pub mod assembled;
pub mod binary_tables;
pub mod conversions;
pub mod fixes;
pub mod json;
pub mod parts;
pub mod pieces;
pub mod reports;
pub mod settings;
pub mod shown;
pub mod sniffing;
pub mod tables;
pub mod templates;

/// A body: it takes whatever bytes.
pub type Body = fn(&[u8]);

/// All targets by name. Each has a file of its name in `fuzz_targets` and a folder in `corpus`.
pub const TARGETS: [(&str, Body); 14] = [
    ("binary_tables", binary_tables::run),
    ("conversions", conversions::run),
    ("documents", pieces::documents),
    ("excerpts", shown::excerpts),
    ("fixes", fixes::run),
    ("json", json::run),
    ("lines", pieces::lines),
    ("parts", parts::run),
    ("redaction", shown::redaction),
    ("reports", reports::run),
    ("settings", settings::run),
    ("sniffing", sniffing::run),
    ("tables", tables::run),
    ("templates", templates::run),
];
