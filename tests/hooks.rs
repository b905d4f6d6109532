//! What stands between tunelint and a team: hooks, the wheel, CI files.
//!
//! These need tools that cargo does not bring (`tests/tools.txt`). `.ci/run` installs them and says
//! where they are in `TUNELINT_TOOLS`; without that, the tests say that they are skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::formats::bad_files;
use crate::running::{Repository, command, outcome, root};

/// A tool, if it is there.
fn tool(name: &str) -> Option<Command> {
    let Some(folder) = std::env::var_os("TUNELINT_TOOLS") else {
        println!("SKIPPED: TUNELINT_TOOLS is not set, so {name} is not there");
        return None;
    };
    Some(Command::new(Path::new(&folder).join("bin").join(name)))
}

/// The directory of the wheels that `.ci/run` has built.
fn wheels() -> PathBuf {
    std::env::var_os("TUNELINT_WHEELS")
        .expect("TUNELINT_WHEELS is set with TUNELINT_TOOLS")
        .into()
}

fn run(command: &mut Command) -> (i32, String) {
    let run: Output = command.current_dir(root()).output().expect("it starts");
    let (code, out, said) = outcome(&run);
    (code, out + &said)
}

fn succeeds(command: &mut Command) {
    let (code, said) = run(command);
    assert_eq!(code, 0, "{command:?}: {said}");
}

#[test]
fn ci_files_keep_their_schemas() {
    let Some(mut check) = tool("check-jsonschema") else {
        return;
    };
    succeeds(check.args(["--builtin-schema", "vendor.github-actions", "action.yml"]));
    for (schema, path) in [
        ("vendor.gitlab-ci", "templates/tunelint.gitlab-ci.yml"),
        (
            "vendor.github-workflows",
            "crates/tunelint/src/commands/init/github.yml",
        ),
    ] {
        let mut check = tool("check-jsonschema").expect("it was there");
        succeeds(check.args(["--builtin-schema", schema, path]));
    }
}

#[test]
fn hooks_keep_their_schemas() {
    let Some(mut validate) = tool("pre-commit") else {
        return;
    };
    succeeds(validate.args(["validate-manifest", ".pre-commit-hooks.yaml"]));
    let repository = Repository::new(&[]);
    repository.run(&["init", "--pre-commit"]);
    let mut validate = tool("pre-commit").expect("it was there");
    succeeds(
        validate
            .arg("validate-config")
            .arg(repository.path(".pre-commit-config.yaml")),
    );
}

#[test]
fn junit_keeps_its_schema() {
    let Some(mut python) = tool("python3") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a directory");
    let mut arguments = vec!["-c".to_owned(), "import sys\nfrom lxml import etree\nschema = etree.XMLSchema(etree.parse('tests/schemas/junit-10.xsd'))\nfor path in sys.argv[1:]: schema.assertValid(etree.parse(path))".to_owned()];
    for (index, path) in bad_files().iter().enumerate() {
        let out = command(&["check", "--format", "junit"])
            .arg(path)
            .output()
            .expect("it runs")
            .stdout;
        let report = folder.path().join(format!("{index}.xml"));
        fs::write(&report, out).expect("written");
        arguments.push(report.to_str().expect("UTF-8").to_owned());
    }
    succeeds(python.args(arguments));
}

#[test]
fn the_wheel_is_a_working_program() {
    let Some(mut python) = tool("python3") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a directory");
    succeeds(python.args(["-m", "venv"]).arg(folder.path()));
    let pip = folder.path().join("bin/pip");
    succeeds(
        Command::new(pip)
            .args(["install", "--quiet", "--no-index", "--find-links"])
            .arg(wheels())
            .arg("tunelint"),
    );
    let (code, said) = run(Command::new(folder.path().join("bin/tunelint")).arg("--version"));
    assert_eq!(
        (code, said),
        (0, format!("tunelint {}\n", env!("CARGO_PKG_VERSION")))
    );
}

/// Makes a repository one that git knows, with all its files in the index.
fn track(repository: &Repository) {
    fs::remove_dir(repository.path(".git")).expect("removed");
    for arguments in [["init", "-q"], ["add", "-A"]] {
        let mut git = Command::new("git");
        let done = git
            .args(arguments)
            .current_dir(repository.path("."))
            .output();
        assert!(done.expect("git starts").status.success(), "{arguments:?}");
    }
}

/// What the hook `id` says about `file` of a repository.
fn hook(id: &str, repository: &Repository, file: &str) -> Option<(i32, String)> {
    let mut try_repo = tool("pre-commit")?;
    let home = wheels().join("../pre-commit");
    try_repo
        .args([
            "try-repo",
            root().to_str().expect("UTF-8"),
            id,
            "--files",
            file,
        ])
        .current_dir(repository.path("."))
        .env("PRE_COMMIT_HOME", home)
        .env("PIP_FIND_LINKS", wheels())
        // What the Rust hook builds is thrown away: it need not be fast.
        .env("CARGO_TARGET_DIR", wheels().join("../hook"))
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("NO_COLOR", "1");
    let (code, out, said) = outcome(&try_repo.output().expect("it starts"));
    Some((code, out + &said))
}

