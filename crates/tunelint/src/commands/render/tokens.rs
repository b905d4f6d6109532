//! The tokens of a rendering, where the model folder has a tokenizer and the program can read it.

#[cfg(feature = "tokenizer")]
pub(super) use reading::Counter;
#[cfg(not(feature = "tokenizer"))]
pub(super) use without::Counter;

#[cfg(feature = "tokenizer")]
mod reading {
    use tunelint_core::printable::printable_path;
    use tunelint_model::{ModelFolder, Rendered, Tokenizer, mask};

    use crate::exit::Failure;
    use crate::report::render::{CountedToken, RenderTokens};
    use crate::tokenizer::MAX_BYTES;
    use crate::whole_file;

    /// Counts with the tokenizer of a model.
    pub struct Counter(Tokenizer);

    impl Counter {
        /// The tokenizer of the folder; `None` if it has none.
        pub fn of(folder: &ModelFolder) -> Result<Option<Self>, Failure> {
            let Some(path) = &folder.tokenizer else {
                return Ok(None);
            };
            let shown = printable_path(path);
            let bytes = whole_file::read(path, MAX_BYTES);
            let bytes = bytes.map_err(|error| Failure::io("read", &shown, &error))?;
            let read = Tokenizer::parse(&bytes).map_err(|_| {
                Failure::new(format!("{shown} is not a tokenizer that can be read"))
                    .help("write it again with `save_pretrained`")
            })?;
            Ok(Some(Self(read)))
        }

        /// The tokens of a rendering; `None` if the tokenizer fails at it.
        pub fn count(&self, rendered: &Rendered) -> Option<RenderTokens> {
            let tokens = self.0.tokens(&rendered.text).ok()?;
            let trained = mask(&tokens, &rendered.trained);
            let counted = tokens.iter().zip(trained);
            let counted = counted.map(|(token, is_trained)| CountedToken {
                start: token.range.start,
                is_trained,
            });
            Some(counted.collect())
        }
    }
}

#[cfg(not(feature = "tokenizer"))]
mod without {
    use tunelint_model::{ModelFolder, Rendered};

    use crate::exit::Failure;
    use crate::report::render::RenderTokens;

    /// This build reads no tokenizers.
    pub struct Counter;

    impl Counter {
        /// None, whatever the folder has.
        pub fn of(_: &ModelFolder) -> Result<Option<Self>, Failure> {
            Ok(None)
        }

        /// Nothing is counted.
        pub fn count(&self, _: &Rendered) -> Option<RenderTokens> {
            None
        }
    }
}
