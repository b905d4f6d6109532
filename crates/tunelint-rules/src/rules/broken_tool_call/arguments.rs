//! Compares the arguments of calls with the JSON Schema that the tool declares.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use serde_json::Value;

use crate::contract::RuleContext;
use crate::contract::schema::{Schema, SchemaCompiler};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::Example;
use tunelint_layouts::example::tools::{Call, Declaration};
use tunelint_layouts::finding::{Consequence, Findings, Impact, Message, Severity};

/// The number of compiled schemas that are kept. Datasets declare few tools, or different ones in
/// each record, where keeping them saves nothing.
const MAX_KEPT: usize = 1_024;

/// A compiled schema, or what is wrong with it.
type Compiled = Result<Arc<dyn Schema>, String>;

/// The schemas of tools, compiled when they are first met.
pub(super) struct ArgumentSchemas {
    compiler: Arc<dyn SchemaCompiler>,
    /// By the text of the schema.
    compiled: RwLock<HashMap<String, Compiled>>,
    impact: Impact<'static>,
}

impl ArgumentSchemas {
    /// `None` if the program has no validator.
    pub(super) fn new(context: &RuleContext) -> Option<Self> {
        let compiler = Arc::clone(context.schema_compiler.as_ref()?);
        let warning = Impact::from(Severity::Warning);
        Some(Self {
            compiler,
            compiled: RwLock::default(),
            // Targets compare the structure of calls, not their arguments with the schema.
            impact: match context.profiles.as_slice() {
                [] => warning,
                _ => warning.consequence(Consequence::Quality),
            },
        })
    }

    /// Checks the arguments of `call`, whose tool is declared in the field at `declared`.
    pub(super) fn check(
        &self,
        example: &Example<'_>,
        call: &Call,
        tool: &Declaration,
        declared: Span,
        findings: &mut Findings<'_>,
    ) {
        // Other layouts have other words for types.
        let arguments = call.arguments.as_ref().filter(|of| of.is_object);
        let (Some(arguments), true) = (arguments, call.is_of_messages) else {
            return;
        };
        let parameters = tool.parameters.as_deref();
        let Some(parameters) = parameters.filter(|text| text.starts_with('{')) else {
            return;
        };
        let name = || quoted(&tool.name, 40);
        match self.compiled(parameters) {
            Err(why) => findings.report(example.record.at(declared), self.impact, || {
                Message::new(format!(
                    "parameters of {} are not a JSON Schema: {why}",
                    name()
                ))
                .help("declare the arguments as a JSON Schema of type `object`")
            }),
            Ok(schema) => {
                let value = serde_json::from_str::<Value>(&arguments.json);
                let violations =
                    value.map_or_else(|_| Vec::new(), |value| schema.violations(&value));
                let Some(first) = violations.first() else {
                    return;
                };
                findings.report(example.record.at(call.span), self.impact, || {
                    let at = match first.pointer.as_str() {
                        "" => String::new(),
                        pointer => format!(" at {}", quoted(pointer, 60)),
                    };
                    let fault = &first.fault;
                    Message::new(format!(
                        "arguments of {} do not match its parameters{at}: {fault}",
                        name()
                    ))
                    .help("fix the arguments, or the declaration of the tool")
                });
            }
        }
    }

    /// The compiled schema of `text`.
    fn compiled(&self, text: &str) -> Compiled {
        let kept = self.compiled.read();
        if let Some(known) = kept.ok().and_then(|kept| kept.get(text).cloned()) {
            return known;
        }
        let schema = serde_json::from_str(text).map_err(|_| "not valid JSON".to_owned());
        let compiled = schema.and_then(|schema| self.compiler.compile(&schema));
        if let Ok(mut kept) = self.compiled.write()
            && kept.len() < MAX_KEPT
        {
            kept.insert(text.to_owned(), compiled.clone());
        }
        compiled
    }
}
