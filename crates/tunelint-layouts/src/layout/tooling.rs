//! How chat layouts write tools that were read in another layout.

use super::contract::Losses;
use super::object::ObjectWriter;
use super::turns::{ContentPiece, in_order};
use crate::example::tools::{
    self, Call, DECLARING, Declaration, Declared, Other, ToolParts, ToolResult,
};
use crate::example::{Example, Extra, Part, PartKind, Role, Turn, reasoning};
use tunelint_data::text::printable::{field_name, quoted};

/// What the messages of a layout can hold besides text.
#[derive(Debug, Clone, Copy)]
pub(super) struct TurnSupport {
    /// Calls have ids, and results refer to them.
    pub ids: bool,
    /// Results have the name of the tool.
    pub names: bool,
    /// Messages have a weight.
    pub weights: bool,
    /// Messages have reasoning.
    pub reasoning: bool,
}

impl TurnSupport {
    /// Whether a message can hold a part that is no tool call or result.
    fn holds(self, part: &Part<'_>) -> bool {
        match part.kind {
            PartKind::Reasoning => self.reasoning && reasoning::text(part).is_some(),
            _ => self.weights && part.is_weight(),
        }
    }
}

/// The name of the loss where results that matched their calls by id or name would match others by
/// order.
pub const RESULT_ORDER: &str = "order of tool results";

/// The calls and results of each turn, if the record is in another layout.
pub(super) fn foreign(example: &Example<'_>, own: bool) -> Option<Vec<ToolParts>> {
    if own { None } else { tools::exchanges(example) }
}

/// Writes a list of all turns with `write`, which also gets the turn's calls and results if the
/// record is in another layout.
pub(super) fn encode_list(
    example: &Example<'_>,
    own: bool,
    object: &mut ObjectWriter,
    mut write: impl FnMut(&Turn<'_>, Option<&ToolParts>, &mut ObjectWriter),
) {
    let exchanges = foreign(example, own);
    object.begin_array();
    for (index, turn) in example.turns.iter().enumerate() {
        let exchange = exchanges.as_ref().and_then(|all| all.get(index));
        write(turn, exchange, object);
    }
    object.end_array();
}

/// Writes the fields other than the turns: copied if the record is in this layout (`own`),
/// otherwise tools as `declare` writes them. Fields in `there` have already been written.
pub(super) fn settings(
    example: &Example<'_>,
    own: bool,
    there: &[&str],
    object: &mut ObjectWriter,
    losses: &mut Losses,
    declare: impl Fn(&[Declaration], &mut ObjectWriter),
) {
    let mut declared = false;
    for setting in &example.settings {
        let Extra { key, raw, span, .. } = setting;
        if there.contains(key) {
            continue;
        }
        if own {
            object.key(key);
            object.raw(raw);
            continue;
        }
        let tools = DECLARING
            .contains(key)
            .then(|| tools::declared_by(setting))
            .flatten();
        match tools {
            Some(Declared { tools, others }) if !declared => {
                declared = true;
                for other in tools.iter().flat_map(|tool| &tool.others) {
                    losses.add(format!("{} of a tool", field_name(other)), *span);
                }
                for other in others {
                    losses.add(format!("{} next to tools", field_name(&other)), *span);
                }
                declare(&tools, object);
            }
            _ => losses.add(field_name(key), *span),
        }
    }
}

/// Writes the texts of a turn, each as an object with a `text`, and the parts that `copied` accepts,
/// in the order of the source. The text of a tool result is left to the caller, which writes it as
/// part of the result.
pub(super) fn encode_pieces(
    turn: &Turn<'_>,
    copied: impl Fn(&Part<'_>) -> bool,
    exchange: Option<&ToolParts>,
    object: &mut ObjectWriter,
) {
    let has_results = turn.parts.iter().any(|part| part.kind == PartKind::Result);
    let is_result = |exchange: &ToolParts| turn.role == Role::Tool && !exchange.outcomes.is_empty();
    let is_left = !has_results && exchange.is_some_and(is_result);
    for item in in_order(turn, copied) {
        match item {
            ContentPiece::Part(part) => object.raw(part.raw),
            ContentPiece::Texts(_) if is_left => {}
            ContentPiece::Texts(texts) => {
                object.begin_object();
                object.key("text");
                object.texts(texts);
                object.end_object();
            }
        }
    }
}

/// The parts of a turn from another layout that can be written.
pub(super) struct WrittenTools<'x> {
    /// The calls that can be written.
    pub calls: Vec<&'x Call>,
    /// The results.
    pub outcomes: &'x [ToolResult],
}

/// The calls and results of a turn from another layout that can be written; the rest is noted as
/// lost.
pub(super) fn written<'x>(
    turn: &Turn<'_>,
    exchange: Option<&'x ToolParts>,
    room: TurnSupport,
    losses: &mut Losses,
) -> WrittenTools<'x> {
    let Some(exchange) = exchange else {
        lose(turn, |part| !room.holds(part), losses);
        lose_of_reasoning(turn, room, losses);
        return WrittenTools {
            calls: Vec::new(),
            outcomes: &[],
        };
    };
    let mut calls = Vec::new();
    for call in &exchange.calls {
        let fits = call.name.is_some() && call.arguments.as_ref().is_none_or(|of| of.is_object);
        if !fits {
            losses.add("tool call", call.span);
            continue;
        }
        if call.has_id && !room.ids {
            losses.add("id of a tool call", call.span);
        }
        if call.is_unusual {
            losses.add("format of a tool call", call.span);
        }
        calls.push(call);
    }
    for outcome in &exchange.outcomes {
        lose_of_result(outcome, room, turn, losses);
    }
    for Other { what, span } in &exchange.others {
        losses.add(what, *span);
    }
    let is_lost = |part: &Part<'_>| match part.kind {
        // What the exchange does not contain of them is among its others.
        PartKind::Call | PartKind::Result => false,
        PartKind::Media | PartKind::Inner | PartKind::LabelName => true,
        PartKind::Reasoning => !room.holds(part),
        PartKind::Note if part.is_weight() => !room.holds(part),
        PartKind::Note => !(turn.role == Role::Tool && matches!(part.key, "tool_call_id" | "name")),
    };
    lose(turn, is_lost, losses);
    lose_of_reasoning(turn, room, losses);
    WrittenTools {
        calls,
        outcomes: &exchange.outcomes,
    }
}

