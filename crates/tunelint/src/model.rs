//! The model that options name: its folder or its template, read and parsed.

use std::sync::Arc;

use time::PrimitiveDateTime;
use tunelint_core::printable::{printable, printable_path, quoted};
use tunelint_core::tokens::Tokenizer;
use tunelint_model::{
    Encoder, FolderError, Model, ModelFolder, RenderOptions, SpecialTokens, Template,
    TemplateError, Templates, TextKind, parse_argument,
};

use crate::cli::ModelOptions;
use crate::exit::Failure;
use crate::whole_file;

const LENGTH: &str = "`--max-length`";

/// The model that `options` name, if they name one. A template of the command line replaces those of the
/// folder.
///
/// # Errors
/// Files that cannot be read or used, and options that need others.
pub fn load(options: &ModelOptions) -> Result<Option<Model>, Failure> {
    // In UTC, so that no time zone changes what is rendered.
    let now = time::OffsetDateTime::now_utc();
    let now = PrimitiveDateTime::new(now.date(), now.time());
    let template = options.chat_template.as_deref().map(|path| {
        let shown = printable_path(path);
        let source = whole_file::read_text(path, whole_file::MAX_BYTES);
        let source = source.map_err(|error| Failure::io("read", &shown, &error))?;
        Template::parse(&source, now).map_err(|error| invalid(&shown, &error))
    });
    let template = template.transpose()?;
    let variables = variables(options)?;
    let folder = match (options.model.as_deref(), template) {
        (Some(path), Some(template)) => ModelFolder::with_template(path, template),
        (Some(path), None) => ModelFolder::read(path, now),
        (None, Some(_)) if options.max_length.is_some() => return Err(no_tokenizer(LENGTH)),
        (None, Some(template)) => {
            let variables = RenderOptions {
                special_tokens: SpecialTokens::stand_ins(),
                ..variables
            };
            let templates = Templates::single(template);
            return Ok(Some(Model::of_templates(templates, variables)));
        }
        (None, None) => return without_model(options),
    };
    let folder = folder.map_err(|error| unusable(&error))?;
    let encoder = encoder(&folder)?;
    if options.max_length.is_some() && encoder.is_none() {
        return Err(no_tokenizer(LENGTH));
    }
    let mut model = Model::of_folder(folder, variables, encoder);
    model.max_length = options.max_length.map(|length| length as usize);
    Ok(Some(model))
}

/// Counts the tokens of texts with the tokenizer of a model.
#[derive(Debug)]
pub struct ModelTokenizer(pub Arc<dyn Encoder>);

impl Tokenizer for ModelTokenizer {
    fn count(&self, text: &str) -> Option<u64> {
        Some(self.0.tokens(text, TextKind::Rendering)?.len() as u64)
    }

    /// Not known: a tokenizer may normalize a text, and make it longer.
    fn most(&self, _: u64) -> u64 {
        u64::MAX
    }
}

/// No model; an error if an option is about one.
fn without_model(options: &ModelOptions) -> Result<Option<Model>, Failure> {
    match (options.max_length, options.template_arg.is_empty()) {
        (Some(_), _) => Err(no_tokenizer(LENGTH)),
        (None, false) => Err(no_template()),
        (None, true) => Ok(None),
    }
}

/// There is nothing to render with.
pub fn no_template() -> Failure {
    Failure::new("no chat template")
        .help("name a model folder with `--model`, or a file with `--chat-template`")
}

/// The arguments of the template.
fn variables(options: &ModelOptions) -> Result<RenderOptions, Failure> {
    let mut variables = RenderOptions::default();
    for text in &options.template_arg {
        let argument = parse_argument(text).map_err(|why| {
            Failure::new(format!(
                "invalid template argument {}: {why}",
                quoted(text, 40)
            ))
            .help("write KEY=VALUE, for example enable_thinking=false")
        })?;
        variables.arguments.push(argument);
    }
    Ok(variables)
}

/// The tokenizer of the folder; `None` if it has none.
#[cfg(feature = "tokenizer")]
fn encoder(folder: &ModelFolder) -> Result<Option<Arc<dyn Encoder>>, Failure> {
    let Some(path) = &folder.tokenizer else {
        return Ok(None);
    };
    let shown = printable_path(path);
    let bytes = whole_file::read(path, crate::tokenizer::MAX_BYTES);
    let bytes = bytes.map_err(|error| Failure::io("read", &shown, &error))?;
    let read = tunelint_model::Tokenizer::parse(&bytes).map_err(|_| {
        Failure::new(format!("{shown} is not a tokenizer that can be read"))
            .help("write it again with `save_pretrained`")
    })?;
    Ok(Some(Arc::new(read)))
}

/// None: this build reads no tokenizers.
#[cfg(not(feature = "tokenizer"))]
fn encoder(_: &ModelFolder) -> Result<Option<Arc<dyn Encoder>>, Failure> {
    Ok(None)
}

/// `what` counts tokens, and there is nothing to count with.
pub fn no_tokenizer(what: &str) -> Failure {
    let failure = Failure::new(format!("{what} needs a tokenizer"));
    failure.help(match cfg!(feature = "tokenizer") {
        true => "name a model folder that has tokenizer.json with `--model`",
        false => {
            "this build reads none: install the wheel, or build it with `--features tokenizer`"
        }
    })
}

fn invalid(name: &str, error: &TemplateError) -> Failure {
    Failure::new(format!("{name}: {}", printable(&error.to_string())))
        .help("the file is not a chat template that transformers could read")
}

fn unusable(error: &FolderError) -> Failure {
    match error {
        FolderError::Io(path, error) => Failure::io("read", &printable_path(path), error),
        FolderError::NotAFile(path) => {
            Failure::new(format!("{} is not a regular file", printable_path(path)))
        }
        FolderError::TooLarge(path, most) => Failure::new(format!(
            "{} is larger than {most} bytes",
            printable_path(path)
        )),
        FolderError::Malformed(path) => {
            Failure::new(format!("{} is not valid JSON", printable_path(path)))
        }
        FolderError::NoTemplate(path) => {
            Failure::new(format!("{} has no chat template", printable_path(path)))
                .help("name the template with `--chat-template FILE`")
        }
        FolderError::Template(name, error) => invalid(&format!("template {name}"), error),
    }
}
