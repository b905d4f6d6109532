//! Converts the reading options of the command line for the library, and opens sources.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tunelint_core::layout::{self, Binding, Template};
use tunelint_core::position::SourceId;
use tunelint_core::printable::{printable_path, quoted};
use tunelint_core::prompts::PromptFormat;
use tunelint_core::reader::{OpenError, ReadOptions, Reader};
use tunelint_core::roles::RoleAliases;
use tunelint_core::source::{
    BATCH_BYTES, Container, FormatOverrides, Input, MAX_RECORD_BYTES, Origin, encoding_by_name,
};

use crate::cli::Reading;
use crate::exit::Failure;
use crate::host::Host;
use crate::names::unknown;
use crate::spelling::nearest;
use crate::walk::Named;
use crate::whole_file;

/// Validates the options.
pub fn options(reading: &Reading) -> Result<ReadOptions, Failure> {
    let named = reading.encoding.as_deref().map(encoding).transpose()?;
    Ok(ReadOptions {
        overrides: FormatOverrides {
            container: reading.container.as_deref().map(container).transpose()?,
            delimiter: reading.delimiter.as_deref().map(delimiter).transpose()?,
            is_utf8: named == encoding_by_name("utf-8"),
        },
        layout: reading.layout.as_deref().map(named_layout).transpose()?,
        input: binding(reading.input.as_ref(), reading.input_template.as_ref())?,
        output: binding(reading.output.as_ref(), reading.output_template.as_ref())?,
        system: reading.system.clone(),
        prompts_only: false,
        role_aliases: role_names(&reading.role)?,
        max_record: match &reading.max_record_size {
            Some(text) => size(text)?,
            None => MAX_RECORD_BYTES,
        },
        batch_bytes: BATCH_BYTES,
        ..ReadOptions::default()
    })
}

fn container(name: &str) -> Result<Container, Failure> {
    let known = Container::ALL.map(Container::as_str);
    Container::from_name(name).ok_or_else(|| unknown("container", name, &known))
}

/// The layout `name`.
pub fn named_layout(name: &str) -> Result<std::sync::Arc<dyn layout::Layout>, Failure> {
    layout::by_name(name).ok_or_else(|| {
        let all = layout::all();
        let known: Vec<&str> = all.iter().map(|layout| layout.name()).collect();
        unknown("layout", name, &known)
    })
}

fn binding(column: Option<&String>, template: Option<&String>) -> Result<Option<Binding>, Failure> {
    match (column, template) {
        (_, Some(template)) => {
            let template = Template::parse(template).map_err(|why| {
                Failure::new(format!("invalid template {}: {why}", quoted(template, 60)))
            })?;
            Ok(Some(Binding::Template(template)))
        }
        (Some(column), None) => Ok(Some(Binding::Name(column.clone()))),
        (None, None) => Ok(None),
    }
}

/// Role names of the data and their roles, given as `NAME=ROLE`.
fn role_names(given: &[String]) -> Result<RoleAliases, Failure> {
    let mut names = RoleAliases::default();
    for text in given {
        // A name may contain `=`, a role cannot.
        let parts = text.rsplit_once('=').filter(|(name, _)| !name.is_empty());
        let (name, role) = parts.ok_or_else(|| {
            Failure::new(format!("invalid role mapping {}", quoted(text, 40)))
                .help("write NAME=ROLE, for example bot=model")
        })?;
        if !names.add(name, role) {
            return Err(unknown("role", role, &RoleAliases::MEANINGS));
        }
    }
    Ok(names)
}

fn delimiter(text: &str) -> Result<u8, Failure> {
    match text {
        "tab" | "\\t" => Ok(b'\t'),
        _ => match text.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(*byte),
            _ => Err(
                Failure::new(format!("invalid delimiter {}", quoted(text, 20)))
                    .help("use one ASCII character such as `;`, or the word `tab`"),
            ),
        },
    }
}

/// Parses a number of bytes, with an optional K, M or G.
pub fn size(text: &str) -> Result<usize, Failure> {
    let upper = text.trim().to_uppercase();
    let upper = upper.trim_end_matches("IB").trim_end_matches('B');
    let (digits, factor) = match upper.strip_suffix(['K', 'M', 'G']) {
        Some(digits) if upper.ends_with('K') => (digits, 1 << 10),
        Some(digits) if upper.ends_with('M') => (digits, 1 << 20),
        Some(digits) => (digits, 1 << 30),
        None => (upper, 1_usize),
    };
    let bytes = digits
        .trim()
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(factor));
    // Offsets in a record have 32 bits.
    bytes
        .filter(|bytes| (1..=u32::MAX as usize / 2).contains(bytes))
        .ok_or_else(|| {
            Failure::new(format!("invalid size {}", quoted(text, 20)))
                .help("use a size between 1 byte and 2 GB, for example 64M")
        })
}

/// The prompt format in the file at `path`.
pub fn prompt_format(path: &Path) -> Result<PromptFormat, Failure> {
    let shown = printable_path(path);
    let text = whole_file::read_text(path, whole_file::MAX_BYTES);
    let text = text.map_err(|error| Failure::io("read the prompt format", &shown, &error))?;
    PromptFormat::from_json(&text).map_err(|error| {
        Failure::new(format!("{shown}: {error}"))
            .help("write one with `tunelint infer train.jsonl -o format.json`")
    })
}

