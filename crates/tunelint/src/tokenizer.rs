//! The user's tokenizer, which counts what the library only estimates: a `tokenizer.json`, or a
//! file of ranks as tiktoken has them. Nothing is fetched.

#[cfg(feature = "tokenizer")]
mod json;
#[cfg(feature = "tokenizer")]
mod ranks;

use std::path::Path;
use std::sync::Arc;

use tunelint_core::printable::printable_path;
use tunelint_core::tokens::Tokenizer;

use crate::exit::Failure;

/// The tokenizer in the file at `path`.
pub fn load(path: &Path) -> Result<Arc<dyn Tokenizer>, Failure> {
    let name = printable_path(path);
    std::fs::metadata(path).map_err(|error| Failure::io("read", &name, &error))?;
    read(path).map_err(|why| {
        Failure::new(format!("{name} is no tokenizer that can be used: {why}"))
            .help("give a `tokenizer.json`, or the ranks of cl100k_base, o200k_base or Llama 3")
    })
}

/// The same; an error says only what is wrong.
#[cfg(feature = "tokenizer")]
pub fn read(path: &Path) -> Result<Arc<dyn Tokenizer>, String> {
    /// The largest in use has some 35 MB.
    const LARGEST: u64 = 256 << 20;
    let cause = |error| crate::exit::cause(&error);
    let size = std::fs::metadata(path).map_err(cause)?.len();
    if size > LARGEST {
        return Err("it has more than 256 MB".to_owned());
    }
    let bytes = std::fs::read(path).map_err(cause)?;
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Ok(Arc::new(json::Json::parse(&bytes)?)),
        Some(_) => Ok(Arc::new(ranks::Ranks::parse(&bytes)?)),
        None => Err("it is empty".to_owned()),
    }
}

/// The same; an error says only what is wrong.
#[cfg(not(feature = "tokenizer"))]
pub fn read(_: &Path) -> Result<Arc<dyn Tokenizer>, String> {
    Err("this program was built without the feature `tokenizer`".to_owned())
}
