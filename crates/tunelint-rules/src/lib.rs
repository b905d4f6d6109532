//! The rules of tunelint: examples become findings.
//!
//! From the bottom up: what is gathered about a dataset and inferred from it ([`survey`]), what a
//! rule is ([`contract`]), and the rules themselves, one file each ([`rules`]). Rules compose: the
//! program's are in [`rules::REGISTRY`], and a [`rules::RuleSet`] takes others beside them.

pub mod survey;

pub mod contract;

pub mod rules;
