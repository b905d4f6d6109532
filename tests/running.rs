//! Runs the library on bytes in memory, and the program on files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use tunelint_core::contract::RuleContext;
use tunelint_core::example::{Example, Turn};
use tunelint_core::faults::SourceForm;
use tunelint_core::finding::{Counts, Finding, Keep, Policy};
use tunelint_core::inferred::Inferred;
use tunelint_core::lint::Linter;
use tunelint_core::position::SourceId;
use tunelint_core::profile::{self, Profile};
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::rules::{self, REGISTRY, RuleSet};
use tunelint_core::shard::ShardPart;
use tunelint_core::source::{Container, Input};

/// One check in memory.
pub struct Check {
    pub options: ReadOptions,
    pub context: RuleContext,
    /// Whether the layout decides on the target, as in the program.
    pub default_target: bool,
    pub enabled: BTreeSet<&'static str>,
    pub threads: usize,
}

impl Check {
    /// Every rule, the usual options.
    pub fn new() -> Self {
        Self {
            options: ReadOptions::default(),
            context: RuleContext::default(),
            default_target: true,
            enabled: REGISTRY.iter().map(|entry| entry.meta.name).collect(),
            threads: 1,
        }
    }

    fn linter(&self, reader: &Reader) -> Linter {
        let mut context = self.context.clone();
        if let (true, Some(name)) = (self.default_target, reader.mapping.provider()) {
            context.profiles = vec![builtin(name)];
        }
        let form = SourceForm {
            layout: reader.layout().map_or("", |layout| layout.name()),
            container: reader.container().map_or("", Container::as_str),
        };
        let policy = Policy {
            keep: Keep::All,
            severities: Default::default(),
            enabled: self.enabled.clone(),
            usual: Arc::new(rules::usual_impacts(&context.profiles, form)),
            ..Policy::default()
        };
        Linter::new(
            RuleSet::build(&self.enabled, &context),
            policy,
            self.threads,
        )
    }

    /// The findings about `bytes`, and their exact counts.
    pub fn run(&self, name: &str, bytes: &[u8]) -> (Vec<Finding>, Counts) {
        self.run_all(&[(name, bytes)])
    }

    /// The same for several sources that are one dataset.
    pub fn run_all(&self, sources: &[(&str, &[u8])]) -> (Vec<Finding>, Counts) {
        let (mut findings, mut counts) = (Vec::new(), Counts::default());
        let mut linter = None;
        for (id, (name, bytes)) in sources.iter().enumerate() {
            let input = Input::bytes(*name, *bytes);
            let reader = Reader::open(SourceId(id as u32), input, &self.options)
                .expect("memory can be read");
            let linter = linter.get_or_insert_with(|| self.linter(&reader));
            let summary = linter.check(reader, &mut |finding| {
                findings.push(finding);
                Ok(())
            });
            counts.merge(&summary.expect("memory can be read").counts);
        }
        let finish = linter.expect("a source").finish(&mut |finding| {
            findings.push(finding);
            Ok(())
        });
        finish
            .expect("findings are collected")
            .counts
            .values()
            .for_each(|more| counts.merge(more));
        (findings, counts)
    }

    /// The common form of what `bytes` holds.
    pub fn inferred(&self, name: &str, bytes: &[u8]) -> Arc<Inferred> {
        let reader = Reader::open(SourceId(0), Input::bytes(name, bytes), &self.options);
        let reader = reader.expect("memory can be read");
        let mut linter = self.linter(&reader);
        linter
            .check(reader, &mut |_| Ok(()))
            .expect("memory can be read");
        let concluded = linter.finish(&mut |_| Ok(()));
        concluded.expect("memory can be read").inferred
    }

