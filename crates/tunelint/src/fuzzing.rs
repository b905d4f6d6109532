//! The parts of the program that the fuzz targets call, which are not in its libraries.

use crate::settings::Settings;

/// What is wrong with the text of a settings file, as it is printed; `None` if nothing is.
pub fn problems_of_settings(text: &str) -> Option<String> {
    Settings::of_text(text).err().map(|failure| failure.text())
}
