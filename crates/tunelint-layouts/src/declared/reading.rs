//! How an entry says that records are read, in terms of the layouts.

use std::sync::Arc;

use tunelint_data::record::roles::RoleAliases;

use super::entry::{Entry, Formatting};
use crate::layout::{self, AlpacaColumns, Layout, MappedAlpaca, MappedPreference};

/// The layout of a source and the names of its roles.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The layout.
    pub layout: Arc<dyn Layout>,
    /// Whether its fields have other names than usual.
    pub mapped: bool,
    /// The names of roles.
    pub role_aliases: RoleAliases,
    /// The field that labels a response.
    pub tag: Option<String>,
}

impl Reading {
    fn of(layout: &str) -> Option<Self> {
        Some(Self {
            layout: layout::by_name(layout)?,
            mapped: false,
            role_aliases: RoleAliases::default(),
            tag: None,
        })
    }

    fn mapped(layout: impl Layout + 'static) -> Self {
        Self {
            layout: Arc::new(layout),
            mapped: true,
            role_aliases: RoleAliases::default(),
            tag: None,
        }
    }
}

/// The columns of `alpaca` and their usual names. The first and the third are in every record.
const ALPACA: [(&str, &str); 5] = [
    ("prompt", "instruction"),
    ("query", "input"),
    ("response", "output"),
    ("system", "system"),
    ("history", "history"),
];
/// The columns that the layout of messages with `from` and `value` reads under these names.
const BESIDE_TURNS: [&str; 5] = ["system", "tools", "images", "videos", "audios"];

impl Entry {
    /// How records with the fields `names` are read. `None` if no layout reads them as the entry
    /// says; then the layout is detected.
    pub fn reading(&self, names: &[String]) -> Option<Reading> {
        let has = |key: &str| {
            self.column(key)
                .is_some_and(|name| names.iter().any(|of| of == name))
        };
        let required: &[&str] = match (self.formatting?, self.ranking) {
            (Formatting::Alpaca, false) => &["prompt"],
            (Formatting::Alpaca, true) => &["prompt", "chosen", "rejected"],
            (Formatting::ShareGpt | Formatting::OpenAi, _) => &["messages"],
        };
        let reading = required
            .iter()
            .copied()
            .all(has)
            .then(|| self.layout(names))?;
        Some(Reading {
            tag: self.column("kto_tag").map(str::to_owned),
            ..reading?
        })
    }

    fn layout(&self, names: &[String]) -> Option<Reading> {
        match (self.is_chat(), self.ranking) {
            (true, _) => self.chat(),
            (false, true) => self.preference(),
            (false, false) => self.alpaca(names),
        }
    }

    fn preference(&self) -> Option<Reading> {
        let (chosen, rejected) = (self.column("chosen")?, self.column("rejected")?);
        let named = [self.column("prompt")?, chosen, rejected];
        let others = ["query", "history", "system"];
        if named == ["prompt", "chosen", "rejected"]
            && others.iter().all(|key| self.column(key).is_none())
        {
            return Reading::of("preference");
        }
        let columns = self.alpaca_columns(chosen)?;
        Some(Reading::mapped(MappedPreference::new(
            columns,
            rejected.to_owned(),
        )))
    }

    /// The fields of one response, which is in `response`.
    fn alpaca_columns(&self, response: &str) -> Option<AlpacaColumns> {
        let owned = |key: &str| self.column(key).map(str::to_owned);
        Some(AlpacaColumns {
            prompt: owned("prompt")?,
            query: owned("query"),
            response: response.to_owned(),
            system: owned("system"),
            history: owned("history"),
        })
    }

    fn alpaca(&self, names: &[String]) -> Option<Reading> {
        let column = |key: &str| self.column(key);
        if column("response").is_none() {
            // Text without a response is for pretraining.
            return match column("prompt") == Some("text") && column("query").is_none() {
                true => Reading::of("text"),
                false => None,
            };
        }
        if [column("prompt"), column("response")] == [Some("prompt"), Some("completion")]
            && column("kto_tag") == Some("label")
        {
            return Reading::of("kto");
        }
        // A field that the entry does not name is not read, even under its usual name.
        let is_usual = |(key, name): &(&str, &str)| match column(key) {
            Some(column) => column == *name,
            None => !names.iter().any(|of| of == name),
        };
        if ALPACA.iter().all(is_usual) {
            return Reading::of("alpaca");
        }
        let columns = self.alpaca_columns(column("response")?)?;
        Some(Reading::mapped(MappedAlpaca::new(columns)))
    }

