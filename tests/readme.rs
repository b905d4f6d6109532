//! The README and the pages in `docs/` are true: their commands print what they show, the picture
//! is real output, every path that a page mentions exists, and the tables are complete.
//! `TUNELINT_UPDATE=1` rewrites the output of commands, the picture and the tables.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use tunelint_core::json::{Kind, Parser, Value};
use tunelint_core::profile::{Delivery, Profile, Status};

use crate::running::{command, outcome, root};

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The README and the pages in `docs/`, by their paths from the root.
fn pages() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join("docs"))
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name())
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("docs/{name}"))
        .collect();
    names.push("README.md".to_owned());
    names.sort();
    names
}

/// `text` with the output of the commands in its `console` blocks replaced by what `run` returns.
/// Commands of cargo are left alone: the gate runs them.
fn executed(text: &str, mut run: impl FnMut(&str) -> String) -> String {
    let mut page = String::new();
    let (mut console, mut follows_command) = (false, false);
    for line in text.lines() {
        if let Some(info) = line.strip_prefix("```") {
            console = info == "console";
            follows_command = false;
        }
        match line.strip_prefix("$ ") {
            Some(typed) if console && !typed.starts_with("cargo ") => {
                if follows_command {
                    page.push('\n');
                }
                page.push_str(line);
                page.push('\n');
                for printed in run(typed).trim_end().lines() {
                    page.push_str(printed);
                    page.push('\n');
                }
                follows_command = true;
            }
            // What the page shows as its output.
            _ if follows_command => {}
            _ => {
                page.push_str(line);
                page.push('\n');
            }
        }
    }
    page
}

/// The words of a command as a shell splits them.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("a word").push(c),
        }
    }
    words
}

#[test]
fn two_commands_do_all_the_set_up() {
    let readme = page("README.md");
    let cargo: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .filter(|typed| typed.starts_with("cargo "))
        .collect();
    assert_eq!(
        cargo,
        [
            "cargo run --release -- check examples/tickets.csv",
            "cargo test"
        ]
    );
    let (code, out, _) = outcome(&crate::running::tunelint(&[
        "check",
        "examples/tickets.csv",
    ]));
    assert_eq!(code, 1);
    assert!(
        out.contains("empty-output") && out.contains("examples/tickets.csv:8:25"),
        "{out}"
    );
}

/// Runs a command of a page in `folder`, and returns what it prints.
fn printed(typed: &str, folder: &Path) -> String {
    let words = words(typed);
    let arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    let mut command = match words[0].as_str() {
        "tunelint" => command(&arguments),
        "head" => {
            let mut head = Command::new("head");
            head.args(&arguments);
            head
        }
        other => panic!("{other} is neither tunelint nor head"),
    };
    let run = command.current_dir(folder).output().expect("it runs");
    let (code, out, errors) = outcome(&run);
    assert_eq!(code, 0, "{typed}: {out}{errors}");
    format!("{out}{errors}")
}

#[test]
fn commands_print_what_the_pages_show() {
    for name in pages() {
        let folder = tempfile::tempdir().expect("a directory");
        std::os::unix::fs::symlink(root().join("tests"), folder.path().join("tests"))
            .expect("linked");
        let text = page(&name);
        let now = executed(&text, |typed| printed(typed, folder.path()));
        if now != text && std::env::var_os("TUNELINT_UPDATE").is_some() {
            fs::write(root().join(&name), &now).expect("the page is written");
        } else {
            assert_eq!(text, now, "TUNELINT_UPDATE=1 rewrites {name}");
        }
    }
}

/// The settings that `docs/settings.md` shows are valid.
#[test]
fn the_settings_page_shows_valid_settings() {
    let text = page("docs/settings.md");
    let mut blocks = 0;
    for block in text.split("```toml\n").skip(1) {
        let settings = block.split("```").next().expect("a block");
        let folder = tempfile::tempdir().expect("a directory");
        fs::write(folder.path().join("tunelint.toml"), settings).expect("written");
        fs::write(folder.path().join("answer.schema.json"), "{}").expect("written");
        printed("tunelint config show", folder.path());
        blocks += 1;
    }
    assert!(blocks > 0);
}

