//! Settings: which file counts, what it changes, and what it may not do.

use crate::running::{Repository, root};

const EMPTY: &str = "{\"id\":\"q1\",\"source\":\"docs\",\"text_input\":\"a\",\"output\":\"\"}\n";

/// A repository with one empty output, which is all that is looked for.
fn with(settings: &str) -> Repository {
    Repository::new(&[("tunelint.toml", settings), ("data/train.jsonl", EMPTY)])
}

const ONLY: &str = "select = [\"empty-output\"]\n";

fn empty_outputs(settings: &str) -> String {
    with(&format!("{ONLY}{settings}")).found(&["data"])
}

const SPOKEN: &str = "data/train.jsonl:1:54: error[empty-output] empty output\n";

#[test]
fn the_closest_file_wins_and_the_root_ends_the_search() {
    let repository = with(ONLY);
    assert_eq!(repository.found(&["data"]), SPOKEN);
    repository.write("data/.tunelint.toml", "select = [\"duplicate-example\"]");
    assert_eq!(repository.found(&["data"]), "");
    repository.write("data/tunelint.toml", ONLY);
    assert_eq!(repository.found(&["data"]), SPOKEN);

    let outer = Repository::new(&[
        ("tunelint.toml", "nonsense = 1"),
        ("inner/.git/x", ""),
        ("inner/a.jsonl", EMPTY),
    ]);
    assert_eq!(outer.run(&["check", "inner"]).0, 1);
    assert_eq!(outer.run(&["check", "tunelint.toml"]).0, 2);
    assert_eq!(outer.run(&["check", "--isolated", "inner"]).0, 1);
}

#[test]
fn each_file_is_checked_by_its_own_settings() {
    let repository = with(ONLY);
    repository.write(
        "other/tunelint.toml",
        "select = [\"empty-output\"]\n[rules]\nempty-output = \"advice\"",
    );
    repository.write("other/train.jsonl", EMPTY);
    let out = repository.found(&["data", "other"]);
    assert!(
        out.contains("data/train.jsonl:1:54: error[empty-output]"),
        "{out}"
    );
    assert!(
        out.contains("other/train.jsonl:1:54: advice[empty-output]"),
        "{out}"
    );
}

#[test]
fn a_pyproject_counts_where_it_speaks_of_us() {
    let files = [
        (
            "pyproject.toml",
            "[project]\nname = \"x\"\n[tool.tunelint]\nselect = [\"empty-output\"]\n",
        ),
        ("data/train.jsonl", EMPTY),
    ];
    assert_eq!(Repository::new(&files).found(&["data"]), SPOKEN);
    let repository = with(ONLY);
    repository.write("data/pyproject.toml", "[project]\nname = \"x\"\n");
    assert_eq!(repository.found(&["data"]), SPOKEN);
    repository.write("data/pyproject.toml", "[tool.tunelint]\nselct = []\n");
    let (code, _, said) = repository.run(&["check", "data"]);
    assert!(
        code == 2
            && said.contains("data/pyproject.toml:2:1")
            && said.contains("did you mean `select`?"),
        "{said}"
    );
}

#[test]
fn files_build_on_one_another_only_where_they_say_so() {
    let repository = Repository::new(&[
        (
            "base.toml",
            "fail-on = \"never\"\nexclude = [\"old\"]\n[rules]\nempty-output = \"advice\"\nempty-input = \"off\"\n",
        ),
        (
            "tunelint.toml",
            "extend = \"base.toml\"\nexclude = [\"new\"]\nselect = [\"empty-output\"]\n[rules]\nempty-output = \"warning\"\n",
        ),
        ("old/a.jsonl", EMPTY),
        ("new/a.jsonl", EMPTY),
        ("a.jsonl", EMPTY),
    ]);
    let (code, out, _) = repository.run(&["check", "--format", "concise"]);
    assert_eq!(
        (code, out.as_str()),
        (0, "a.jsonl:1:54: warning[empty-output] empty output\n")
    );
    let (_, shown, _) = repository.run(&["config", "show"]);
    assert!(shown.contains("rules.empty-input = \"off\""), "{shown}");
    assert!(
        shown
            .lines()
            .any(|line| line.starts_with("fail-on = \"never\"") && line.ends_with("# base.toml:1")),
        "{shown}"
    );
}

