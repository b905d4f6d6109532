//! The README and the pages in `docs/` are true: their commands print what they show, the picture
//! is real output, every path that a page mentions exists, and the tables are complete.
//! `TUNELINT_UPDATE=1` rewrites the output of commands and the picture.

use std::fs;
use std::path::Path;
use std::process::Command;

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

/// The picture is the colored report of the first command, rendered by `anstyle-svg`.
#[test]
fn its_picture_is_real_output() {
    let run = Command::new(env!("CARGO_BIN_EXE_tunelint"))
        .args(["check", "examples/tickets.csv", "--color", "always"])
        .current_dir(root())
        .env_remove("NO_COLOR")
        .output()
        .expect("it runs");
    let (_, out, _) = outcome(&run);
    // The whole report is too long for a picture; its first screen is enough.
    let screen: String = out
        .lines()
        .take(52)
        .map(|line| format!("{line}\n"))
        .collect();
    let svg = anstyle_svg::Term::new()
        .min_width_px(760)
        .render_svg(&format!("$ tunelint check examples/tickets.csv\n{screen}"));
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

#[test]
fn every_rule_and_layout_is_in_the_tables() {
    let (rules, targets) = (page("docs/rules.md"), page("docs/targets.md"));
    for entry in tunelint_core::rules::REGISTRY {
        let name = entry.meta.name;
        assert!(
            rules.contains(&format!("[{name}](../rules/{name}.md)")),
            "{name}"
        );
    }
    for layout in tunelint_core::layout::all() {
        assert!(
            targets.contains(&format!("| `{}` |", layout.name())),
            "{}",
            layout.name()
        );
    }
    for (profile, _) in tunelint_core::profile::FILES {
        assert!(targets.contains(&format!("| `{profile}` |")), "{profile}");
    }
}