#[test]
fn a_hook_is_quiet_on_good_data_and_tells_of_bad() {
    if tool("pre-commit").is_none() {
        return;
    }
    let good = fs::read_to_string(root().join("tests/data/clean-messages.jsonl")).expect("a file");
    let bad = "{\"text_input\":\"a\",\"output\":\"\"}\n";
    let repository = Repository::new(&[
        ("tunelint.toml", "exclude = [\"drafts/\"]\n"),
        ("good.jsonl", &good),
        ("bad.jsonl", bad),
        ("drafts/bad.jsonl", bad),
        ("notes.txt", bad),
    ]);
    track(&repository);
    let said = |file: &str| hook("tunelint", &repository, file).expect("it was there");
    let (code, out) = said("good.jsonl");
    assert!(
        code == 0 && out.contains("Passed") && !out.contains("records"),
        "{out}"
    );
    let (code, out) = said("bad.jsonl");
    assert!(
        code == 1 && out.contains("error[empty-output]") && out.contains("bad.jsonl:1:28"),
        "{out}"
    );
    let (code, out) = said("drafts/bad.jsonl");
    assert!(code == 0 && out.contains("Passed"), "{out}");
    let (code, out) = said("notes.txt");
    assert!(code == 0 && out.contains("Skipped"), "{out}");
}

/// The hooks that `init` writes, with the program that was built.
fn written_hooks() -> String {
    let template = root().join("crates/tunelint/src/commands/init/pre-commit.yaml");
    let template = fs::read_to_string(template).expect("a file");
    let entry = format!("entry: {} ", env!("CARGO_BIN_EXE_tunelint"));
    let lines = template.lines();
    let lines = lines.filter(|line| !line.contains("additional_dependencies"));
    let config: Vec<String> = lines
        .map(|line| line.replace("entry: tunelint ", &entry))
        .map(|line| line.replace("language: python", "language: system"))
        .collect();
    config.join("\n")
}

/// The real pre-commit, with those of `arguments`: exit code and output.
fn pre_commit(repository: &Repository, arguments: &[&str]) -> (i32, String) {
    let mut pre_commit = tool("pre-commit").expect("it was there");
    pre_commit
        .args(["run", "--color", "never"])
        .args(arguments)
        .current_dir(repository.path("."))
        .env("PRE_COMMIT_HOME", repository.path(".git/pre-commit"))
        .env("NO_COLOR", "1");
    let (code, out, said) = outcome(&pre_commit.output().expect("it starts"));
    (code, out + &said)
}

/// pre-commit passes the names of files without `--`.
#[test]
fn a_committed_file_name_is_never_an_option() {
    if tool("pre-commit").is_none() {
        return;
    }
    let good = "{\"text_input\":\"a\",\"output\":\"b\"}\n";
    let bad = "{\"text_input\":\"a\",\"output\":\"\"}\n";
    let repository = Repository::new(&[
        (".pre-commit-config.yaml", &written_hooks()),
        ("--config=x.jsonl", bad),
        ("--report=json=data/x.jsonl", good),
        ("data/x.jsonl", good),
    ]);
    track(&repository);
    let (code, out) = pre_commit(&repository, &["--all-files"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("--config=x.jsonl:1:28"), "{out}");
    assert_eq!(repository.read("data/x.jsonl"), good);
}

#[test]
fn a_passing_hook_names_the_settings_of_the_commit() {
    if tool("pre-commit").is_none() {
        return;
    }
    let repository = Repository::new(&[(".pre-commit-config.yaml", &written_hooks())]);
    track(&repository);
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        git.args(identity).args(arguments);
        let done = git.current_dir(repository.path(".")).output();
        assert!(done.expect("git starts").status.success(), "{arguments:?}");
    };
    git(&["commit", "-qm", "one"]);
    repository.write("tunelint.toml", "ignore = [\"secret\"]\n");
    git(&["add", "-A"]);
    let note = |base: &str| {
        format!("note: tunelint.toml differs from {base}: turns off secret; changes ignore\n")
    };
    let (code, out) = pre_commit(&repository, &[]);
    assert!(code == 0 && out.contains(&note("HEAD")), "{out}");
    git(&["commit", "-qm", "two"]);
    let refs = ["--from-ref", "HEAD~1", "--to-ref", "HEAD"];
    let (code, out) = pre_commit(&repository, &refs);
    assert!(code == 0 && out.contains(&note("HEAD~1")), "{out}");
}

