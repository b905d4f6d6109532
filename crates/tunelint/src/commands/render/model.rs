//! The template to render with, and its variables.

use time::PrimitiveDateTime;
use tunelint_core::printable::{printable, printable_path, quoted};
use tunelint_model::checks::message_starts;
use tunelint_model::{
    Conversation, FolderError, ModelFolder, RenderOptions as Variables, Rendered, Template,
    TemplateError, Templates, parse_argument,
};

use super::tokens::Counter;
use crate::cli::RenderOptions;
use crate::exit::Failure;
use crate::report::render::RenderTokens;
use crate::whole_file;

/// A model's templates with their variables.
pub(super) struct Model {
    templates: Templates,
    counter: Option<Counter>,
    variables: Variables,
}

impl Model {
    /// The model that `options` name. A template of the command line replaces those of the folder.
    pub(super) fn of(options: &RenderOptions) -> Result<Self, Failure> {
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
        let folder = match (options.model.as_deref(), template) {
            (Some(path), Some(template)) => ModelFolder::with_template(path, template),
            (Some(path), None) => ModelFolder::read(path, now),
            (None, Some(_)) if options.max_length.is_some() => return Err(no_tokenizer(false)),
            (None, Some(template)) => return Self::with(Templates::single(template), options),
            (None, None) => {
                return Err(Failure::new("no chat template")
                    .help("name a model folder with `--model`, or a file with `--chat-template`"));
            }
        };
        let folder = folder.map_err(|error| unusable(&error))?;
        let counter = Counter::of(&folder)?;
        if options.max_length.is_some() && counter.is_none() {
            return Err(no_tokenizer(folder.tokenizer.is_some()));
        }
        let mut model = Self::with(folder.templates, options)?;
        model.variables.special_tokens = folder.special_tokens;
        model.counter = counter;
        Ok(model)
    }

    fn with(templates: Templates, options: &RenderOptions) -> Result<Self, Failure> {
        let mut variables = Variables::default();
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
        Ok(Self {
            templates,
            counter: None,
            variables,
        })
    }

    /// The tokens of a rendering, if the model has a tokenizer.
    pub(super) fn tokens(&self, rendered: &Rendered) -> Option<RenderTokens> {
        self.counter.as_ref()?.count(rendered)
    }

    /// The rendering of a conversation, and where the part of each message starts in it.
    pub(super) fn render(
        &self,
        conversation: &Conversation,
    ) -> Result<(Rendered, Vec<Option<usize>>), TemplateError> {
        let template = self.templates.choose(conversation)?;
        let rendered = template.render(conversation, &self.variables)?;
        let starts = message_starts(template, conversation, &self.variables, &rendered);
        Ok((rendered, starts))
    }
}

/// `--max-length` counts tokens.
fn no_tokenizer(is_there: bool) -> Failure {
    let failure = Failure::new("`--max-length` needs a tokenizer");
    failure.help(match is_there {
        true => "this build reads none: build it with `--features tokenizer`",
        false => "name a model folder that has tokenizer.json with `--model`",
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