    fn chat(&self) -> Option<Reading> {
        let tags = ["role_tag", "content_tag"].map(|key| self.tag(key));
        let is_turn = tags == [Some("from"), Some("value")];
        let is_message = tags == [Some("role"), Some("content")];
        let layout = match self.column("messages")? {
            "conversations" if is_turn && self.ranking => "preference-sharegpt",
            "conversations" if is_turn => "sharegpt",
            "conversations" if is_message && !self.ranking => "conversations",
            "messages" if is_message && !self.ranking => "messages",
            _ => return None,
        };
        let reading = Reading::of(layout)?;
        Some(Reading {
            role_aliases: self.role_aliases(is_turn),
            ..reading
        })
    }

    /// The roles that the tags name. Only messages with `from` and `value` have a role for calls.
    fn role_aliases(&self, with_calls: bool) -> RoleAliases {
        let mut aliases = RoleAliases::default();
        let meanings = [
            ("function_tag", "call"),
            ("system_tag", "system"),
            ("observation_tag", "tool"),
            ("user_tag", "user"),
            ("assistant_tag", "model"),
        ];
        // Where two tags share a name, the last counts.
        for (key, meaning) in meanings {
            if let Some(name) = self.tag(key).filter(|_| with_calls || meaning != "call") {
                aliases.add(name, meaning);
            }
        }
        aliases
    }

    /// The settings that no layout has a counterpart for, as `columns.images`.
    pub(super) fn not_mapped(&self) -> Vec<String> {
        let is_broken = |key: &&str| self.ranking && self.column(key).is_none();
        if ["chosen", "rejected"].iter().any(is_broken) {
            // That the entry cannot be used is reported anyway.
            return Vec::new();
        }
        let columns = self.columns.iter().flatten();
        let columns = columns.filter(|(key, of)| !self.is_mapped(key, &of.name));
        let tags = self.tags.iter().flatten();
        let is_key = |key: &str| matches!(key, "role_tag" | "content_tag");
        let tags = tags.filter(|(key, _)| is_key(key) && self.is_chat() && self.chat().is_none());
        let columns = columns.map(|(key, _)| format!("columns.{key}"));
        columns
            .chain(tags.map(|(key, _)| format!("tags.{key}")))
            .collect()
    }

    fn is_chat(&self) -> bool {
        matches!(
            self.formatting,
            Some(Formatting::ShareGpt | Formatting::OpenAi)
        )
    }

