//! What git knows of a change: the commit that it is based on, and files as they were there.
//!
//! Only commands of git's plumbing are run that read no file of the working directory, so that git runs no
//! filter, and no hook or file system monitor of the repository. Where git is missing, or the
//! directory is no repository, there is no base.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::whole_file::{MAX_BYTES, read, read_stream};

/// Variables with the base of a change, of pre-commit and GitLab.
const COMMITS: [&str; 2] = ["PRE_COMMIT_FROM_REF", "CI_MERGE_REQUEST_DIFF_BASE_SHA"];

/// The variable of GitHub with the branch that a pull request is merged into.
const BRANCH: &str = "GITHUB_BASE_REF";

/// The commit that a change is based on.
#[derive(Debug)]
pub struct Base {
    /// How the user or the CI system calls it.
    pub name: String,
    commit: String,
    root: PathBuf,
}

impl Base {
    /// The base of the change in the working directory: where it leaves the branch that it will be merged
    /// into, or else the last commit.
    pub fn of_change() -> Option<Self> {
        let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let mut names: Vec<String> = COMMITS.iter().filter_map(set).collect();
        names.extend(set(&BRANCH).map(|branch| format!("origin/{branch}")));
        names.extend(["origin/HEAD", "@{upstream}", "HEAD"].map(str::to_owned));
        names.iter().find_map(|name| Self::named(name))
    }

    /// Where the change in the working directory leaves the commit or branch `name`. In a clone without
    /// the commits between, it is that commit itself.
    pub fn named(name: &str) -> Option<Self> {
        // What starts with a dash would be an option.
        let commit = Some(name).filter(|name| !name.starts_with('-'))?;
        let commit = line(&[
            "rev-parse",
            "--verify",
            "--quiet",
            &format!("{commit}^{{commit}}"),
        ])?;
        let forked = line(&["merge-base", "HEAD", &commit]);
        Some(Self {
            name: name.to_owned(),
            commit: forked.unwrap_or(commit),
            root: line(&["rev-parse", "--show-toplevel"])?.into(),
        })
    }

    /// The files with one of `names`, in any directory, that differ from the base, also those that no
    /// longer exist. Relative to [`Base::path`]. Files that git does not track are not among them.
    pub fn changed(&self, names: &[&str]) -> Option<Vec<PathBuf>> {
        let patterns = names.iter().map(|name| format!(":(top,glob)**/{name}"));
        let patterns: Vec<String> = patterns.collect();
        let listed = |command: &[&str]| {
            let mut arguments: Vec<&OsStr> = command.iter().map(OsStr::new).collect();
            arguments.push("--".as_ref());
            arguments.extend(patterns.iter().map(OsStr::new));
            git(&arguments)
        };
        let tracked = listed(&["ls-files", "-z", "--full-name"])?;
        let staged = listed(&[
            "diff-index",
            "--cached",
            "--name-only",
            "-z",
            "--no-ext-diff",
            "--no-renames",
            &self.commit,
        ])?;
        let paths = [tracked, staged].concat();
        let paths = paths.split(|byte| *byte == 0).filter(|of| !of.is_empty());
        let files: BTreeSet<PathBuf> = paths.map(path_of).collect();
        let differs = |file: &PathBuf| !self.is_unchanged(file);
        Some(files.into_iter().filter(differs).collect())
    }

    /// Whether a file in the working directory has the contents that it has in the base. Git may write
    /// other line ends.
    fn is_unchanged(&self, file: &Path) -> bool {
        let path = self.path(file);
        let current = match std::fs::symlink_metadata(&path) {
            // Of a link, git keeps the target as contents.
            Ok(meta) if meta.is_symlink() => std::fs::read_link(&path)
                .ok()
                .map(|target| target.into_os_string().into_encoded_bytes()),
            Ok(_) => read(&path, MAX_BYTES).ok(),
            Err(_) => None,
        };
        let lines = |mut bytes: Vec<u8>| {
            bytes.retain(|byte| *byte != b'\r');
            bytes
        };
        current.is_some() && current.map(lines) == self.contents(file).map(lines)
    }

    /// The path of a file in the working directory.
    pub fn path(&self, file: &Path) -> PathBuf {
        self.root.join(file)
    }

    /// The text of a file in the base; `None` without such a file, and for one that
    /// is not UTF-8.
    pub fn text(&self, file: &Path) -> Option<String> {
        String::from_utf8(self.contents(file)?).ok()
    }

    fn contents(&self, file: &Path) -> Option<Vec<u8>> {
        let mut object = std::ffi::OsString::from(format!("{}:", self.commit));
        object.push(file);
        git(&["cat-file".as_ref(), "blob".as_ref(), object.as_os_str()])
    }
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// The line that git prints; `None` if it fails or prints nothing.
fn line(arguments: &[&str]) -> Option<String> {
    let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    let text = String::from_utf8(git(&arguments)?).ok()?;
    let line = text.lines().next()?;
    (!line.is_empty()).then(|| line.to_owned())
}

/// What git prints; `None` if it fails, is missing or prints too much.
fn git(arguments: &[&OsStr]) -> Option<Vec<u8>> {
    let mut command = Command::new("git");
    command
        // The settings of a repository may name programs.
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(arguments)
        // No locks, and no objects from the network.
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    // Once it is closed, git ends by itself, even if not all was read.
    let printed = child.stdout.take().map(|out| read_stream(out, MAX_BYTES));
    let status = child.wait().ok()?;
    printed?.ok().filter(|_| status.success())
}
