//! `tunelint config`: prints the settings in force with their origins, how they differ from the base of a
//! change, or their JSON Schema.

mod diff;

use std::path::{Path, PathBuf};

use tunelint_core::printable::printable;

use crate::cli::{Config, ConfigCommand, ConfigShow};
use crate::exit::{Exit, Failure};
use crate::settings::{self, Merged, SCHEMA, Settings, SettingsRequest};
use crate::stdout::print;

/// Default values.
const DEFAULTS: [(&str, &str); 4] = [
    ("fail-on", "\"error\""),
    ("inline-allow", "false"),
    ("max-record-size", "\"64M\""),
    ("preview", "false"),
];

/// Prints the settings or the schema.
pub fn run(options: &Config) -> Result<Exit, Failure> {
    match &options.command {
        ConfigCommand::Diff(options) => diff::run(options),
        ConfigCommand::Schema => print(SCHEMA),
        ConfigCommand::Show(show) => print(&shown(show)?),
    }
}

fn shown(options: &ConfigShow) -> Result<String, Failure> {
    let wanted = SettingsRequest::new(&options.settings.config, options.settings.isolated);
    let path = options.path.as_deref().unwrap_or(Path::new("."));
    let file = match &wanted {
        SettingsRequest {
            file: Some(file), ..
        } => Some(file.clone()),
        SettingsRequest { isolated: true, .. } => None,
        _ => settings::above(&directory(path)?)?,
    };
    let merged = Merged::read(file.as_deref(), &wanted)?;
    let mut lines: Vec<(String, String, String)> = merged
        .entries()
        .into_iter()
        .map(|(pointer, value, origin)| {
            let value = toml::Value::try_from(&value).map(|value| value.to_string());
            (key(&pointer), value.unwrap_or_default(), origin)
        })
        .collect();
    // Invalid settings are an error, not in force.
    Settings::interpret(merged)?;
    for (key, value) in DEFAULTS {
        if !lines.iter().any(|(have, ..)| have == key) {
            lines.push((key.to_owned(), value.to_owned(), "default".to_owned()));
        }
    }
    lines.sort();
    let width = lines
        .iter()
        .map(|(key, value, _)| key.len() + value.len() + 3);
    let width = width.max().unwrap_or(0).min(60);
    let mut text = String::new();
    for (key, value, origin) in lines {
        let setting = format!("{key} = {value}");
        let line = format!("{setting:width$}  # {origin}");
        text.push_str(&printable(&line));
        text.push('\n');
    }
    Ok(text)
}

/// The directory whose settings apply to `path`.
fn directory(path: &Path) -> Result<PathBuf, Failure> {
    let full = path.canonicalize().map_err(|error| {
        Failure::io(
            "read",
            &tunelint_core::printable::printable_path(path),
            &error,
        )
    })?;
    let parent = || full.parent().unwrap_or(&full).to_path_buf();
    Ok(if full.is_dir() {
        full.clone()
    } else {
        parent()
    })
}

/// Converts a JSON pointer to a key as people write it: `dataset[0].files`.
fn key(pointer: &str) -> String {
    let mut key = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        match step.parse::<usize>() {
            Ok(index) => key.push_str(&format!("[{index}]")),
            Err(_) if key.is_empty() => key.push_str(&step),
            Err(_) if step.contains(['/', '.', ' ']) => key.push_str(&format!(".\"{step}\"")),
            Err(_) => key.push_str(&format!(".{step}")),
        }
    }
    key
}
