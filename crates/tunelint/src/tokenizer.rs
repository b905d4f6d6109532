//! The user's tokenizer, which replaces the library's estimate of tokens: a `tokenizer.json` or a
//! tiktoken rank file. Nothing is downloaded.

#[cfg(feature = "tokenizer")]
mod json;
#[cfg(feature = "tokenizer")]
mod ranks;

use std::path::Path;
use std::sync::Arc;

#[cfg(feature = "tokenizer")]
use tunelint_core::printable::printable_path;
use tunelint_core::tokens::Tokenizer;

use crate::exit::Failure;

/// The largest tokenizer in use has about 35 MB.
#[cfg(feature = "tokenizer")]
pub const MAX_BYTES: u64 = 256 << 20;

/// Loads the tokenizer in the file at `path`.
#[cfg(feature = "tokenizer")]
pub fn load(path: &Path) -> Result<Arc<dyn Tokenizer>, Failure> {
    let name = printable_path(path);
    std::fs::metadata(path).map_err(|error| Failure::io("read", &name, &error))?;
    read(path).map_err(|why| {
        Failure::new(format!("{name}: unsupported tokenizer: {why}"))
            .help("use a `tokenizer.json`, or the rank file of cl100k_base, o200k_base or Llama 3")
    })
}

/// Like [`load`], but the error does not name the file.
#[cfg(feature = "tokenizer")]
pub fn read(path: &Path) -> Result<Arc<dyn Tokenizer>, String> {
    let bytes = crate::whole_file::read(path, MAX_BYTES);
    let bytes = bytes.map_err(|error| crate::exit::cause(&error))?;
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Ok(Arc::new(json::JsonTokenizer::parse(&bytes)?)),
        Some(_) => Ok(Arc::new(ranks::Ranks::parse(&bytes)?)),
        None => Err("empty file".to_owned()),
    }
}

/// Fails: this build cannot read tokenizers.
#[cfg(not(feature = "tokenizer"))]
pub fn load(_: &Path) -> Result<Arc<dyn Tokenizer>, Failure> {
    Err(Failure::new(WITHOUT.to_owned())
        .help("install the wheel, or build tunelint with `--features tokenizer`"))
}

/// Fails: this build cannot read tokenizers.
#[cfg(not(feature = "tokenizer"))]
pub fn read(_: &Path) -> Result<Arc<dyn Tokenizer>, String> {
    Err(WITHOUT.to_owned())
}

#[cfg(not(feature = "tokenizer"))]
const WITHOUT: &str = "this build of tunelint has no tokenizers (feature `tokenizer`)";