#[test]
fn nothing_outside_of_the_repository_is_reached() {
    let outside = tempfile::tempdir().expect("a directory");
    let secret = outside.path().join("secret.toml");
    std::fs::write(&secret, "fail-on = \"never\"").expect("written");
    let repository = with("");
    std::os::unix::fs::symlink(&secret, repository.path("link.toml")).expect("linked");
    for path in ["link.toml", secret.to_str().expect("UTF-8")] {
        let dataset = "[[dataset]]\nfiles = [\"data/*.jsonl\"]\n";
        for settings in [
            format!("extend = \"{path}\""),
            format!("{dataset}preamble-file = \"{path}\""),
            format!("{dataset}output-schema = \"{path}\""),
            format!("baseline = \"{path}\""),
            format!("tokenizer = \"{path}\""),
        ] {
            repository.write("tunelint.toml", &settings);
            let (code, _, said) = repository.run(&["check", "data"]);
            assert!(
                code == 2 && said.contains("this file is outside the repository"),
                "{settings}: {said}"
            );
        }
    }
    std::fs::remove_file(repository.path("tunelint.toml")).expect("removed");
    std::os::unix::fs::symlink(&secret, repository.path("tunelint.toml")).expect("linked");
    let (code, _, said) = repository.run(&["check", "data"]);
    assert!(
        code == 2
            && said.contains("is a link to a file outside the repository")
            && !said.contains("never"),
        "{said}"
    );
    std::fs::remove_file(repository.path("tunelint.toml")).expect("removed");
    repository.write("tunelint.toml", "extend = \"tunelint.toml\"");
    let (code, _, said) = repository.run(&["check", "data"]);
    assert!(
        code == 2 && said.contains("`extend` chain longer than"),
        "{said}"
    );
}

#[test]
fn the_command_line_has_the_last_word() {
    let repository = with("select = [\"empty-output\"]\n[rules]\nempty-output = \"warning\"\n");
    let line = |arguments: &[&str]| repository.found(&[&["data"], arguments].concat());
    assert!(line(&[]).contains("warning[empty-output]"));
    assert!(line(&["--severity", "empty-output=advice"]).contains("advice[empty-output]"));
    assert!(line(&["--config", "rules.empty-output='error'"]).contains("error[empty-output]"));
    assert!(line(&["--config", "rules.empty-output=error"]).contains("error[empty-output]"));
    assert_eq!(line(&["--config", "rules.empty-output=off"]), "");
    repository.write("else.toml", "select = [\"duplicate-example\"]");
    assert_eq!(line(&["--config", "else.toml"]), "");
    // A directory that is called like a setting does not turn the setting into a path.
    std::fs::create_dir(repository.path("rules")).expect("a directory");
    assert_eq!(line(&["--config", "rules={ empty-output = \"off\" }"]), "");
    repository.write("rules=own.toml", "select = [\"duplicate-example\"]");
    assert_eq!(line(&["--config", "rules=own.toml"]), "");
    let (code, _, said) = repository.run(&["check", "--config", "rules.empty-outptu=off"]);
    assert!(
        code == 2 && said.contains("did you mean `empty-output`?"),
        "{said}"
    );
}

#[test]
fn mistakes_are_all_told_with_their_places() {
    let settings =
        std::fs::read_to_string(crate::running::root().join("tests/cases/settings/mistakes.toml"))
            .expect("a file");
    let repository = with(&settings);
    let (code, out, said) = repository.run(&["check", "data"]);
    assert_eq!((code, out.as_str()), (2, ""));
    let wanted = settings.matches("# mistake").count();
    assert!(
        wanted >= 15 && said.contains(&format!("{wanted} errors in `tunelint.toml`")),
        "{wanted} {said}"
    );
    for (index, line) in settings.lines().enumerate() {
        let place = format!("tunelint.toml:{}:", index + 1);
        assert_eq!(
            said.matches(&place).count(),
            line.matches("# mistake").count(),
            "{place} {said}"
        );
    }
}

#[test]
fn hostile_settings_say_nothing_raw() {
    for settings in [
        "\u{202e}evil = 1",
        "\"\\u001b[31mred\" = 1",
        "task = \"\\u001b]0;x\\u0007\"",
        "exclude = [\"[\u{200b}\"]",
        "[[allow]]\nrule = \"\\u009b31m\"\nreason = \"x\"\nrecord = \"a\"",
        "a = \u{7}",
    ] {
        let (code, out, said) = with(settings).run(&["check", "data"]);
        let hidden = |c: char| tunelint_core::printable::is_hidden(c) && c != '\n';
        assert!(
            code == 2 && !out.contains(hidden) && !said.contains(hidden),
            "{settings}: {said}"
        );
    }
}