    /// The same, each source checked in a run of its own that leaves a part, and the parts merged.
    pub fn run_parts(&self, sources: &[(&str, &[u8])]) -> (Vec<Finding>, Counts) {
        let (mut findings, mut counts) = (Vec::new(), Counts::default());
        let mut parts = Vec::new();
        let open = |id: usize, (name, bytes): (&str, &[u8])| {
            let input = Input::bytes(name, bytes);
            Reader::open(SourceId(id as u32), input, &self.options).expect("memory can be read")
        };
        for (id, source) in sources.iter().enumerate() {
            // In a run of its own every source is the first.
            let mut linter = self.linter(&open(id, *source));
            let mut sink = |mut finding: Finding| {
                finding.location.source = SourceId(id as u32);
                for related in &mut finding.related {
                    related.location.source = SourceId(id as u32);
                }
                findings.push(finding);
                Ok(())
            };
            let summary = linter.check(open(0, *source), &mut sink);
            counts.merge(&summary.expect("memory can be read").counts);
            let part = linter.into_part().expect("tallies can be written");
            let bytes = part.to_bytes().expect("a part can be written");
            parts.push(ShardPart::from_bytes(&bytes).expect("a part can be read"));
        }
        let mut linter = self.linter(&open(0, sources[0]));
        for (id, (part, source)) in parts.iter().zip(sources).enumerate() {
            linter
                .merge_part(part, id as u32)
                .expect("tallies can be read");
            linter.revisit(&open(id, *source));
        }
        let concluded = linter.finish(&mut |finding| {
            findings.push(finding);
            Ok(())
        });
        let concluded = concluded.expect("findings are collected");
        concluded
            .counts
            .values()
            .for_each(|more| counts.merge(more));
        (findings, counts)
    }

    /// `line:column rule` of each finding.
    pub fn places(&self, name: &str, bytes: &[u8]) -> Vec<String> {
        self.run(name, bytes).0.iter().map(place).collect()
    }
}

pub fn place(finding: &Finding) -> String {
    let at = finding.location.start;
    format!("{}:{} {}", at.line, at.column, finding.rule)
}

pub fn builtin(name: &str) -> Arc<Profile> {
    Arc::new(
        profile::by_name(name)
            .expect("it parses")
            .expect("it exists"),
    )
}

/// The system text, first prompt and last answer of each example of a file that is read without
/// being told anything.
pub fn texts_of(path: &Path) -> Vec<(String, String, String)> {
    let mut texts = Vec::new();
    let reader = Reader::open(SourceId(0), Input::path(path), &ReadOptions::default());
    let mut take = |example: &Example<'_>| {
        let text =
            |turn: Option<&Turn<'_>>| turn.map_or(String::new(), |turn| turn.joined().into_owned());
        texts.push((
            text(example.system()),
            text(example.prompt()),
            text(example.output()),
        ));
    };
    let examples = reader.expect("a file").each_example(&mut take);
    examples.expect("a file that can be read");
    texts
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the repository")
}

/// What stands beside the repository for everybody; tests that need it say so where it is absent.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = root().parent()?.join("shared").join(name);
    if !path.exists() {
        println!("SKIPPED: ../shared/{name} is not there");
        return None;
    }
    Some(path)
}

/// The files below `folder`, in order; with an extension, only those that have it.
pub fn files_below(folder: &Path, extension: Option<&str>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a directory") {
        let path = entry.expect("an entry").path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_dir() {
            found.extend(files_below(&path, extension));
        } else if extension.is_none_or(|wanted| ending == Some(wanted)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A run of the program in the repository.
pub fn tunelint(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program starts")
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunelint"));
    command
        .args(arguments)
        .current_dir(root())
        .env_remove("CLICOLOR_FORCE")
        .env("NO_COLOR", "1");
    command
}

/// Runs the program in `folder`.
pub fn run_in(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let run = command(arguments).current_dir(folder).output();
    outcome(&run.expect("it starts"))
}

/// Its exit code, standard output and standard error.
pub fn outcome(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// A repository of its own, with files in it.
pub struct Repository(tempfile::TempDir);

impl Repository {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self(tempfile::tempdir().expect("a directory"));
        std::fs::create_dir(repository.path(".git")).expect("a directory");
        for (name, text) in files {
            repository.write(name, text);
        }
        repository
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("written");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file")
    }

    /// A run in it: exit code, standard output, standard error.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        self.run_in(".", arguments)
    }

    pub fn run_in(&self, directory: &str, arguments: &[&str]) -> (i32, String, String) {
        run_in(&self.path(directory), arguments)
    }

    /// The findings of a check, one a line.
    pub fn found(&self, arguments: &[&str]) -> String {
        let arguments = [&["check", "--format", "concise"], arguments].concat();
        let (code, out, said) = self.run(&arguments);
        assert!(matches!(code, 0 | 1), "{said}");
        out
    }
}
