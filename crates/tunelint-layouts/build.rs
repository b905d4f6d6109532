//! Generates the list of profiles from the files in `rules/profiles`, so that adding a provider
//! takes one file and no code. The program has them as JSON, which is read faster than TOML.

#![expect(
    clippy::disallowed_methods,
    reason = "Cargo hands a build script its folders in the environment"
)]

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let folder = folder.join("rules/profiles");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            names.extend(
                path.file_stem()
                    .map(|name| name.to_string_lossy().into_owned()),
            );
        }
    }
    names.sort();
    let mut list = "&[\n".to_owned();
    for name in names {
        let path = folder.join(&name).with_extension("toml");
        println!("cargo::rerun-if-changed={}", path.display());
        let profile: toml::Table = toml::from_str(&fs::read_to_string(&path)?)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        list.push_str(&format!("    ({name:?}, {:?}),\n", json(profile)?));
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("profiles.rs"), list)
}

/// The profile as JSON. What is looked up without parsing comes first, because facts have keys of the
/// same names.
fn json(mut profile: toml::Table) -> io::Result<String> {
    let mut first = String::new();
    for key in ["layouts", "own-layouts", "own-fields", "general-advice"] {
        if let Some(value) = profile.remove(key) {
            first.push_str(&format!("{key:?}:{},", serde_json::to_string(&value)?));
        }
    }
    let rest = serde_json::to_string(&profile)?;
    Ok(format!("{{{first}{}", rest.trim_start_matches('{')))
}
