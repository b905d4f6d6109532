//! Whether a target takes a source as it stands, and what it must be converted to otherwise.

use std::path::Path;
use std::sync::Arc;

use tunelint_data::source::Container;
use tunelint_data::text::printable::{printable_path, shell_quoted};

use crate::layout::{self, Layout, TrainingObjective};
use crate::provider::profile::{Delivery, Profile};

/// Whether the target accepts a source in this container and layout without conversion.
pub fn fits_unchanged(profile: &Profile, container: &str, layout: &str) -> bool {
    profile.reads(container) && profile.takes(layout)
}

/// Whether every target trains on prompts without responses.
pub fn train_on_prompts<'p>(mut targets: impl Iterator<Item = &'p Profile>) -> bool {
    let is_prompt = |name: &String| {
        let layout = layout::by_name(name);
        layout.is_some_and(|of| of.capacity().is_prompt_only())
    };
    targets.all(|target| !target.layouts.is_empty() && target.layouts.iter().all(is_prompt))
}

/// The layout of the target that sources in `layouts` should be converted to; `None` if no layout
/// fits all of them.
///
/// Every source must keep its training objective or become supervised fine-tuning data. Among the
/// layouts that allow that, the first that holds several turns, if any source may have them, and
/// keeps every objective is preferred; the next best only holds the turns.
pub fn fit(profile: &Profile, layouts: &[&str]) -> Option<String> {
    let objective = |name: &str| layout::by_name(name).map(|layout| layout.capacity().objective);
    let converts = |from: &str, to: &str| match (objective(from), objective(to)) {
        (Some(from), Some(to)) if from == to => true,
        // Plain text has no prompt.
        (Some(from), Some(to)) => {
            to == TrainingObjective::Answer && from != TrainingObjective::Text
        }
        (None, _) => true,
        (_, None) => false,
    };
    let all = |to: &&String| layouts.iter().all(|from| converts(from, to));
    let holds_turns = |to: &&String| has_turns(to) || !layouts.iter().any(|from| has_turns(from));
    let keeps_objective =
        |to: &&String| (layouts.iter()).all(|from| objective(from) == objective(to));
    let mut fitting = profile.layouts.iter().filter(all);
    let preferred = fitting.clone().filter(holds_turns).find(keeps_objective);
    let next_best = preferred.or_else(|| fitting.clone().find(holds_turns));
    next_best.or_else(|| fitting.next()).cloned()
}

/// The layout that a source in `from` is converted to for the target; `None` if none fits. If the
/// file to write has the extension of a table that the target reads, it has columns.
pub fn layout_for(
    profile: &Profile,
    from: &dyn Layout,
    container: Option<Container>,
) -> Option<Arc<dyn Layout>> {
    let mut fitting = profile.clone();
    if container.is_some_and(|of| of.has_rows() && profile.reads(of.as_str())) {
        let has_columns = |of: Arc<dyn Layout>| !of.columns().is_empty();
        let holds = |name: &String| layout::by_name(name).is_some_and(has_columns);
        fitting.layouts.retain(holds);
    }
    match fitting.takes(from.name()) {
        true => layout::by_name(from.name()),
        false => layout::by_name(&fit(&fitting, &[from.name()])?),
    }
}

/// The container that is written for the target: its own, unless `container`, that of the file's
/// extension, is another one that it reads. A request body is JSON.
pub fn container_for(profile: &Profile, container: Option<Container>) -> &'static str {
    let own = match profile.container {
        Delivery::Rest => "rest",
        Delivery::Jsonl => "jsonl",
    };
    let named = container.map(Container::as_str);
    let another = named.filter(|name| profile.reads(name) && (own, *name) != ("rest", "json"));
    another.unwrap_or(own)
}

fn has_turns(layout: &str) -> bool {
    layout::by_name(layout).is_some_and(|of| of.capacity().many_turns)
}

/// The command that converts the file at `path`, in `layout`, to what the target takes: a new file
/// in the working directory, named after both. Where the target holds one response, it writes an
/// example for each.
pub fn convert_command(profile: &Profile, path: &Path, layout: &str) -> String {
    let (target, stem) = (&profile.name, stem(path));
    let out = match profile.container {
        Delivery::Rest => format!("{stem}-{target}.json"),
        Delivery::Jsonl => format!("{stem}-{target}.jsonl"),
    };
    let path = shell_quoted(&printable_path(path));
    let out = shell_quoted(&out);
    let is_cut = has_turns(layout) && fit(profile, &[layout]).is_some_and(|to| !has_turns(&to));
    let turns = if is_cut { " --turns each" } else { "" };
    format!("tunelint convert {path} -o {out} --target {target}{turns}")
}

/// The command that writes the file at `path` as JSON Lines in `layout`, with `options`: to a new
/// file in the working directory.
pub fn rewrite_command(path: &Path, layout: &str, options: &str) -> String {
    let out = shell_quoted(&format!("{}-rewritten.jsonl", stem(path)));
    let path = shell_quoted(&printable_path(path));
    format!("tunelint convert {path} -o {out} --to {layout}{options}")
}

/// The name of the file before its extensions.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy();
    let stem = name.split('.').find(|part| !part.is_empty());
    stem.unwrap_or("data").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::profile::by_name;

    fn profile(name: &str) -> Profile {
        by_name(name).expect("it parses").expect("it exists")
    }

    #[test]
    fn fitting_layouts_keep_turns_and_objective() {
        assert_eq!(
            fit(&profile("trl"), &["alpaca"]).as_deref(),
            Some("messages")
        );
        assert_eq!(fit(&profile("trl"), &["kto"]).as_deref(), Some("kto"));
        assert_eq!(fit(&profile("openai-dpo"), &["messages"]), None);
        assert_eq!(fit(&profile("openai"), &["text"]), None);
    }

    #[test]
    fn commands_name_a_new_file() {
        let path = Path::new("my data/train.json");
        let command = convert_command(&profile("openai"), path, "alpaca");
        assert_eq!(
            command,
            "tunelint convert 'my data/train.json' -o train-openai.jsonl --target openai"
        );
        let path = Path::new("train.csv");
        let command = convert_command(&profile("gemini-api"), path, "pairs");
        let wanted = "tunelint convert train.csv -o train-gemini-api.json --target gemini-api";
        assert_eq!(command, wanted);
        let command = convert_command(&profile("gemini-api"), path, "messages");
        assert_eq!(command, format!("{wanted} --turns each"));
    }
}
