//! Workbooks: Excel (`.xlsx`, `.xlsm`, `.xls`) and OpenDocument (`.ods`).

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use calamine::{Ods, OdsError, Reader, Xls, XlsError, Xlsx, XlsxError};
use tempfile::SpooledTempFile;
use tunelint_data::source::{Container, Packed, TableFault};
use zip::ZipArchive;

use crate::cell;
use crate::compound;
use crate::counted::{Counted, Meter};
use crate::guarded::{guarded, io_fault};
use crate::sheet::{SheetCell, SheetWriter};
use crate::unpacked_size;

/// Rows up to this size stay in memory.
const IN_MEMORY: usize = 8 << 20;

/// A sheet of a workbook.
#[derive(Debug)]
pub(crate) struct Workbook {
    path: PathBuf,
    sheet: Option<String>,
}

impl Workbook {
    pub(crate) fn new(path: &Path, sheet: Option<&str>) -> Self {
        Self {
            path: path.to_owned(),
            sheet: sheet.map(str::to_owned),
        }
    }
}

impl Packed for Workbook {
    fn container(&self) -> Option<Container> {
        Some(Container::Xlsx)
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        self.rows(None)
    }

    fn open_metered(&self, meter: Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
        self.rows(Some(meter))
    }
}

impl Workbook {
    fn rows(&self, meter: Meter) -> io::Result<Box<dyn Read + Send>> {
        let mut book = Book::open(&self.path, meter)?;
        let names = book.sheet_names();
        let wanted = match &self.sheet {
            Some(sheet) => vec![chosen_sheet(&names, sheet).ok_or(TableFault::Empty)?],
            None => names,
        };
        for name in wanted {
            let out = SpooledTempFile::new(IN_MEMORY);
            if let Some(mut rows) = guarded(|| book.write(&name, BufWriter::new(out)))? {
                rows.seek(SeekFrom::Start(0))?;
                return Ok(Box::new(BufReader::new(rows)));
            }
        }
        Err(TableFault::Empty.into())
    }
}

/// The names of the sheets of the workbook at `path`.
///
/// # Errors
/// I/O errors, and a [`TableFault`] for a file that is no workbook.
pub fn sheet_names(path: &Path) -> io::Result<Vec<String>> {
    Ok(Book::open(path, None)?.sheet_names())
}

/// The sheet called `wanted`, or the one with that number, counted from 1.
pub fn chosen_sheet(names: &[String], wanted: &str) -> Option<String> {
    let named = names.iter().find(|name| *name == wanted);
    let number = || names.get(wanted.parse::<usize>().ok()?.checked_sub(1)?);
    named.or_else(number).cloned()
}

/// An open workbook.
enum Book {
    Xlsx(Box<Xlsx<Counted>>),
    Xls(Box<Xls<Counted>>),
    Ods(Box<Ods<Counted>>),
}

