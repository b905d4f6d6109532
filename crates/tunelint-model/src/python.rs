//! Python as templates see it: dictionaries, numbers, string methods, `json.dumps`, `strftime`.

pub mod number;

pub mod dict;

pub mod to_json;

pub mod text_methods;

pub mod methods;

pub mod strftime;

pub use dict::value_of;
