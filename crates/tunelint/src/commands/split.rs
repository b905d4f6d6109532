//! `tunelint split`: splits a dataset into training, validation and test files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tunelint_core::printable::{counted, printable_path, quoted};
use tunelint_core::reader::Reader;
use tunelint_core::session::Opened;
use tunelint_core::split::{Copier, Shares, Size, Split, Subset, limits};

use super::check::opening;
use crate::cli::{self, CheckOptions, SplitFormat};
use crate::exit::{Exit, Failure};
use crate::reading::{names, threads};
use crate::report::split::{SplitReport, WrittenFile};
use crate::staged::{StagedFile, same_file, same_output};
use crate::stdout::print;

/// Splits the files that `options` name.
pub fn run(options: cli::SplitOptions) -> Result<Exit, Failure> {
    let report = match written(&options)? {
        Outcome::Written(report) => report,
        Outcome::Nothing => return Ok(Exit::Clean),
        Outcome::Refused(why) => {
            why.print();
            return Ok(Exit::Findings);
        }
    };
    print(&match options.format {
        SplitFormat::Human => report.human(),
        SplitFormat::Json => report.json(),
    })?;
    Ok(match report.fails() {
        true => Exit::Findings,
        false => Exit::Clean,
    })
}

/// The result of splitting.
pub enum Outcome {
    /// The files were written.
    Written(SplitReport),
    /// There are no sources.
    Nothing,
    /// Nothing was written, since some records cannot be read.
    Refused(Failure),
}

/// Splits the files that `options` name, and writes the parts.
///
/// # Errors
/// Invalid options, and files that cannot be read or written.
pub fn written(options: &cli::SplitOptions) -> Result<Outcome, Failure> {
    let shares = shares(options)?;
    let check = CheckOptions {
        paths: options.paths.clone(),
        target: options.target.clone(),
        reading: options.reading.clone(),
        settings: options.settings.clone(),
        ..CheckOptions::default()
    };
    let opened = opening::open(&check)?;
    let Some(first) = opened.first() else {
        return Ok(Outcome::Nothing);
    };
    let targets = first.targets.clone();
    let readers = compatible_readers(opened)?;
    let files = files(options, &readers)?;
    let threads = threads(options.threads);
    let failed = |error: io::Error| Failure::io("split", &names(&readers), &error);
    let split = Split::of(&readers, &shares, options.seed, threads).map_err(failed)?;
    if split.unread > 0 {
        let unread = counted(split.unread, "record");
        let why = Failure::new(format!(
            "nothing was written: cannot read {unread} of {}",
            names(&readers)
        ));
        let why = why.help("find and fix them with `tunelint check`");
        return Ok(Outcome::Refused(why));
    }
    if split.count(Subset::Train) == 0 {
        return Err(Failure::new("no records left for training")
            .help("choose smaller sizes for `--validation` and `--test`"));
    }
    if options.reading.host.stop.is_set() {
        return Err(Failure::new("stopped"));
    }
    let written = write(&split, &readers, &files, options.force, threads)?;
    let validation = written.iter().find(|file| file.part == Subset::Validation);
    let findings = limits::check(&targets, &split, validation.map_or(0, |file| file.bytes));
    let report = SplitReport::new(&split, options.seed, &readers, written, findings);
    Ok(Outcome::Written(report))
}

fn shares(options: &cli::SplitOptions) -> Result<Shares, Failure> {
    let size = |text: &Option<String>| {
        let none = Ok(Size::Count(0));
        text.as_deref().map_or(none, size)
    };
    let shares = Shares {
        validation: size(&options.validation)?,
        test: size(&options.test)?,
    };
    match (shares.validation, shares.test) {
        (Size::Share(a), Size::Share(b)) if a + b >= 1.0 => {
            Err(Failure::new("no records left for training")
                .help("choose sizes for `--validation` and `--test` that add up to less than 100%"))
        }
        _ => Ok(shares),
    }
}

/// Parses `20%`, or a number of records.
fn size(text: &str) -> Result<Size, Failure> {
    let percent = text.strip_suffix('%').map(|number| number.trim().parse());
    let size = match percent {
        Some(Ok(percent)) if (0.0..100.0).contains(&percent) => Some(Size::Share(percent / 100.0)),
        Some(_) => None,
        None => text.parse().ok().map(Size::Count),
    };
    size.ok_or_else(|| {
        Failure::new(format!("invalid size {}", quoted(text, 20)))
            .help("use a share such as `20%`, or a number of records such as `200`")
    })
}