/// Notes what is lost of reasoning of which the text is written.
fn lose_of_reasoning(turn: &Turn<'_>, room: TurnSupport, losses: &mut Losses) {
    let is_written = |part: &&Part<'_>| part.kind == PartKind::Reasoning && room.holds(part);
    for part in turn.parts.iter().filter(is_written) {
        for name in reasoning::others(part) {
            losses.add(format!("{} of reasoning", field_name(&name)), part.span);
        }
    }
}

/// Notes what is lost of a result: its format, and its id or name if no call has it.
fn lose_of_result(outcome: &ToolResult, room: TurnSupport, turn: &Turn<'_>, losses: &mut Losses) {
    if outcome.is_structured {
        let name = outcome.name.as_deref().unwrap_or_default();
        let what = format!("format of the result of {}", quoted(name, 40));
        losses.add(what, turn.span);
    }
    if outcome.is_early && !room.ids && !room.names {
        losses.add(RESULT_ORDER, turn.span);
    }
    let is_named = outcome.is_misnamed || (!outcome.answers && outcome.name.is_some());
    if is_named && !room.names {
        losses.add("name of a tool result", turn.span);
    }
    if !outcome.answers && outcome.id.is_some() && !room.ids {
        losses.add("id of a tool result", turn.span);
    }
}

/// Notes system messages after the first turn, where the layout cannot hold them.
pub(super) fn lose_system_places(turns: &[Turn<'_>], losses: &mut Losses) {
    let later = turns.iter().skip(1);
    for turn in later.filter(|turn| turn.role == Role::System) {
        losses.add("position of a system message", turn.span);
    }
}

/// Notes the parts of a turn that `wanted` accepts as lost.
pub(super) fn lose(turn: &Turn<'_>, wanted: impl Fn(&Part<'_>) -> bool, losses: &mut Losses) {
    // A refusal that is the turn's text has already been written.
    let parts = turn.parts.iter().filter(|part| !turn.is_refusal_part(part));
    for part in parts.filter(|part| wanted(part)) {
        losses.add(part.name(), part.span);
    }
}

/// The arguments of a call, as JSON.
pub(super) fn arguments(call: &Call) -> &str {
    call.arguments.as_ref().map_or("{}", |of| of.json.as_str())
}

/// Writes the fields of a declaration that most layouts share.
pub(super) fn describe(tool: &Declaration, object: &mut ObjectWriter) {
    object.key("name");
    object.string(&tool.name);
    if let Some(description) = &tool.description {
        object.key("description");
        object.string(description);
    }
}

/// The same with the schema of the arguments.
pub(super) fn describe_with_parameters(tool: &Declaration, object: &mut ObjectWriter) {
    describe(tool, object);
    if let Some(parameters) = &tool.parameters {
        object.key("parameters");
        object.raw(parameters);
    }
}
