//! Messages that consist of a role and a text, in layouts with their own role names.

use super::contract::Losses;
use super::fields::notes;
use super::mismatch::{Mismatches, unknown_role};
use super::object::ObjectWriter;
use super::role_field::RoleField;
use super::tooling;
use super::turns::{role_name, turn_text};
use crate::example::{Example, PartKind, Role, Turn};
use tunelint_data::record::json::Value;
use tunelint_data::record::{Body, Field, Record};

/// How a layout writes its messages.
pub(super) struct Plain {
    /// The field with all messages.
    pub list: &'static str,
    /// The key of the role.
    pub speaker: &'static str,
    /// The key of the text.
    pub text: &'static str,
    /// The role names.
    pub names: &'static [&'static str],
    /// The role of each name.
    pub roles: &'static [Role],
}

/// The maximum edit distance between a role name and a misspelled one.
const MAX_TYPOS: usize = 2;

impl Plain {
    fn role_called(&self, name: &str) -> Option<Role> {
        let at = self.names.iter().position(|known| *known == name)?;
        self.roles.get(at).copied()
    }

    /// Where the messages have their role.
    pub(super) fn role_field(&self) -> RoleField {
        RoleField::of(self.list, self.speaker, self.names)
    }

    /// Whether the messages use these role names: each has one of them, possibly misspelled, and
    /// none has a name of the `usual` layout of the list. A typo in one role does not make the
    /// record a different layout.
    pub(super) fn is_meant(&self, body: &Body<'_>, usual: &[&str]) -> bool {
        let Some(Field::Other(list)) = body.field(self.list) else {
            return false;
        };
        let mut names = list.items().map(|turn| {
            let name = turn.get(self.speaker).and_then(Value::as_str);
            name.unwrap_or_default()
        });
        let is_near = |name: &str| {
            let slip = |known: &&str| strsim::damerau_levenshtein(known, name);
            self.names
                .iter()
                .any(|known| slip(known) <= MAX_TYPOS.min(known.len() / 3))
        };
        let is_own = |name| self.role_called(name).is_some();
        list.items().next().is_some()
            && names.all(|name| is_own(name) || (is_near(name) && !usual.contains(&name)))
    }

    /// Reads a message.
    pub(super) fn turn<'a>(
        &self,
        record: &Record<'a>,
        item: Value<'a>,
        mismatches: &mut Mismatches,
    ) -> Option<Turn<'a>> {
        let named = role_name(item, self.speaker, self.names, mismatches);
        let text = turn_text(item, self.text, mismatches);
        let (named, text) = (named?, text?);
        let name = named.as_str().unwrap_or_default();
        let Some(role) = record.role_aliases.role(name, self.role_called(name)) else {
            unknown_role(self.speaker, named, self.names, mismatches);
            return None;
        };
        let mut turn = Turn::of_text(role, text.text()?);
        turn.span = item.span();
        turn.parts.extend(notes(item, &[self.speaker, self.text]));
        Some(turn)
    }

    /// Writes the list of messages, without turns whose role has no name here.
    pub(super) fn encode(
        &self,
        example: &Example<'_>,
        object: &mut ObjectWriter,
        losses: &mut Losses,
    ) {
        object.key(self.list);
        object.begin_array();
        for turn in &example.turns {
            self.encode_turn(turn, object, losses);
        }
        object.end_array();
    }

    fn encode_turn(&self, turn: &Turn<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        let at = self.roles.iter().position(|role| *role == turn.speaker());
        let Some(name) = at.and_then(|at| self.names.get(at)) else {
            // The system prompt has a separate field.
            if turn.role == Role::Tool {
                losses.add("tool result", turn.span);
                tooling::lose(turn, |part| part.kind != PartKind::Result, losses);
            }
            return;
        };
        object.begin_object();
        object.key(self.speaker);
        object.string(name);
        object.key(self.text);
        object.texts(&turn.texts);
        object.end_object();
        tooling::lose(turn, |_| true, losses);
    }
}
