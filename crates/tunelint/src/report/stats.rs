//! The views of `tunelint stats`.

pub mod html;
pub mod human;
pub mod markdown;