#[test]
fn rules_take_severities_options_and_silence() {
    assert!(
        empty_outputs("[rules]\nempty-output = { severity = \"advice\" }")
            .contains("advice[empty-output]")
    );
    assert_eq!(
        with("[rules]\nempty-output = \"off\"").found(&["data", "--select", "empty-output"]),
        SPOKEN
    );
    let long = format!(
        "{}{}",
        "{\"text_input\":\"a\",\"output\":\"b\"}\n".repeat(60),
        "{\"text_input\":\"a\",\"output\":\"bbbbbbbbbbbbbbbbbbbb\"}\n"
    );
    let repository = Repository::new(&[
        ("tunelint.toml", "select = [\"length-outlier\"]"),
        ("a.jsonl", &long),
    ]);
    assert_eq!(repository.found(&["."]), "");
    repository.write(
        "tunelint.toml",
        "select = [\"length-outlier\"]\n[rules]\nlength-outlier = { medians = 5 }",
    );
    assert!(repository.found(&["."]).starts_with("a.jsonl:61:"));
}

#[test]
fn a_few_findings_can_be_tolerated() {
    let mut lines: String = (0..99)
        .map(|n| format!("{{\"text_input\":\"{n}\",\"output\":\"b\"}}\n"))
        .collect();
    lines.push_str(EMPTY);
    let repository = Repository::new(&[("a.jsonl", &lines)]);
    for (rate, code) in [("0.01", 0), ("0.009", 1)] {
        repository.write(
            "tunelint.toml",
            &format!("[rules]\nempty-output = {{ max-rate = {rate} }}"),
        );
        let (found, out, _) = repository.run(&["check", "."]);
        assert_eq!(found, code, "{out}");
        assert!(out.contains("error[empty-output]"), "{out}");
        let noted = out.contains("note: empty-output: 1.00% of records, within the tolerated 1%");
        assert_eq!(noted, code == 0, "{out}");
    }
}

#[test]
fn datasets_say_how_their_files_are_read() {
    let repository = Repository::new(&[
        (
            "tunelint.toml",
            "[[dataset]]\nfiles = [\"data/train*.csv\"]\nvalidation = [\"data/valid.csv\"]\ninput-template = \"q: {q}\"\noutput = \"a\"\npreamble-file = \"preamble.txt\"\ntarget = [\"openai\"]\n\n[[dataset]]\nfiles = [\"other.json\"]\noutput-schema = \"schema.json\"\n",
        ),
        ("preamble.txt", "q: \n"),
        ("schema.json", "{\"type\":\"object\"}"),
        ("data/train-1.csv", "q,a\none,1\n"),
        ("data/valid.csv", "q,a\none,1\n"),
        ("other.json", "[{\"text_input\":\"x\",\"output\":\"[]\"}]"),
    ]);
    let out = repository.found(&[]);
    assert!(out.contains("other.json:1:29: error[schema-mismatch] output does not match the schema: expected type object"), "{out}");
    assert!(
        out.contains("data/valid.csv:2:1: error[validation-leak] duplicate of training record 1"),
        "{out}"
    );
    assert!(!out.contains("missing-preamble"), "{out}");
    // A directory brings what the settings name, whatever its ending.
    assert!(repository.found(&["."]).contains("other.json"));
    let (_, json, _) = repository.run(&["check", "data/train-1.csv", "--format", "json"]);
    assert!(json.contains("\"targets\":[\"openai\"]"), "{json}");
}

#[test]
fn excluded_files_are_left_out() {
    let repository = with("exclude = [\"data/\"]");
    assert_eq!(repository.run(&["check", "."]).0, 2);
    assert_eq!(
        repository.run(&["check", ".", "--no-error-on-unmatched"]),
        (0, String::new(), String::new())
    );
    assert_eq!(repository.run(&["check", "data/train.jsonl"]).0, 1);
    let hook = [
        "check",
        "--force-exclude",
        "--no-error-on-unmatched",
        "data/train.jsonl",
    ];
    assert_eq!(repository.run(&hook), (0, String::new(), String::new()));
}

