//! The floor plan: which file of a crate may import from which.
//!
//! Between crates the compiler holds it. Inside a crate, `lib.rs` lists the folders from the bottom
//! up, each after a blank line; a folder imports from those before it, and files form no circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tunelint_core::rules::REGISTRY;

use crate::running::{files_below, root};

const CRATES: [&str; 7] = [
    "tunelint-data",
    "tunelint-tables",
    "tunelint-model",
    "tunelint-layouts",
    "tunelint-rules",
    "tunelint-core",
    "tunelint",
];

/// A module path inside a crate.
type Module = Vec<String>;

/// The files of one crate, by the modules that they are.
struct Tree {
    files: BTreeMap<Module, String>,
    /// Where each name that a module re-exports comes from.
    exports: BTreeMap<Module, BTreeMap<String, Module>>,
    /// The folders at the top, from the bottom up.
    floors: Vec<String>,
}

/// Non-test code without comments.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a source file");
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
    let text = text.split("#[cfg(test)]\npub(super) mod testing").next();
    let lines = text.unwrap_or("").lines();
    let lines = lines.map(|line| line.split("//").next().unwrap_or(""));
    lines.collect::<Vec<_>>().join("\n")
}

fn module_of(path: &Path, source: &Path) -> Module {
    let relative = path
        .strip_prefix(source)
        .expect("inside")
        .with_extension("");
    let steps = relative
        .iter()
        .map(|step| step.to_string_lossy().into_owned());
    let steps: Module = steps.collect();
    if steps == ["lib"] { Vec::new() } else { steps }
}

/// The paths that a `use` declaration names, each as its steps.
fn flatten(declaration: &str) -> Vec<Module> {
    fn walk(prefix: &[String], text: &str, out: &mut Vec<Module>) {
        let text = text.trim();
        let Some((before, inner)) = text.split_once('{') else {
            let name = text.split(" as ").next().unwrap_or("").trim();
            let mut path = prefix.to_vec();
            path.extend(
                name.split("::")
                    .filter(|step| !step.is_empty())
                    .map(String::from),
            );
            out.push(path);
            return;
        };
        let mut prefix = prefix.to_vec();
        let steps = before.trim().trim_end_matches("::").split("::");
        prefix.extend(steps.filter(|step| !step.is_empty()).map(String::from));
        let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
        let (mut depth, mut start) = (0, 0);
        for (at, c) in inner.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    walk(&prefix, &inner[start..at], out);
                    start = at + 1;
                }
                _ => {}
            }
        }
        walk(&prefix, &inner[start..], out);
    }
    let mut out = Vec::new();
    walk(&[], declaration, &mut out);
    out.retain(|path| !path.is_empty());
    out
}

/// Every `use` declaration of a file: whether it re-exports, and the paths that it names.
fn uses(code: &str) -> Vec<(bool, Module)> {
    let mut found = Vec::new();
    for statement in code.split(';') {
        let start = statement.rfind("use ").filter(|at| {
            let before = statement[..*at].rsplit('\n').next().unwrap_or("").trim();
            before.is_empty() || before.starts_with("pub")
        });
        let Some(start) = start else { continue };
        let before = statement[..start].rsplit('\n').next().unwrap_or("").trim();
        for path in flatten(&statement[start + 4..]) {
            found.push((before == "pub", path));
        }
    }
    found
}

/// Paths that are written out where they are used.
fn inline(code: &str) -> Vec<Module> {
    let mut found = Vec::new();
    for start in ["crate::", "super::"] {
        let inner = |at: &usize| code[..*at].ends_with("::") || code[..*at].ends_with("use ");
        let starts = code.match_indices(start).map(|(at, _)| at);
        for at in starts.filter(|at| !inner(at)) {
            let rest = &code[at..];
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
                .unwrap_or(rest.len());
            let steps = rest[..end].trim_end_matches(':').split("::");
            found.push(steps.map(String::from).collect());
        }
    }
    found
}

impl Tree {
    fn read(name: &str) -> Self {
        let source = root().join("crates").join(name).join("src");
        let paths = files_below(&source, Some("rs"));
        let mut tree = Self {
            files: BTreeMap::new(),
            exports: BTreeMap::new(),
            floors: Vec::new(),
        };
        for path in &paths {
            let shown = path.strip_prefix(root()).expect("inside");
            let module = module_of(path, &source);
            tree.files.insert(module, shown.display().to_string());
        }
        let lib = code(&source.join("lib.rs"));
        let mods = lib.lines().filter_map(|line| {
            let line = line.trim().trim_start_matches("pub ");
            line.strip_prefix("mod ")?.strip_suffix(';')
        });
        tree.floors = mods.map(String::from).collect();
        for path in &paths {
            let module = module_of(path, &source);
            for (public, used) in uses(&code(path)) {
                if public
                    && let Some(from) = tree.absolute(&module, &used)
                    && let Some(name) = used.last()
                {
                    let exports = tree.exports.entry(module.clone()).or_default();
                    exports.insert(name.clone(), from);
                }
            }
        }
        tree
    }

