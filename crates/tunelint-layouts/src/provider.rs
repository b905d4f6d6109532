//! What providers accept: profiles, limits, tasks and token estimates.

pub mod fact;
pub mod faults;
pub mod field;
pub mod limit;
pub mod profile;
pub mod task;
pub mod tokens;
pub mod training;
pub mod weights;
