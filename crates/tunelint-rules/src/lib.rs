//! The rules: they check examples, records and sources, and report findings.
//!
//! From the bottom up: [`survey`] has the statistics of a dataset and the format inferred from
//! them, [`contract`] the traits that rules implement, and [`rules`] the rules themselves, one file
//! each. The built-in rules are listed in [`rules::REGISTRY`]; a [`rules::RuleSet`] can be extended
//! with others.

pub mod survey;

pub mod contract;

pub mod rules;
