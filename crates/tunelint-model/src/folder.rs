//! A model folder: a snapshot of the Hugging Face Hub, or what `save_pretrained` writes.

mod file;

mod tokens;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use time::PrimitiveDateTime;

use crate::conversation::Conversation;
use crate::json_tree::JsonTree;
use crate::template::{Template, TemplateError, TemplateErrorKind};

pub use tokens::{AddedToken, SpecialTokens};

/// What is read of a model folder. Only a template is required.
#[derive(Debug, Clone)]
pub struct ModelFolder {
    /// The chat templates.
    pub templates: Templates,
    /// Named special tokens, such as `eos_token`.
    pub special_tokens: SpecialTokens,
    /// The tokens that were added to the vocabulary, by their number.
    pub added_tokens: Vec<AddedToken>,
    /// The tokens that generation stops at: those of `generation_config.json`, or else `eos_token`.
    pub stop_tokens: Vec<String>,
    /// `max_position_embeddings` of `config.json`: the longest sequence.
    pub max_positions: Option<u64>,
    /// `tokenizer.json`, if there is one. Its contents are not read.
    pub tokenizer: Option<PathBuf>,
}

/// Named chat templates.
#[derive(Debug, Clone)]
pub struct Templates {
    by_name: BTreeMap<String, Template>,
}

/// Why a model folder cannot be used.
#[derive(Debug)]
pub enum FolderError {
    /// A file or the folder cannot be read.
    Io(PathBuf, io::Error),
    /// A file that should be a regular file is something else.
    NotAFile(PathBuf),
    /// A file is larger than the limit, in bytes.
    TooLarge(PathBuf, u64),
    /// A file is not UTF-8 or not valid JSON.
    Malformed(PathBuf),
    /// The folder has no chat template.
    NoTemplate(PathBuf),
    /// A chat template cannot be parsed: its name and the error.
    Template(String, TemplateError),
}

impl ModelFolder {
    /// Reads the folder at `path`. `now` is the local time that templates see.
    ///
    /// # Errors
    /// A file that exists and cannot be read, parsed or held; no template.
    pub fn read(path: &Path, now: PrimitiveDateTime) -> Result<Self, FolderError> {
        std::fs::read_dir(path).map_err(|error| FolderError::Io(path.to_owned(), error))?;
        let json = |name: &str| file::read_json(&path.join(name));
        let config = json("tokenizer_config.json")?;
        let map = json("special_tokens_map.json")?;
        let special_tokens = SpecialTokens::collect(config.as_ref(), map.as_ref());
        let templates = Templates::read(path, config.as_ref(), now)?;
        let added_tokens = tokens::added_tokens(config.as_ref());
        let generation = json("generation_config.json")?;
        let stop_tokens = tokens::stop_tokens(generation.as_ref(), &added_tokens, &special_tokens);
        let max_positions = json("config.json")?.as_ref().and_then(max_positions);
        let tokenizer = path.join("tokenizer.json");
        let tokenizer = tokenizer.is_file().then_some(tokenizer);
        Ok(Self {
            templates,
            special_tokens,
            added_tokens,
            stop_tokens,
            max_positions,
            tokenizer,
        })
    }
}

/// The longest sequence, which multimodal models state for their text model.
fn max_positions(config: &JsonTree) -> Option<u64> {
    let own = config.get("max_position_embeddings");
    let of_text = || config.get("text_config")?.get("max_position_embeddings");
    match own.or_else(of_text)? {
        JsonTree::Number(raw) => raw.parse().ok(),
        _ => None,
    }
}

impl Templates {
    /// A single template.
    pub fn single(template: Template) -> Self {
        let by_name = BTreeMap::from([("default".to_owned(), template)]);
        Self { by_name }
    }

    /// Files win over the configuration, as in transformers.
    fn read(
        folder: &Path,
        config: Option<&JsonTree>,
        now: PrimitiveDateTime,
    ) -> Result<Self, FolderError> {
        let mut sources = BTreeMap::new();
        if let Some(source) = file::read_text(&folder.join("chat_template.jinja"))? {
            sources.insert("default".to_owned(), source);
        }
        for (name, path) in file::jinja_files(&folder.join("additional_chat_templates"))? {
            if let Some(source) = file::read_text(&path)? {
                sources.insert(name, source);
            }
        }
        if sources.is_empty() {
            sources.extend(configured(config));
        }
        if sources.is_empty() {
            let processor = file::read_json(&folder.join("chat_template.json"))?;
            sources.extend(configured(processor.as_ref()));
        }
        if sources.is_empty() {
            return Err(FolderError::NoTemplate(folder.to_owned()));
        }
        let mut by_name = BTreeMap::new();
        for (name, source) in sources {
            let template = Template::parse(&source, now)
                .map_err(|error| FolderError::Template(name.clone(), error))?;
            by_name.insert(name, template);
        }
        Ok(Self { by_name })
    }

    /// The template for a conversation: with tools the one named `tool_use`, if there is one;
    /// otherwise `default`.
    ///
    /// # Errors
    /// There are several templates and none of these.
    pub fn choose(&self, conversation: &Conversation) -> Result<&Template, TemplateError> {
        let tool_use = conversation
            .tools
            .as_ref()
            .and_then(|_| self.by_name.get("tool_use"));
        tool_use
            .or_else(|| self.by_name.get("default"))
            .ok_or_else(|| {
                let names: Vec<_> = self.by_name.keys().map(String::as_str).collect();
                let message = format!("no default chat template; found {}", names.join(", "));
                TemplateError::new(TemplateErrorKind::Conversation, message)
            })
    }

    /// All templates by their names, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Template)> {
        self.by_name
            .iter()
            .map(|(name, template)| (name.as_str(), template))
    }
}

