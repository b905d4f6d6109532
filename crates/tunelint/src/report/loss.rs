//! The views of `tunelint loss`.

mod chart;
pub mod html;
pub mod human;
pub mod json;
pub mod judged;
mod words;
