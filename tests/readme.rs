//! The README is true: its commands run as they stand, its picture is real output, and every
//! path that the project's pages mention exists.

use std::fs;
use std::process::Command;

use crate::running::{command, outcome, root};

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("the README")
}

/// The commands of its `console` blocks, with what they are said to print.
fn commands(text: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    let mut console = false;
    for line in text.lines() {
        match (line.strip_prefix("```"), line.strip_prefix("$ ")) {
            (Some(info), _) => console = info == "console",
            (_, Some(typed)) if console => commands.push((typed.to_owned(), String::new())),
            _ if console => {
                let (_, said) = commands.last_mut().expect("a command");
                said.push_str(line);
                said.push('\n');
            }
            _ => {}
        }
    }
    commands
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
    let cargo: Vec<String> = commands(&readme())
        .into_iter()
        .map(|(typed, _)| typed)
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

#[test]
fn its_commands_say_what_it_says() {
    let folder = tempfile::tempdir().expect("a directory");
    std::os::unix::fs::symlink(root().join("tests"), folder.path().join("tests")).expect("linked");
    for (typed, said) in commands(&readme())
        .into_iter()
        .filter(|(typed, _)| typed.starts_with("tunelint "))
    {
        let words = words(&typed);
        let arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        let run = command(&arguments)
            .current_dir(folder.path())
            .output()
            .expect("it runs");
        let (code, out, errors) = outcome(&run);
        assert_eq!(
            format!("{out}{errors}").trim_end(),
            said.trim_end(),
            "{typed}"
        );
        assert_eq!(code, 0, "{typed}");
    }
}

/// The picture is the coloured report of the first command, drawn by `anstyle-svg`.
#[test]
fn its_picture_is_real_output() {
    let run = Command::new(env!("CARGO_BIN_EXE_tunelint"))
        .args(["check", "examples/tickets.csv", "--color", "always"])
        .current_dir(root())
        .env_remove("NO_COLOR")
        .output()
        .expect("it runs");
    let (_, out, _) = outcome(&run);
    // The first screen is worth a picture; the whole would be a scroll.
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
        "TUNELINT_UPDATE=1 draws it anew"
    );
}

#[test]
fn every_path_that_pages_mention_exists() {
    let mut missing = Vec::new();
    for page in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root().join(page)).expect("a page");
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .filter(|link| !link.starts_with("http"));
        let code = text.split('`').skip(1).step_by(2).filter(|code| {
            let roots = ["crates/", "rules/", "tests/", "docs/", "examples/", ".ci/"];
            roots.iter().any(|root| code.starts_with(root)) && !code.contains(['<', '*', ' ', '{'])
        });
        missing.extend(
            links
                .chain(code)
                .filter(|path| !root().join(path).exists())
                .map(|path| format!("{page}: {path}")),
        );
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_rule_and_layout_is_in_the_tables() {
    let text = readme();
    for entry in tunelint_core::rules::REGISTRY {
        let name = entry.meta.name;
        assert!(
            text.contains(&format!("[{name}](rules/{name}.md)")),
            "{name}"
        );
    }
    for layout in tunelint_core::layout::all() {
        assert!(
            text.contains(&format!("| `{}` |", layout.name())),
            "{}",
            layout.name()
        );
    }
    for (profile, _) in tunelint_core::profile::FILES {
        assert!(text.contains(&format!("| `{profile}` |")), "{profile}");
    }
}
