//! Renders records as a model sees them: the chat template of a model folder applied as
//! `transformers` applies it, and what follows from the rendering for training.
//!
//! A [`ModelFolder`] has [`Template`]s and special tokens; with a tokenizer it is a [`Model`]; a
//! [`Conversation`] is a record as it is.
//! [`Template::render`] gives the text and the ranges that the template marks as trained on. The
//! functions in [`checks`] say what of the record the rendering lacks, whether prefixes are
//! preserved, and whether stopping is trained.
//!
//! A template is a stranger's code: it reads no files, and work, depth and output are bounded. It is
//! compiled and run with a deep stack, for which each call starts a thread; a caller that renders
//! many records wraps them in [`with_deep_stack`], so that they share one.
//!
//! ```
//! use tunelint_model::{Conversation, RenderOptions, Template};
//!
//! let source = "{% for m in messages %}<{{ m.role }}>{% generation %}{{ m.content }}</s>\
//!               {% endgeneration %}{% endfor %}";
//! let now = time::PrimitiveDateTime::MIN;
//! let template = Template::parse(source, now)?;
//! let record = r#"{"messages":[{"role":"assistant","content":"Hello"}]}"#;
//! let conversation = Conversation::from_record(record)?;
//! let rendered = template.render(&conversation, &RenderOptions::default())?;
//! assert_eq!(rendered.text, "<assistant>Hello</s>");
//! assert_eq!(rendered.trained, [11..20]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod json_tree;

mod python;

mod template;

mod conversation;

mod folder;

mod render;

pub mod checks;

mod tokens;

mod model;

#[cfg(feature = "tokenizer")]
mod tokenizer;

pub use conversation::{Conversation, RecordError, parse_argument};
pub use folder::{AddedToken, FolderError, ModelFolder, SpecialTokens, Templates};
pub use json_tree::JsonTree;
pub use model::Model;
pub use render::{RenderOptions, Rendered};
pub use template::{Template, TemplateError, TemplateErrorKind, is_guarded, with_deep_stack};
#[cfg(feature = "tokenizer")]
pub use tokenizer::{Tokenizer, TokenizerError};
pub use tokens::{Encoder, TextKind, Token, TokenKind, mask};