    /// A path as its steps from the crate's root; nothing if it leads out of the crate.
    fn absolute(&self, module: &Module, path: &Module) -> Option<Module> {
        let mut base = module.clone();
        let mut steps = path.iter().peekable();
        match steps.peek().map(|step| step.as_str()) {
            Some("crate") => {
                base.clear();
                steps.next();
            }
            Some("self") => {
                steps.next();
            }
            Some("super") => {
                while steps.next_if(|step| *step == "super").is_some() {
                    base.pop();
                }
            }
            // A child module, or another crate.
            Some(first) => {
                let mut child = module.clone();
                child.push(first.to_owned());
                if !self.files.contains_key(&child) {
                    return None;
                }
            }
            None => return None,
        }
        base.extend(steps.filter(|step| *step != "self").cloned());
        Some(base)
    }

    /// The module that defines what is at `path`, behind all re-exports.
    fn defining(&self, path: &Module) -> Option<Module> {
        let mut path = path.clone();
        for _ in 0..8 {
            let mut length = path.len();
            while !self.files.contains_key(&path[..length]) {
                length = length.checked_sub(1)?;
            }
            let module = path[..length].to_vec();
            let Some(item) = path.get(length) else {
                return Some(module);
            };
            match self.exports.get(&module).and_then(|names| names.get(item)) {
                Some(from) => {
                    let rest = path[length + 1..].to_vec();
                    path = [from.clone(), rest].concat();
                }
                None => return Some(module),
            }
        }
        None
    }

    /// Who imports from whom.
    fn arrows(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let mut arrows: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for (module, file) in &self.files {
            let text = code(&root().join(file));
            let own = uses(&text).into_iter();
            let used = own.filter(|(public, _)| !public).map(|(_, path)| path);
            // The root module re-exports; `macro_rules` of the registry declare modules.
            for path in used.chain(inline(&text)) {
                let target = self.absolute(module, &path);
                if let Some(target) = target.and_then(|path| self.defining(&path))
                    && target != *module
                {
                    arrows.entry(module.clone()).or_default().insert(target);
                }
            }
        }
        arrows
    }
}

/// The files from which `start` can be reached back.
fn circle(arrows: &BTreeMap<Module, BTreeSet<Module>>, start: &Module) -> Option<Vec<Module>> {
    let mut open = vec![vec![start.clone()]];
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        for next in arrows.get(path.last()?).into_iter().flatten() {
            if next == start {
                return Some(path);
            }
            if seen.insert(next.clone()) {
                let mut longer = path.clone();
                longer.push(next.clone());
                open.push(longer);
            }
        }
    }
    None
}

#[test]
fn no_import_points_up_or_in_a_circle() {
    let mut wrong = Vec::new();
    for name in CRATES {
        let tree = Tree::read(name);
        let arrows = tree.arrows();
        let floor = |module: &Module| {
            let top = module.first()?;
            tree.floors.iter().position(|floor| floor == top)
        };
        for (from, targets) in &arrows {
            for to in targets {
                if let (Some(low), Some(high)) = (floor(from), floor(to))
                    && low < high
                {
                    let (from, to) = (&tree.files[from], &tree.files[to]);
                    wrong.push(format!("{from} imports from {to}, a floor above it"));
                }
            }
        }
        let mut reported: BTreeSet<Module> = BTreeSet::new();
        for module in arrows.keys() {
            if reported.contains(module) {
                continue;
            }
            if let Some(path) = circle(&arrows, module) {
                let files: Vec<&str> = path.iter().map(|step| tree.files[step].as_str()).collect();
                wrong.push(format!("a circle: {}", files.join(" → ")));
                reported.extend(path);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_circle_and_an_arrow_up_are_found() {
    let module = |name: &str| vec![name.to_owned()];
    let arrow = |from: &str, to: &str| (module(from), BTreeSet::from([module(to)]));
    let arrows = BTreeMap::from([arrow("a", "b"), arrow("b", "c"), arrow("c", "a")]);
    assert_eq!(
        circle(&arrows, &module("a")).map(|path| path.len()),
        Some(3)
    );
    let arrows = BTreeMap::from([arrow("a", "b"), arrow("b", "c")]);
    assert_eq!(circle(&arrows, &module("a")), None);
    let flat = flatten("crate::a::{self, b::{C, D as E}, F}");
    let joined: Vec<String> = flat.iter().map(|path| path.join("::")).collect();
    assert_eq!(
        joined,
        [
            "crate::a::self",
            "crate::a::b::C",
            "crate::a::b::D",
            "crate::a::F"
        ]
    );
}

#[test]
fn rules_are_not_named_by_strings_outside_their_folder() {
    let names: Vec<String> = REGISTRY
        .iter()
        .map(|entry| format!("\"{}\"", entry.meta.name))
        .collect();
    // A word that documentation writes in place of a password is not a rule.
    const WORDS: [(&str, &str); 1] = [("crates/tunelint-data/src/text/secret.rs", "\"secret\"")];
    let mut wrong = Vec::new();
    for name in CRATES {
        let source = root().join("crates").join(name).join("src");
        for path in files_below(&source, Some("rs")) {
            let shown = path
                .strip_prefix(root())
                .expect("inside")
                .display()
                .to_string();
            if shown.starts_with("crates/tunelint-rules/src/rules") {
                continue;
            }
            let text = code(&path);
            let is_word = |rule: &String| WORDS.contains(&(shown.as_str(), rule.as_str()));
            let named = names.iter().filter(|rule| text.contains(rule.as_str()));
            for rule in named.filter(|rule| !is_word(rule)) {
                wrong.push(format!("{shown} names {rule}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