/// Templates of a configuration: one as a string, or a list of named ones.
fn configured(config: Option<&JsonTree>) -> Vec<(String, String)> {
    match config.and_then(|config| config.get("chat_template")) {
        Some(JsonTree::Text(source)) => vec![("default".to_owned(), source.clone())],
        Some(JsonTree::List(items)) => {
            let named = items.iter().filter_map(|item| {
                let name = item.get("name")?.as_str()?;
                Some((name.to_owned(), item.get("template")?.as_str()?.to_owned()))
            });
            named.collect()
        }
        Some(JsonTree::Object(entries)) => {
            let named = entries.iter();
            named
                .filter_map(|(name, source)| Some((name.clone(), source.as_str()?.to_owned())))
                .collect()
        }
        _ => Vec::new(),
    }
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Self::NotAFile(path) => write!(f, "{} is not a regular file", path.display()),
            Self::TooLarge(path, limit) => {
                write!(f, "{} is larger than {} MiB", path.display(), limit >> 20)
            }
            Self::Malformed(path) => write!(f, "{} is not valid JSON in UTF-8", path.display()),
            Self::NoTemplate(path) => write!(
                f,
                "no chat template in {}: expected `chat_template.jinja`, or `chat_template` in \
                 `tokenizer_config.json`",
                path.display()
            ),
            Self::Template(name, error) => write!(f, "invalid chat template `{name}`: {error}"),
        }
    }
}

impl std::error::Error for FolderError {}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn read(files: &[(&str, &str)]) -> Result<ModelFolder, FolderError> {
        ModelFolder::read(folder(files).path(), PrimitiveDateTime::MIN)
    }

    const TOOLS: &str = r#"{"messages":[],"tools":[]}"#;
    const PLAIN: &str = r#"{"messages":[]}"#;

    fn chosen<'f>(folder: &'f ModelFolder, record: &str) -> &'f str {
        let conversation = Conversation::from_record(record).unwrap();
        folder.templates.choose(&conversation).unwrap().source()
    }

    #[test]
    fn files_win_over_the_configuration() {
        let config = r#"{"chat_template":"config","eos_token":"</s>"}"#;
        let found = read(&[("tokenizer_config.json", config)]).unwrap();
        assert_eq!(chosen(&found, PLAIN), "config");
        let files = [
            ("tokenizer_config.json", config),
            ("chat_template.jinja", "file"),
        ];
        assert_eq!(chosen(&read(&files).unwrap(), PLAIN), "file");
        let files = [
            ("chat_template.jinja", "file"),
            ("additional_chat_templates/tool_use.jinja", "tools"),
        ];
        let found = read(&files).unwrap();
        assert_eq!(chosen(&found, PLAIN), "file");
        assert_eq!(chosen(&found, TOOLS), "tools");
    }

    #[test]
    fn named_templates_are_chosen_by_tools() {
        let config = r#"{"chat_template":[{"name":"default","template":"d"},
            {"name":"tool_use","template":"t"}]}"#;
        let found = read(&[("tokenizer_config.json", config)]).unwrap();
        assert_eq!((chosen(&found, PLAIN), chosen(&found, TOOLS)), ("d", "t"));
        let config = r#"{"chat_template":[{"name":"rag","template":"r"}]}"#;
        let found = read(&[("tokenizer_config.json", config)]).unwrap();
        let conversation = Conversation::from_record(PLAIN).unwrap();
        assert!(found.templates.choose(&conversation).is_err());
    }

    #[test]
    fn tokens_are_read_in_every_form() {
        let config = r#"{"chat_template":"x","bos_token":{"content":"<s>"},"eos_token":"</s>",
            "unk_token":null,"added_tokens_decoder":{"2":{"content":"</s>","special":true},
            "7":{"content":"<|end|>","special":true},"8":{"content":"<think>","special":false}}}"#;
        let generation = r#"{"eos_token_id":[2,7]}"#;
        let files = [
            ("tokenizer_config.json", config),
            ("generation_config.json", generation),
            (
                "config.json",
                r#"{"text_config":{"max_position_embeddings":4096}}"#,
            ),
            ("tokenizer.json", "{}"),
        ];
        let folder = folder(&files);
        let found = ModelFolder::read(folder.path(), PrimitiveDateTime::MIN).unwrap();
        let tokens: Vec<_> = found.special_tokens.iter().collect();
        assert_eq!(tokens, [("bos_token", "<s>"), ("eos_token", "</s>")]);
        assert_eq!(found.stop_tokens, ["</s>", "<|end|>"]);
        assert_eq!(found.added_tokens.len(), 3);
        assert_eq!(found.max_positions, Some(4096));
        assert!(found.tokenizer.is_some());
    }

    #[test]
    fn faults_name_the_file() {
        let error = read(&[("config.json", "{}")]).unwrap_err().to_string();
        assert!(error.starts_with("no chat template"), "{error}");
        let error = read(&[("tokenizer_config.json", "{")])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("tokenizer_config.json is not valid JSON"),
            "{error}"
        );
        let error = read(&[("chat_template.jinja", "{% if %}")])
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("invalid chat template `default`"),
            "{error}"
        );
        let missing = Path::new("no-such-folder");
        assert!(matches!(
            ModelFolder::read(missing, PrimitiveDateTime::MIN),
            Err(FolderError::Io(..))
        ));
    }

    #[test]
    fn only_regular_files_are_read() {
        let folder = folder(&[("tokenizer_config.json/a", "")]);
        let found = ModelFolder::read(folder.path(), PrimitiveDateTime::MIN);
        assert!(matches!(found, Err(FolderError::NotAFile(_))));
    }
}
