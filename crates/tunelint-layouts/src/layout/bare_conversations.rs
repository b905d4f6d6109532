//! `bare-conversations`: a record is the list of messages itself, with `role` and `content`, or with
//! ShareGPT's `from` and `value`. It is written with the former.

use tunelint_data::record::{Body, Record};
use tunelint_data::text::position::Span;

use super::contract::{Layout, Losses};
use super::fields::all_of;
use super::mismatch::{MismatchKind, Mismatches};
use super::object::ObjectWriter;
use super::shared::lose_settings;
use super::turns::{bare_list, is_chat_list};
use super::{messages, sharegpt};
use crate::example::Example;
use crate::example::capacity::Capacity;

/// The layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct BareConversations;

impl Layout for BareConversations {
    fn name(&self) -> &'static str {
        "bare-conversations"
    }

    fn fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn recognises(&self, body: &Body<'_>) -> bool {
        let first = bare_list(body).and_then(|list| list.items().next());
        first.is_some_and(|turn| turn.get("role").is_some() || turn.get("from").is_some())
    }

    fn reads(&self, body: &Body<'_>) -> bool {
        bare_list(body).is_some()
    }

    fn decode<'a>(&self, record: &Record<'a>, mismatches: &mut Mismatches) -> Option<Example<'a>> {
        let Some(list) = bare_list(&record.body) else {
            mismatches.add(Span::new(0, 1), MismatchKind::NotAList);
            return None;
        };
        let is_chat = is_chat_list(&record.body);
        let turns = all_of(list.items(), |item| match is_chat {
            true => messages::turn(record, item, mismatches),
            false => sharegpt::turn(record, item, mismatches),
        })?;
        Some(Example::new(*record, turns))
    }

    fn encode(&self, example: &Example<'_>, object: &mut ObjectWriter, losses: &mut Losses) {
        messages::encode_list(example, object, losses);
        lose_settings(example, losses);
    }

    fn capacity(&self) -> Capacity {
        Capacity::CONVERSATION
    }

    fn is_list(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::testing::{read, rewrite};
    use super::super::messages::Messages;
    use super::*;

    #[test]
    fn records_round_trip() {
        let line =
            r#"[{"role":"user","content":"a"},{"role":"assistant","content":"b","weight":1}]"#;
        assert_eq!(read(&BareConversations, line).0, ["user: a", "model: b"]);
        let back = rewrite(&BareConversations, &BareConversations, line);
        assert_eq!(back, (line.into(), vec![]));
        let chat = format!(r#"{{"messages":{line}}}"#);
        let there = rewrite(&BareConversations, &Messages::Usual, line);
        assert_eq!(there, (chat.clone(), vec![]));
        let back = rewrite(&Messages::Usual, &BareConversations, &chat);
        assert_eq!(back, (line.into(), vec![]));
    }

    #[test]
    fn turns_with_from_and_value_are_read() {
        let line = r#"[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]"#;
        let usual = r#"[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]"#;
        let there = rewrite(&BareConversations, &BareConversations, line);
        assert_eq!(there, (usual.into(), vec![]));
    }

    #[test]
    fn tools_are_lost() {
        let line = r#"{"messages":[{"role":"user","content":"a"}],"tools":[]}"#;
        let (there, lost) = rewrite(&Messages::Usual, &BareConversations, line);
        assert_eq!(there, r#"[{"role":"user","content":"a"}]"#);
        assert_eq!(lost, ["field `tools`"]);
    }

    #[test]
    fn mismatches_have_locations() {
        let said = |line| read(&BareConversations, line).1;
        assert_eq!(
            said(r#"[{"role":"usr","content":"a"}]"#),
            ["unknown-role@10 /0/role: usr"]
        );
        assert_eq!(said(r#"{"a":1}"#), ["wrong-type@1 : NotAList"]);
    }
}