#[test]
fn contained_runs_read_nothing_from_elsewhere() {
    let outside = tempfile::tempdir().expect("a directory");
    let path = outside.path().join("key.jsonl");
    std::fs::write(&path, EMPTY).expect("written");
    let repository = with("");
    std::os::unix::fs::symlink(&path, repository.path("link.jsonl")).expect("linked");
    assert_eq!(repository.run(&["check", "link.jsonl"]).0, 1);
    let (code, out, said) = repository.run(&["check", "--contained", "link.jsonl"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        said.contains("link.jsonl is outside the repository"),
        "{said}"
    );
    std::os::unix::fs::symlink(
        repository.path("data/train.jsonl"),
        repository.path("within.jsonl"),
    )
    .expect("linked");
    assert_eq!(
        repository.run(&["check", "--contained", "within.jsonl"]).0,
        1
    );
}

#[test]
fn allowances_excuse_what_they_name() {
    assert_eq!(empty_outputs(""), SPOKEN);
    let allow = |what: &str| {
        empty_outputs(&format!(
            "[[allow]]\nrule = \"empty-output\"\nreason = \"meant\"\n{what}"
        ))
    };
    let repository = with(ONLY);
    let (_, json, _) = repository.run(&["check", "data", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(report["findings"][0]["location"]["id"], "q1");
    let fingerprint = report["findings"][0]["fingerprint"]
        .as_str()
        .expect("one")
        .to_owned();
    for what in [
        "record = \"q1\"",
        "where = { \"/source\" = \"docs\" }",
        "matches = '^\"\"$'",
        &format!("fingerprint = \"{fingerprint}\""),
        "record = \"q1\"\nwhere = { \"/source\" = \"docs\", \"/id\" = \"q1\" }",
    ] {
        assert_eq!(allow(what), "", "{what}");
    }
    for what in [
        "record = \"q2\"",
        "where = { \"/source\" = \"web\" }",
        "matches = 'x'",
        "record = \"q1\"\nmatches = 'x'",
        "record = \"q1\"\nexpires = 2020-01-01",
    ] {
        assert_eq!(allow(what), SPOKEN, "{what}");
    }
    let (_, json, _) = with(&format!(
        "{ONLY}[[allow]]\nrule = \"empty-output\"\nreason = \"meant\"\nrecord = \"q1\""
    ))
    .run(&["check", "data", "--format", "json"]);
    assert!(json.contains("\"suppressed\":1"), "{json}");
}

#[test]
fn allowances_hold_for_rules_that_speak_at_the_end() {
    let lines = "{\"id\":1,\"text_input\":\"a\",\"output\":\"b\"}\n".to_owned()
        + "{\"id\":2,\"text_input\":\"a\",\"output\":\"b\"}\n";
    let repository = Repository::new(&[("a.jsonl", &lines)]);
    let allow = |what: &str| {
        let settings = format!(
            "select = [\"duplicate-example\"]\ninline-allow = true\n[[allow]]\nrule = \"duplicate-example\"\nreason = \"weight\"\n{what}"
        );
        repository.write("tunelint.toml", &settings);
        repository.found(&["a.jsonl"])
    };
    assert_eq!(allow("record = \"2\""), "");
    assert_eq!(allow("where = { \"/id\" = 2 }"), "");
    assert_eq!(allow("matches = '\"id\":2'"), "");
    assert!(allow("record = \"1\"").contains("duplicate-example"));
    repository.write(
        "a.jsonl",
        &lines.replace(
            "\"id\":2",
            "\"_tunelint\":{\"allow\":[\"duplicate-example\"]}",
        ),
    );
    assert_eq!(allow("record = \"1\""), "");
}

#[test]
fn a_record_may_excuse_itself_where_that_is_allowed() {
    let record =
        "{\"text_input\":\"a\",\"output\":\"\",\"_tunelint\":{\"allow\":[\"empty-output\"]}}\n";
    let repository = Repository::new(&[
        ("a.jsonl", record),
        (
            "b.csv",
            "input,output,_tunelint\na,,\"{\"\"allow\"\":[\"\"empty-output\"\"]}\"\n",
        ),
    ]);
    for (settings, code) in [("", 1), ("inline-allow = true", 0)] {
        repository.write("tunelint.toml", &format!("{ONLY}{settings}"));
        for file in ["a.jsonl", "b.csv"] {
            let (found, out, _) = repository.run(&["check", file, "--format", "concise"]);
            assert_eq!(found, code, "{file} {out}");
        }
    }
}

#[test]
fn unused_allowances_are_told_when_everything_was_checked() {
    let settings = format!(
        "{ONLY}extend-select = [\"unused-allow\"]\n[[allow]]\nrule = \"empty-output\"\nrecord = \"q9\"\nreason = \"gone\"\n"
    );
    let repository = with(&settings);
    let told = "tunelint.toml:3:1: warning[unused-allow] suppression of `empty-output` matches no finding (reason: `gone`)\n";
    for (paths, whole) in [
        (vec![], true),
        (vec!["."], true),
        (vec!["data"], false),
        (vec!["data/train.jsonl"], false),
    ] {
        assert_eq!(repository.found(&paths).contains(told), whole, "{paths:?}");
    }
}

#[test]
fn own_rules_look_for_patterns() {
    let custom = "[[custom]]\nname = \"no-competitor\"\nfield = \"FIELD\"\npattern = '(?i)\\bacme\\b'\nmessage = \"names a competitor\"\nseverity = \"error\"\n";
    let line =
        "{\"text_input\":\"Is Acme better?\",\"output\":\"Ask \\u0041CME.\",\"note\":\"acme\"}\n";
    let repository = Repository::new(&[("a.jsonl", line)]);
    for (field, column) in [("input", "1:19"), ("output", "1:47"), ("/note", "1:67")] {
        repository.write("tunelint.toml", &custom.replace("FIELD", field));
        let out = repository.found(&["a.jsonl", "--ignore", "too-few-examples,unknown-field"]);
        assert_eq!(
            out,
            format!("a.jsonl:{column}: error[no-competitor] names a competitor\n"),
            "{field}"
        );
    }
    let (_, sarif, _) = repository.run(&["check", "a.jsonl", "--format", "sarif"]);
    let report: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    let run = &report["runs"][0];
    for result in run["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(
            run["tool"]["driver"]["rules"][index]["id"],
            result["ruleId"]
        );
    }
}

#[test]
fn init_writes_what_fits_and_what_can_be_used() {
    let chat = "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n";
    let repository = Repository::new(&[
        ("data/train.jsonl", chat),
        ("data/valid.jsonl", chat),
        ("pairs.csv", "input,output\na,b\n"),
    ]);
    assert_eq!(
        repository.run(&["init", "--pre-commit", "--github"]).1,
        "wrote tunelint.toml\nwrote .pre-commit-config.yaml\nwrote .github/workflows/tunelint.yml\n"
    );
    let text = repository.read("tunelint.toml");
    assert!(text.contains("files = [\"data/train.jsonl\"]\nvalidation = [\"data/valid.jsonl\"]\nlayout = \"messages\""), "{text}");
    assert!(
        text.contains("files = [\"pairs.csv\"]\nlayout = \"pairs\""),
        "{text}"
    );
    assert_eq!(repository.run(&["check", "--fail-on", "never"]).0, 0);
    // What stands there to be turned on can be turned on.
    let on: String = text
        .lines()
        .map(|line| {
            if line.starts_with('#') && !line.starts_with("# ") {
                &line[1..]
            } else {
                line
            }
        })
        .map(|line| format!("{line}\n"))
        .collect();
    repository.write("tunelint.toml", &on);
    let (code, _, said) = repository.run(&["config", "show"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(repository.run(&["init"]).0, 2);
    let (code, out, _) = repository.run(&["init", "--pre-commit"]);
    assert!(
        code == 0
            && out.contains(
                "kept tunelint.toml\n.pre-commit-config.yaml already exists; add this to it:"
            ),
        "{out}"
    );
}

#[cfg(unix)]
#[test]
fn init_writes_through_no_link() {
    let outside = Repository::new(&[]);
    for link in [".github", ".github/workflows", ".pre-commit-config.yaml"] {
        let repository = Repository::new(&[]);
        let path = repository.path(link);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        // For a file, the link leads to nothing yet.
        let target = match link.ends_with("yaml") {
            true => outside.path("new.yaml"),
            false => outside.path("."),
        };
        std::os::unix::fs::symlink(target, &path).expect("a link");
        let (code, out, said) = repository.run(&["init", "--pre-commit", "--github"]);
        let is_named = said.contains(&format!("{link} is a link"));
        assert!(code == 2 && is_named, "{link}: {out}{said}");
    }
    let written = std::fs::read_dir(outside.path(".")).expect("a directory");
    assert_eq!(written.count(), 1, "only .git");
}

#[test]
fn the_schema_is_printed_and_is_one() {
    let (code, out, _) = crate::running::outcome(&crate::running::tunelint(&["config", "schema"]));
    let schema: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert!(code == 0 && jsonschema::draft7::meta::is_valid(&schema));
}

#[test]
fn the_settings_of_the_contract_and_of_the_readme_are_understood() {
    let mut texts =
        vec![std::fs::read_to_string(crate::running::root().join("README.md")).expect("a page")];
    if let Some(contract) = crate::running::shared("cli.md") {
        texts.push(std::fs::read_to_string(contract).expect("a page"));
    }
    for text in texts {
        let block = text
            .split("```toml\n")
            .nth(1)
            .and_then(|rest| rest.split("```").next());
        let repository = with(block.expect("settings"));
        repository.write("preamble.txt", "question: ");
        repository.write("answer.schema.json", "{}");
        let record =
            "{\"text_input\":\"a\",\"output\":\"1\",\"question\":\"a\",\"answer\":\"1\"}\n";
        repository.write("data/train.jsonl", record);
        let (code, _, said) = repository.run(&["config", "show"]);
        assert_eq!(code, 0, "{said}");
        assert_eq!(
            repository.run(&["check", "data", "--fail-on", "never"]).0,
            0
        );
    }
}

/// Names of rules lead to their pages, where the settings say where those are.
#[test]
fn rules_link_to_their_pages() {
    let repository = Repository::new(&[
        (
            "tunelint.toml",
            "rule-url = \"https://docs.example/rules/{rule}.html\"\n",
        ),
        ("a.jsonl", "{\"text_input\":\"a\",\"output\":\"\"}\n"),
    ]);
    let link = "https://docs.example/rules/empty-output.html";
    let (_, sarif, _) = repository.run(&["check", "a.jsonl", "--format", "sarif"]);
    assert!(
        sarif.contains(&format!("\"helpUri\":\"{link}\"")),
        "{sarif}"
    );
    let (_, plain, _) = repository.run(&["check", "a.jsonl"]);
    assert!(!plain.contains(link), "{plain}");
    let mut command = crate::running::command(&["check", "a.jsonl", "--color", "always"]);
    let run = command
        .current_dir(repository.path("."))
        .env_remove("NO_COLOR")
        .env("FORCE_HYPERLINK", "1")
        .output();
    let (_, linked, _) = crate::running::outcome(&run.expect("it runs"));
    assert!(linked.contains(&format!("\u{1b}]8;;{link}")), "{linked}");

    repository.write("tunelint.toml", "rule-url = \"file:///etc/{rule}\"\n");
    let (code, _, said) = repository.run(&["check", "a.jsonl"]);
    assert_eq!(
        (
            code,
            said.contains("expected an https address that contains `{rule}`")
        ),
        (2, true),
        "{said}"
    );
}

#[test]
fn a_tokenizer_can_be_named() {
    let repository = with("tokenizer = \"letters.json\"\n");
    let letters = std::fs::read_to_string(root().join("tests/data/letters.json"));
    repository.write("letters.json", &letters.expect("a file"));
    let (code, out, _) = repository.run(&["stats", "data/train.jsonl"]);
    assert!(
        code == 0 && out.contains("(counted with the given tokenizer"),
        "{out}"
    );
    repository.write("letters.json", "{}");
    let (code, _, said) = repository.run(&["check", "data/train.jsonl"]);
    assert!(
        code == 2 && said.contains("tunelint.toml:1") && said.contains("unsupported tokenizer"),
        "{said}"
    );
}

#[test]
fn names_of_roles_can_be_given() {
    let line =
        r#"{"messages":[{"role":"customer","content":"Hi"},{"role":"bot","content":"Hello"}]}"#;
    let dataset = "[[dataset]]\nfiles = [\"a.jsonl\"]\n";
    let roles = format!("{dataset}roles = {{ customer = \"user\", bot = \"model\" }}\n");
    let repository = Repository::new(&[("tunelint.toml", &roles), ("a.jsonl", line)]);
    assert_eq!(repository.run(&["check", "--select", "unknown-role"]).0, 0);
    let (code, out, _) =
        repository.run(&["check", "--select", "unknown-role", "--role", "bot=tool"]);
    assert_eq!((code, out.contains("unknown-role")), (0, false), "{out}");
    repository.write(
        "tunelint.toml",
        &format!("{dataset}roles = {{ bot = \"robot\" }}\n"),
    );
    let (code, _, said) = repository.run(&["check"]);
    assert!(code == 2 && said.contains("tunelint.toml:3"), "{said}");
}