impl Book {
    fn open(path: &Path, meter: Meter) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut magic = Vec::new();
        (&mut file).take(4).read_to_end(&mut magic)?;
        file.rewind()?;
        guarded(|| match magic.as_slice() {
            b"PK\x03\x04" => Self::open_archive(file, meter),
            b"\xd0\xcf\x11\xe0" => Self::open_old(Counted { file, meter }),
            _ => Err(TableFault::OtherFormat.into()),
        })
    }

    fn open_archive(file: File, meter: Meter) -> io::Result<Self> {
        let mut archive = ZipArchive::new(file).map_err(|_| TableFault::Damaged)?;
        unpacked_size::check(&mut archive)?;
        let is_ods = archive.index_for_name("content.xml").is_some();
        let mut file = archive.into_inner();
        file.rewind()?;
        // Only the second reading is counted.
        let file = Counted { file, meter };
        if is_ods {
            let book = Ods::new(file).map_err(ods_fault)?;
            return Ok(Self::Ods(Box::new(book)));
        }
        let book = Xlsx::new(file).map_err(xlsx_fault)?;
        Ok(Self::Xlsx(Box::new(book)))
    }

    /// Opens an older workbook. A newer one with a password is stored in the same way.
    fn open_old(mut file: Counted) -> io::Result<Self> {
        compound::check(&mut file.file)?;
        file.rewind()?;
        if let Err(XlsxError::Password) = Xlsx::new(file.file.try_clone()?) {
            return Err(TableFault::Encrypted.into());
        }
        file.rewind()?;
        let book = Xls::new(file).map_err(|error| match error {
            XlsError::Io(error) => io_fault(error),
            XlsError::Password => TableFault::Encrypted.into(),
            _ => TableFault::Damaged.into(),
        })?;
        Ok(Self::Xls(Box::new(book)))
    }

    fn sheet_names(&self) -> Vec<String> {
        match self {
            Self::Xlsx(book) => book.sheet_names(),
            Self::Xls(book) => book.sheet_names(),
            Self::Ods(book) => book.sheet_names(),
        }
    }

    /// Writes the rows of a sheet; `None` if it has no cells.
    fn write<W: Write>(&mut self, sheet: &str, out: BufWriter<W>) -> io::Result<Option<W>> {
        let mut writer = SheetWriter::new(out);
        match self {
            Self::Xlsx(book) => each_cell(book, sheet, &mut |cell| writer.cell(cell))?,
            Self::Xls(book) => {
                let range = book
                    .worksheet_range(sheet)
                    .map_err(|_| TableFault::Damaged)?;
                each_of(&range, &mut |cell| writer.cell(cell))?;
            }
            Self::Ods(book) => {
                let range = book.worksheet_range(sheet).map_err(ods_fault)?;
                each_of(&range, &mut |cell| writer.cell(cell))?;
            }
        }
        let Some(out) = writer.finish()? else {
            return Ok(None);
        };
        out.into_inner()
            .map(Some)
            .map_err(io::IntoInnerError::into_error)
    }
}

type Take<'t> = &'t mut dyn FnMut(SheetCell) -> io::Result<()>;

/// Passes the cells of a sheet one by one: a dense range would be as large as the sheet claims to be.
fn each_cell(book: &mut Xlsx<Counted>, sheet: &str, take: Take<'_>) -> io::Result<()> {
    // A sheet without cells, such as a chart.
    let Ok(mut cells) = book.worksheet_cells_reader(sheet) else {
        return Ok(());
    };
    while let Some(found) = cells.next_cell().map_err(xlsx_fault)? {
        let (row, column) = found.get_position();
        if let Some(text) = cell::text(found.get_value()) {
            let is_text = cell::is_text(found.get_value());
            take(SheetCell {
                row,
                column,
                text,
                is_text,
            })?;
        }
    }
    Ok(())
}

/// Passes the cells of a range.
fn each_of(range: &calamine::Range<calamine::Data>, take: Take<'_>) -> io::Result<()> {
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let place =
            |at: usize, first: u32| u32::try_from(at).unwrap_or(u32::MAX).saturating_add(first);
        if let Some(text) = cell::owned_text(value) {
            take(SheetCell {
                row: place(row, first_row),
                column: place(column, first_column),
                text,
                is_text: cell::is_owned_text(value),
            })?;
        }
    }
    Ok(())
}

fn xlsx_fault(error: XlsxError) -> io::Error {
    match error {
        XlsxError::Io(error) => io_fault(error),
        XlsxError::Password => TableFault::Encrypted.into(),
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => {
            TableFault::OtherFormat.into()
        }
        _ => TableFault::Damaged.into(),
    }
}

fn ods_fault(error: OdsError) -> io::Error {
    match error {
        OdsError::Io(error) => io_fault(error),
        OdsError::Password => TableFault::Encrypted.into(),
        _ => TableFault::Damaged.into(),
    }
}