    /// Whether a layout reads the column `name` as `key`, or the trainer does not read it either.
    fn is_mapped(&self, key: &str, name: &str) -> bool {
        match (key, self.formatting) {
            (_, None) => true,
            ("chosen" | "rejected", _) if !self.ranking => true,
            ("kto_tag", _) => self.layout(&[]).is_some(),
            ("images" | "videos" | "audios" | "tools", Some(Formatting::Alpaca)) => false,
            (key, Some(Formatting::Alpaca)) => key == "messages" || self.layout(&[]).is_some(),
            ("messages", _) => self.chat().is_some(),
            ("chosen" | "rejected", _) => name == key && self.chat().is_some(),
            (key, _) if BESIDE_TURNS.contains(&key) && self.ranking => false,
            (key, _) if BESIDE_TURNS.contains(&key) => {
                name == key
                    && (self.tag("role_tag") == Some("from") || matches!(key, "system" | "tools"))
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::info::DatasetInfo;
    use super::*;
    use tunelint_data::record::roles::RoleMeaning;

    /// The only entry of a file.
    fn entry(text: &str) -> Entry {
        let text = format!(r#"{{"a":{{"file_name":"a.json",{text}}}}}"#);
        let info = DatasetInfo::parse("i".into(), text.as_bytes(), &|_| true);
        let mut info = info.expect("entries");
        assert!(info.problems.is_empty(), "{:?}", info.problems);
        info.entries.remove(0)
    }

    /// The layout in which records with `names` are read.
    fn layout(text: &str, names: &[&str]) -> Option<&'static str> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let reading = entry(text).reading(&names)?;
        Some(reading.layout.name())
    }

    #[test]
    fn formatting_and_columns_decide_on_the_layout() {
        let usual = ["instruction", "input", "output"];
        assert_eq!(layout(r#""split":"train""#, &usual), Some("alpaca"));
        let own = r#""columns":{"prompt":"q","response":"a"}"#;
        assert_eq!(layout(own, &["q", "a"]), Some("alpaca"));
        assert_eq!(layout(own, &["question", "a"]), None);
        let text = r#""columns":{"prompt":"text"}"#;
        assert_eq!(layout(text, &["text"]), Some("text"));
        let sides = r#""prompt":"prompt","chosen":"chosen","rejected":"rejected""#;
        let ranked = format!(r#""ranking":true,"columns":{{{sides}}}"#);
        let names = ["prompt", "chosen", "rejected"];
        assert_eq!(layout(&ranked, &names), Some("preference"));
        let turns = r#""formatting":"sharegpt""#;
        assert_eq!(layout(turns, &["conversations"]), Some("sharegpt"));
        let sides = r#""prompt":"question","chosen":"chosen","rejected":"rejected""#;
        let ranked = format!(r#""ranking":true,"columns":{{{sides}}}"#);
        let names = ["question", "chosen", "rejected"];
        assert_eq!(layout(&ranked, &names), Some("preference"));
        assert!(entry(&ranked).not_mapped().is_empty());
        let chat = r#""formatting":"openai","columns":{"messages":"messages"},"tags":{"role_tag":"role","content_tag":"content"}"#;
        assert_eq!(layout(chat, &["messages"]), Some("messages"));
    }

    #[test]
    fn a_field_that_the_entry_does_not_name_is_not_read() {
        let entry = entry(r#""columns":{"prompt":"instruction","response":"output"}"#);
        let names = ["instruction", "input", "output"].map(str::to_owned);
        let reading = entry.reading(&names).expect("a layout");
        assert!(reading.mapped);
        let without = entry.reading(&[names[0].clone(), names[2].clone()]);
        assert!(!without.expect("a layout").mapped);
    }

    #[test]
    fn the_label_can_have_any_name() {
        let text = r#""columns":{"prompt":"q","response":"a","kto_tag":"good"}"#;
        let reading = entry(text).reading(&["q".to_owned()]).expect("a layout");
        assert_eq!(reading.tag.as_deref(), Some("good"));
        assert!(entry(text).not_mapped().is_empty());
    }

    #[test]
    fn tags_name_roles() {
        let tags =
            r#""role_tag":"from","content_tag":"value","user_tag":"me","function_tag":"act""#;
        let entry = entry(&format!(r#""formatting":"sharegpt","tags":{{{tags}}}"#));
        let reading = entry.reading(&["conversations".to_owned()]);
        let aliases = reading.expect("a layout").role_aliases;
        assert_eq!(
            aliases.role("me", None),
            Some(tunelint_data::record::roles::Role::User)
        );
        assert_eq!(aliases.get("act"), Some(RoleMeaning::Call));
    }

    #[test]
    fn settings_without_a_counterpart_are_listed() {
        let not_mapped = |text| entry(text).not_mapped();
        let chat = r#""formatting":"sharegpt","columns":{"messages":"talk"}"#;
        assert_eq!(not_mapped(chat), ["columns.messages"]);
        let columns = r#""columns":{"prompt":"q","response":"a","images":"images"}"#;
        assert_eq!(not_mapped(columns), ["columns.images"]);
        let tags = r#""formatting":"sharegpt","tags":{"role_tag":"who","content_tag":"value"}"#;
        assert_eq!(not_mapped(tags), ["tags.content_tag", "tags.role_tag"]);
        let all = r#""formatting":"sharegpt","columns":{"messages":"conversations","system":"system","tools":"tools","images":"images"}"#;
        assert_eq!(not_mapped(all), [""; 0]);
    }
}
