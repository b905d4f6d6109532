//! How a settings file differs from what it was.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::Merged;
use super::document::SettingsDocument;
use super::find::PYPROJECT;

/// What a settings file sets, as far as it is valid.
#[derive(Debug, Default)]
struct Values {
    off: BTreeSet<String>,
    by_key: BTreeMap<String, Vec<(String, Value)>>,
}

/// What changed in the settings file at `path` from the text `old` to the text `new`, in words, without
/// the values: `turns off secret; changes fail-on`. `None` if no setting did. The text of a file that does
/// not exist is `None`.
pub fn described(path: &Path, old: Option<&str>, new: Option<&str>) -> Option<String> {
    let is_pyproject = path.file_name().is_some_and(|name| name == PYPROJECT);
    let of = |text| Values::of(path, text, is_pyproject);
    let (Some(old), Some(new)) = (of(old), of(new)) else {
        return Some("not valid TOML, or was not".to_owned());
    };
    let off: Vec<&str> = new.off.difference(&old.off).map(String::as_str).collect();
    let keys: BTreeSet<&String> = old.by_key.keys().chain(new.by_key.keys()).collect();
    let changed = keys
        .into_iter()
        .filter(|key| old.by_key.get(*key) != new.by_key.get(*key));
    let changed: Vec<&str> = changed.map(String::as_str).collect();
    let mut parts = Vec::new();
    if !off.is_empty() {
        parts.push(format!("turns off {}", off.join(", ")));
    }
    if !changed.is_empty() {
        parts.push(format!("changes {}", changed.join(", ")));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

impl Values {
    /// The values of a text; `None` if it is not valid TOML.
    fn of(path: &Path, text: Option<&str>, is_pyproject: bool) -> Option<Self> {
        let text = text.unwrap_or_default().to_owned();
        let document =
            SettingsDocument::parse(path.into(), text, Path::new("."), None, is_pyproject);
        let merged = Merged::of(document.ok()?.into_iter().collect());
        let mut values = Self::default();
        let ignored = merged.value.get("ignore").and_then(Value::as_array);
        let ignored = ignored.into_iter().flatten().filter_map(Value::as_str);
        values.off.extend(ignored.map(str::to_owned));
        let rules = merged.value.get("rules").and_then(Value::as_object);
        for (rule, setting) in rules.into_iter().flatten() {
            let severity = setting.get("severity").unwrap_or(setting);
            if severity == "off" {
                values.off.insert(rule.clone());
            }
        }
        for (pointer, value, _) in merged.entries() {
            let mut steps = pointer.split('/').skip(1);
            let key = steps.next().unwrap_or_default();
            let key = match (key, steps.next()) {
                ("rules", Some(rule)) => format!("rules.{rule}"),
                _ => key.to_owned(),
            };
            values.by_key.entry(key).or_default().push((pointer, value));
        }
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(old: &str, new: &str) -> Option<String> {
        described(Path::new("tunelint.toml"), Some(old), Some(new))
    }

    #[test]
    fn rules_that_were_off_before_are_not_named() {
        let old = "ignore = [\"secret\"]\n";
        let new = "ignore = [\"secret\", \"mojibake\"]\n[rules]\nempty-output = \"off\"\n";
        let off = "turns off empty-output, mojibake; changes ignore, rules.empty-output";
        assert_eq!(change(old, new).as_deref(), Some(off));
        assert_eq!(
            change(new, old).as_deref(),
            Some("changes ignore, rules.empty-output")
        );
        assert_eq!(change(new, new), None);
        assert_eq!(change(new, &format!("# comment\n{new}")), None);
    }

    #[test]
    fn a_file_of_another_tool_sets_nothing() {
        let path = Path::new("pyproject.toml");
        let ours = "[tool.tunelint]\nfail-on = \"never\"\n";
        assert_eq!(described(path, Some("[project]\n"), None), None);
        assert_eq!(
            described(path, None, Some(ours)).as_deref(),
            Some("changes fail-on")
        );
        assert!(change("", "= \u{1b}").is_some());
    }
}
