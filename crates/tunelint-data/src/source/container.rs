//! Containers: how the bytes of a file become records.

/// How the bytes of a file become records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// One JSON object per line.
    Jsonl,
    /// One JSON document: a list of objects, or an object that holds one.
    Json,
    /// Comma-separated values with a header (any delimiter).
    Csv,
    /// Tab-separated values with a header.
    Tsv,
    /// An Apache Parquet file.
    Parquet,
    /// An Apache Arrow file or stream.
    Arrow,
    /// A sheet of an Excel or OpenDocument workbook.
    Xlsx,
}

impl Container {
    /// Every container.
    pub const ALL: [Self; 7] = [
        Self::Jsonl,
        Self::Json,
        Self::Csv,
        Self::Tsv,
        Self::Parquet,
        Self::Arrow,
        Self::Xlsx,
    ];

    /// The name in options and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Xlsx => "xlsx",
        }
    }

    /// The container called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|container| container.as_str() == name)
    }

    /// The container of a file name, by its extension; `.gz` and `.zst` are ignored.
    ///
    /// ```
    /// use tunelint_data::source::Container;
    /// assert_eq!(Container::from_path("train.JSONL.gz".as_ref()), Some(Container::Jsonl));
    /// assert_eq!(Container::from_path("notes.txt".as_ref()), None);
    /// ```
    pub fn from_path(path: &std::path::Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let name = name
            .strip_suffix(".gz")
            .or_else(|| name.strip_suffix(".zst"))
            .unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "parquet" => Some(Self::Parquet),
            "arrow" | "feather" => Some(Self::Arrow),
            "xlsx" | "xlsm" | "xls" | "ods" => Some(Self::Xlsx),
            _ => None,
        }
    }

    /// Whether its records are lines of text fields under a header.
    pub fn has_rows(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv)
    }

    /// Whether people name its columns, so that their names are compared without case and spaces.
    pub fn has_header(self) -> bool {
        self.has_rows() || self == Self::Xlsx
    }

    /// Whether it is a [binary table](super::Packed): its records have rows and columns, but no lines.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow | Self::Xlsx)
    }
}