/// The text of an argument, or with `@FILE` the text of a file without its last line break. `option` is
/// the option of the argument.
pub fn text_or_file(option: &str, text: &str) -> Result<String, Failure> {
    let Some(path) = text.strip_prefix('@') else {
        return Ok(text.to_owned());
    };
    let path = Path::new(path);
    match whole_file::read_given(path, whole_file::MAX_BYTES) {
        Ok(text) => Ok(without_line_break(text)),
        Err(error) => {
            let shown = format!("{} for {option}", printable_path(path));
            Err(Failure::io("read", &shown, &error))
        }
    }
}

/// Removes one line break (LF or CR LF) from the end.
pub fn without_line_break(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

/// The input for a source, with the encoding of the options.
pub fn input(named: &Named, reading: &Reading) -> Result<Input, Failure> {
    let mut input = match named {
        Named::File(path) => file(path, reading)?,
        Named::Member(input) => input.clone(),
        Named::Stdin => {
            let name = reading
                .stdin_filename
                .clone()
                .unwrap_or_else(|| "<stdin>".into());
            let origin = stdin().map_err(|error| Failure::io("read", "<stdin>", &error))?;
            Input {
                origin,
                ..Input::path(name)
            }
        }
    };
    if let Some(name) = &reading.encoding {
        let encoding = encoding(name)?;
        input.encoding = Some(encoding);
    }
    Ok(reading.host.stoppable(input))
}

/// The input for a file: a binary table or text.
fn file(path: &Path, reading: &Reading) -> Result<Input, Failure> {
    if let Some(object) = reading.host.object(path) {
        return Ok(object.clone());
    }
    let container = reading.container.as_deref().map(container).transpose()?;
    let sheet = reading.sheet.as_deref();
    let table = tunelint_tables::input(path, container, sheet);
    if let (Some(sheet), Some(input)) = (sheet, &table)
        && input.binary() == Some(Container::Xlsx)
    {
        has_sheet(path, sheet)?;
    }
    Ok(table.unwrap_or_else(|| Input::path(path)))
}

/// The input for a file or an object of the host that data is compared with.
pub fn compared(path: PathBuf, host: &Host) -> Input {
    let object = host.object(&path).cloned();
    let input = object.or_else(|| tunelint_tables::input(&path, None, None));
    host.stoppable(input.unwrap_or_else(|| Input::path(path)))
}

/// Fails if a workbook that can be read does not have the sheet.
fn has_sheet(path: &Path, sheet: &str) -> Result<(), Failure> {
    let Ok(names) = tunelint_tables::sheet_names(path) else {
        return Ok(());
    };
    if tunelint_tables::chosen_sheet(&names, sheet).is_some() {
        return Ok(());
    }
    let shown = printable_path(path);
    let names: Vec<String> = names.iter().map(|name| quoted(name, 40)).collect();
    let failure = Failure::new(format!("{shown} has no sheet {}", quoted(sheet, 40)));
    Err(failure.help(format!("choose one of: {}", names.join(", "))))
}

/// Standard input, saved in a temporary file: it can be read only once, and some commands read a
/// source twice.
fn stdin() -> io::Result<Origin> {
    static KEPT: Mutex<Option<Origin>> = Mutex::new(None);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(origin) = &*kept {
        return Ok(origin.clone());
    }
    let origin = Input::spool("-", &mut io::stdin().lock())?.origin;
    Ok(kept.insert(origin).clone())
}

fn encoding(name: &str) -> Result<&'static tunelint_core::source::Encoding, Failure> {
    encoding_by_name(name).ok_or_else(|| {
        Failure::new(format!("unknown encoding {}", quoted(name, 30)))
            .help("use a name of the WHATWG Encoding Standard: windows-1252, utf-16le, shift_jis, gb18030, …")
    })
}

/// How many threads to use.
pub fn threads(wanted: Option<usize>) -> usize {
    let available = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    wanted
        .filter(|threads| *threads > 0)
        .unwrap_or_else(available)
}

/// The names of the sources, for messages.
pub fn names(readers: &[Reader]) -> String {
    let names = readers
        .iter()
        .map(|reader| printable_path(&reader.input.name));
    names.collect::<Vec<_>>().join(" and ")
}

/// The number of sources that stay open while others are opened.
pub const MAX_OPEN: usize = 4;

/// Opens a source.
pub fn open(source: SourceId, input: Input, options: &ReadOptions) -> Result<Reader, Failure> {
    let path = input.name.clone();
    Reader::open(source, input, options).map_err(|error| not_opened(&path, &error))
}

/// Why a source cannot be opened, for people.
pub fn not_opened(path: &Path, error: &OpenError) -> Failure {
    let shown = printable_path(path);
    match error {
        OpenError::Io(error) => Failure::io("read", &shown, error).about(path),
        OpenError::NoColumn { name, columns } => {
            let known: Vec<&str> = columns.iter().map(String::as_str).collect();
            let near = nearest(name, &known);
            let listed: Vec<String> = columns
                .iter()
                .take(30)
                .map(|name| quoted(name, 40))
                .collect();
            let hint = near.map_or_else(String::new, |near| {
                format!("did you mean {}? ", quoted(near, 40))
            });
            Failure::new(format!("{shown}: unknown column {}", quoted(name, 40)))
                .help(format!("{hint}choose one of: {}", listed.join(", ")))
        }
    }
}