/// The picture is a colored report, rendered by `anstyle-svg`.
#[test]
fn its_picture_is_real_output() {
    let options = "check examples/tickets.csv --target vertex-gemini";
    let run = Command::new(env!("CARGO_BIN_EXE_tunelint"))
        .args(options.split(' '))
        .args(["--color", "always"])
        .current_dir(root())
        .env_remove("NO_COLOR")
        .output()
        .expect("it runs");
    let (_, out, _) = outcome(&run);
    // The whole report is too long for a picture: the first two findings and the summary show what
    // it has.
    let lines: Vec<&str> = out.lines().collect();
    let summary = lines.iter().position(|line| line.contains(": csv, "));
    let shown = [
        &lines[..17],
        &["", "⋮", ""],
        &lines[summary.expect("a summary")..],
    ]
    .concat();
    let svg = anstyle_svg::Term::new()
        .min_width_px(760)
        .render_svg(&format!("$ tunelint {options}\n{}\n", shown.join("\n")));
    let path = root().join("docs/report.svg");
    if std::env::var_os("TUNELINT_UPDATE").is_some() {
        fs::write(&path, &svg).expect("the picture is written");
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        svg,
        "TUNELINT_UPDATE=1 redraws it"
    );
}

#[test]
fn every_path_that_pages_mention_exists() {
    let mut missing = Vec::new();
    let more = ["ARCHITECTURE.md", "CONTRIBUTING.md"].map(str::to_owned);
    for name in pages().into_iter().chain(more) {
        let text = page(&name);
        let folder = root().join(&name);
        let folder = folder.parent().expect("a directory");
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .filter(|link| !link.starts_with("http"))
            .map(|link| link.split('#').next().unwrap_or(link))
            .filter(|link| !folder.join(link).exists());
        let code = text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|code| {
                let roots = ["crates/", "rules/", "tests/", "docs/", "examples/", ".ci/"];
                roots.iter().any(|root| code.starts_with(root))
                    && !code.contains(['<', '*', ' ', '{'])
            })
            .filter(|code| !root().join(code).exists());
        missing.extend(links.chain(code).map(|path| format!("{name}: {path}")));
    }
    assert!(missing.is_empty(), "{missing:?}");
}

/// `page` with the lines between `<!-- name: begin -->` and `<!-- name: end -->` replaced by `table`.
fn with_table(page: &str, name: &str, table: &str) -> String {
    let [begin, end] = ["begin", "end"].map(|edge| format!("<!-- {name}: {edge} -->\n"));
    let parts = page.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) = parts.unwrap_or_else(|| panic!("{name}: the markers are missing"));
    format!("{before}{begin}{table}{end}{after}")
}

/// Compares a page with what is generated, or rewrites it.
fn assert_generated(name: &str, now: &str) {
    if std::env::var_os("TUNELINT_UPDATE").is_some() {
        fs::write(root().join(name), now).expect("the page is written");
    }
    assert_eq!(
        page(name),
        now,
        "{name} is out of date: TUNELINT_UPDATE=1 rewrites it"
    );
}

/// The rules by subject. Which subject a rule belongs to is read from `page`; a rule that is under
/// none goes under the last one, `other`.
fn rules_by_subject(page: &str) -> String {
    let rows = page
        .lines()
        .skip_while(|line| *line != "<!-- rules: begin -->")
        .take_while(|line| *line != "<!-- rules: end -->")
        .filter_map(|line| {
            line.strip_prefix("| ")?
                .strip_suffix(" |")?
                .split_once(" | ")
        })
        .skip(1);
    let is_rule = |name: &&str| tunelint_core::rules::by_name(name).is_some();
    let mut subjects: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut placed = BTreeSet::new();
    for (subject, links) in rows {
        let names = links.split(['[', ']']).skip(1).step_by(2);
        let names = names.filter(is_rule).filter(|name| placed.insert(*name));
        subjects.push((subject, names.collect()));
    }
    let registry = tunelint_core::rules::REGISTRY.iter();
    let all = registry.map(|entry| entry.meta.name);
    let unplaced: Vec<&str> = all.filter(|name| !placed.contains(name)).collect();
    match subjects.iter_mut().find(|(subject, _)| *subject == "other") {
        Some((_, names)) => names.extend(unplaced),
        None => subjects.push(("other", unplaced)),
    }
    let mut table = "| about | rules |\n|---|---|\n".to_owned();
    for (subject, names) in subjects.iter().filter(|(_, names)| !names.is_empty()) {
        let links = names
            .iter()
            .map(|name| format!("[{name}](../rules/{name}.md)"));
        let links: Vec<String> = links.collect();
        table += &format!("| {subject} | {} |\n", links.join(", "));
    }
    table
}