/// The readers, if their records fit in one file.
fn compatible_readers(opened: Vec<Opened>) -> Result<Vec<Reader>, Failure> {
    let readers: Vec<Reader> = opened.into_iter().map(|opened| opened.reader).collect();
    let format = |reader: &Reader| {
        let layout = reader.layout().map(|layout| layout.name());
        let shape = reader.shape.as_ref().ok();
        let delimiter = shape.map(|shape| shape.delimiter);
        let columns = reader.header.names.clone();
        (reader.container(), layout, delimiter, columns)
    };
    let first = readers.first();
    for reader in &readers {
        let path = printable_path(&reader.input.name);
        if reader.layout().is_none() {
            return Err(Failure::new(format!("{path}: unknown layout")).help(
                "set `--layout`, or `--input` and `--output`; `tunelint check` shows the reason",
            ));
        }
        if let Some(first) = first.filter(|first| format(first) != format(reader)) {
            let first = printable_path(&first.input.name);
            return Err(Failure::new(format!(
                "cannot split {first} and {path} together: their containers, layouts or columns differ"
            ))
            .help("convert them to the same layout and container with `tunelint convert` first"));
        }
    }
    Ok(readers)
}

/// The files to write, in the order of the parts. Parts without an option have no file.
fn files(
    options: &cli::SplitOptions,
    readers: &[Reader],
) -> Result<Vec<(Subset, PathBuf)>, Failure> {
    let container = readers.first().and_then(Reader::container);
    // The rows of a binary table are written as lines of JSON.
    let container = container.filter(|container| !container.is_binary());
    let extension = container.map_or("jsonl", |container| container.as_str());
    let wanted = |part: &Subset| match part {
        Subset::Train => true,
        Subset::Validation => options.validation.is_some(),
        Subset::Test => options.test.is_some(),
    };
    let mut files: Vec<(Subset, PathBuf)> = Vec::new();
    for part in Subset::ALL.into_iter().filter(wanted) {
        let path = options.out.join(format!("{}.{extension}", part.as_str()));
        let shown = printable_path(&path);
        if readers
            .iter()
            .any(|reader| same_file(&reader.input.name, &path))
        {
            return Err(
                Failure::new(format!("{shown} is both an input and an output"))
                    .help("choose another directory with `-o`"),
            );
        }
        if path.exists() && !options.force {
            return Err(Failure::new(format!("{shown} already exists"))
                .help("replace it with `--force`, or choose another directory"));
        }
        if files.iter().any(|(_, other)| same_output(other, &path)) {
            return Err(
                Failure::new(format!("two outputs are the same file: {shown}"))
                    .help("remove the link, or choose another directory with `-o`"),
            );
        }
        files.push((part, path));
    }
    Ok(files)
}

/// Writes the files. The first is renamed to its final name when all are complete.
fn write(
    split: &Split,
    readers: &[Reader],
    files: &[(Subset, PathBuf)],
    force: bool,
    threads: usize,
) -> Result<Vec<WrittenFile>, Failure> {
    let failed = |path: &Path| {
        let path = printable_path(path);
        move |error: io::Error| Failure::io("write", &path, &error)
    };
    let Some(like) = readers.first() else {
        return Ok(Vec::new());
    };
    let mut copiers = Vec::new();
    for (_, path) in files {
        let directory = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory).map_err(failed(directory))?;
        let staged = StagedFile::create(path).map_err(failed(path))?;
        copiers.push(Copier::new(staged, like).map_err(failed(path))?);
    }
    split
        .copy(readers, &parts_of(files), &mut copiers, threads)
        .map_err(|error| Failure::io("split", &names(readers), &error))?;
    let mut complete = Vec::new();
    for ((part, path), copier) in files.iter().zip(copiers) {
        let records = copier.records;
        let (staged, bytes) = copier.finish().map_err(failed(path))?;
        let written = WrittenFile {
            part: *part,
            path: path.clone(),
            records,
            bytes,
        };
        complete.push((staged, written));
    }
    let mut all = Vec::new();
    for (staged, written) in complete {
        staged.commit(force).map_err(failed(&written.path))?;
        all.push(written);
    }
    Ok(all)
}

fn parts_of(files: &[(Subset, PathBuf)]) -> Vec<Subset> {
    files.iter().map(|(part, _)| *part).collect()
}