#[test]
fn the_rust_hook_is_the_same_program() {
    if tool("pre-commit").is_none() {
        return;
    }
    let repository = Repository::new(&[("bad.jsonl", "{\"text_input\":\"a\",\"output\":\"\"}\n")]);
    track(&repository);
    let (code, out) = hook("tunelint-rust", &repository, "bad.jsonl").expect("it was there");
    assert!(code == 1 && out.contains("error[empty-output]"), "{out}");
}

/// The steps of the action, as a runner would run them.
#[test]
fn the_action_annotates_and_summarises() {
    let Some(mut python) = tool("python3") else {
        return;
    };
    let steps = "import sys, yaml\nfor step in yaml.safe_load(open('action.yml'))['runs']['steps']: print(step['run'])";
    let (code, script) = run(python.args(["-c", steps]));
    assert_eq!(code, 0, "{script}");
    let repository = Repository::new(&[("bad.jsonl", "{\"text_input\":\"a\",\"output\":\"\"}\n")]);
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script])
        .current_dir(repository.path("."))
        .env("PIP_FIND_LINKS", wheels())
        .env("VERSION", env!("CARGO_PKG_VERSION"))
        .env("PATHS", "")
        .env("ARGUMENTS", "--fail-on warning; touch injected")
        .env("RUNNER_TEMP", repository.path(".git"))
        .env("GITHUB_STEP_SUMMARY", repository.path("summary.md"));
    let (code, out, said) = outcome(&bash.output().expect("it starts"));
    assert!(code == 2 && said.contains("warning;"), "{out}{said}");
    bash.env("ARGUMENTS", "--fail-on warning");
    let (code, out, said) = outcome(&bash.output().expect("it starts"));
    assert_eq!(code, 1, "{out}{said}");
    assert!(
        out.contains("::error file=bad.jsonl,line=1,col=28"),
        "{out}"
    );
    assert!(
        repository
            .read("summary.md")
            .starts_with("### tunelint: 1 error")
    );
    assert!(!repository.path("injected").exists());
}

/// The commands of the job in the template for GitLab, without the installation.
fn gitlab_script() -> String {
    let template = root().join("templates/tunelint.gitlab-ci.yml");
    let template = fs::read_to_string(template).expect("a file");
    let steps = template.lines().skip_while(|line| *line != "  script:");
    let steps = steps.skip(1).take_while(|line| line.starts_with("    "));
    let commands = steps.map(|line| line[4..].trim_start_matches("- ").trim_start_matches('|'));
    let commands = commands.filter(|line| !line.starts_with("pip install"));
    commands.map(|line| format!("{line}\n")).collect()
}

/// Runs a script in a directory, with the program in the path.
fn script(directory: &Path, script: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_tunelint")).parent();
    let path = std::env::var_os("PATH").expect("a path");
    let folders = program.map(Path::to_path_buf).into_iter();
    let path = std::env::join_paths(folders.chain(std::env::split_paths(&path)));
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-e", "-c", script])
        .current_dir(directory)
        .env("PATH", path.expect("a path"))
        .env("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")
        .env("NO_COLOR", "1");
    let (code, out, said) = outcome(&bash.output().expect("it starts"));
    assert_eq!(code, 0, "{script}: {out}{said}");
    out + &said
}

#[test]
fn the_gitlab_job_names_the_settings_of_a_merge_request() {
    let repository =
        Repository::new(&[("base/a.jsonl", "{\"text_input\":\"a\",\"output\":\"b\"}\n")]);
    let commit = "git add -A; git -c user.name=a -c user.email=a@example.org commit -qm one";
    script(
        &repository.path("base"),
        &format!("git init -q -b main; {commit}"),
    );
    script(
        &repository.path("."),
        "git clone -q --depth 1 file://$PWD/base clone",
    );
    repository.write("clone/tunelint.toml", "ignore = [\"secret\"]\n");
    let clone = repository.path("clone");
    script(&clone, &commit.replace("-qm one", "-qm two"));
    let out = script(&clone, &gitlab_script());
    let note = "tunelint.toml differs from FETCH_HEAD: turns off secret; changes ignore";
    assert!(out.contains(note), "{out}");
    // A check that cannot be made is not silent either.
    let out = script(
        &clone,
        &format!("git remote remove origin\n{}", gitlab_script()),
    );
    assert!(out.contains("were not compared"), "{out}");
}

/// The version stands in several files, for tools that cannot read Cargo's.
#[test]
fn every_file_names_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    for (file, line) in [
        ("pyproject.toml", format!("version = \"{version}\"")),
        (
            "pyproject.toml",
            format!("dependencies = [\"tunelint=={version}\"]"),
        ),
        ("action.yml", format!("default: \"{version}\"")),
        (
            "templates/tunelint.gitlab-ci.yml",
            format!("TUNELINT_VERSION: \"{version}\""),
        ),
    ] {
        let text = fs::read_to_string(root().join(file)).expect("a file");
        assert!(text.contains(&line), "{file} lacks {line}");
    }
}