#[test]
fn the_rules_page_lists_every_rule() {
    let text = page("docs/rules.md");
    let now = with_table(&text, "rules", &rules_by_subject(&text));
    assert_generated("docs/rules.md", &now);
}

#[test]
fn a_new_rule_is_listed_under_other() {
    let text = page("docs/rules.md");
    let lacking = text.replacen("[secret](../rules/secret.md), ", "", 1);
    assert_ne!(text, lacking);
    let table = rules_by_subject(&lacking);
    let last = table.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("| other |") && last.contains("[secret](../rules/secret.md)"),
        "{table}"
    );
    let renamed = text.replacen(
        "[secret](../rules/secret.md)",
        "[gone](../rules/gone.md)",
        1,
    );
    assert!(!rules_by_subject(&renamed).contains("gone"));
}

/// The profiles: name, layouts, status.
fn targets() -> String {
    let mut table = "| target | layouts | status |\n|---|---|---|\n".to_owned();
    for (name, json) in tunelint_core::profile::FILES {
        let profile = Profile::parse(json).expect("a profile");
        let layouts = profile.layouts.iter().map(|layout| format!("`{layout}`"));
        let layouts: Vec<String> = layouts.collect();
        let container = match profile.container {
            Delivery::Rest => ", in a request body",
            Delivery::Jsonl => "",
        };
        let status = match profile.status {
            Status::Alive => "active",
            Status::WindingDown => "winding down",
            Status::Closed => "closed",
        };
        let successor = profile
            .successor
            .map(|name| format!(", succeeded by `{name}`"));
        table += &format!(
            "| `{name}` | {}{container} | {status}{} |\n",
            layouts.join(", "),
            successor.unwrap_or_default()
        );
    }
    table
}

/// The structure of the records of a layout: `messages: [{role, content}]`.
#[derive(Default)]
struct Shape {
    is_text: bool,
    is_list: bool,
    /// Its keys are data.
    is_map: bool,
    fields: Vec<(String, Shape)>,
}

impl Shape {
    fn add(&mut self, value: Value<'_>) {
        match value.kind() {
            Kind::Array => {
                self.is_list = true;
                value.items().for_each(|item| self.add(item));
            }
            Kind::Object => value
                .entries()
                .for_each(|entry| self.field(entry.key).add(entry.value)),
            _ => self.is_text = true,
        }
    }

    fn field(&mut self, key: &str) -> &mut Shape {
        let index = self.fields.iter().position(|(name, _)| name == key);
        let index = index.unwrap_or_else(|| {
            self.fields.push((key.to_owned(), Self::default()));
            self.fields.len() - 1
        });
        &mut self.fields[index].1
    }

    /// The fields, down to `depth` levels below these. What may be a plain text is shown as one.
    fn show(&self, depth: usize) -> Vec<String> {
        let field = |(name, shape): &(String, Shape)| match depth {
            _ if shape.is_map => format!("{name}: {{…}}"),
            _ if shape.is_list && shape.fields.is_empty() => format!("{name}: […]"),
            0 => name.clone(),
            _ if shape.is_text || shape.fields.is_empty() => name.clone(),
            _ => {
                let inner = shape.show(depth - 1).join(", ");
                let (open, close) = if shape.is_list { ("[", "]") } else { ("", "") };
                format!("{name}: {open}{{{inner}}}{close}")
            }
        };
        self.fields.iter().map(field).collect()
    }
}

/// The layouts, with the fields of their records.
fn layouts() -> String {
    let records = crate::conversions::records();
    let mut table = "| layout | fields |\n|---|---|\n".to_owned();
    for layout in tunelint_core::layout::all() {
        let mut shape = Shape::default();
        for record in &records[layout.name()] {
            shape.add(Parser::new().parse(record).expect("JSON").root());
        }
        if layout.name() == "classifier" {
            shape.field("labels").is_map = true;
        }
        let known = layout.fields();
        shape
            .fields
            .retain(|(name, _)| layout.is_list() || known.contains(&name.as_str()));
        let fields: Vec<String> = match layout.is_list() {
            true => vec![format!("`[{{{}}}]`", shape.show(2).join(", "))],
            false => shape.show(2).iter().map(|of| format!("`{of}`")).collect(),
        };
        table += &format!("| `{}` | {} |\n", layout.name(), fields.join(", "));
    }
    table
}

#[test]
fn the_targets_page_lists_every_target_and_layout() {
    let text = page("docs/targets.md");
    let now = with_table(&text, "targets", &targets());
    let now = with_table(&now, "layouts", &layouts());
    assert_generated("docs/targets.md", &now);
}
