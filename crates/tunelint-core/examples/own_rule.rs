//! A rule from outside the crates, which runs beside those of the registry.
#![expect(clippy::print_stdout, reason = "a front end prints")]

use std::error::Error;
use std::io;

use tunelint_core::contract::{Check, ExampleRule, RuleContext};
use tunelint_core::example::Example;
use tunelint_core::finding::{Finding, Findings, Message, Severity};
use tunelint_core::session::{DatasetSettings, OwnRule, Session, SourceRole};
use tunelint_core::source::Input;

/// Flags outputs that shout.
struct Shouting;

impl ExampleRule for Shouting {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for text in example.output_texts() {
            let letters = || text.as_str().chars().filter(|c| c.is_alphabetic());
            if letters().count() > 3 && letters().all(char::is_uppercase) {
                findings.report(example.record.at(text.span()), Severity::Warning, || {
                    Message::new("output in capital letters").help("write it in lower case")
                });
            }
        }
    }
}

fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::example(Shouting))
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = concat!(
        r#"{"text_input":"Is tea sold out?","output":"NO, IT IS NOT!"}"#,
        "\n",
        r#"{"text_input":"Is jam sold out?","output":""}"#,
        "\n",
    );
    let mut session = Session::new(1);
    let settings = DatasetSettings::default().with_rule(OwnRule::new("shouting", build));
    let settings = session.settings(settings);
    let input = Input::bytes("shop.jsonl", data.as_bytes());
    session.add(input, settings, SourceRole::Training);
    session.run(&mut |finding: Finding| {
        let at = finding.location.start;
        println!(
            "{}:{} {}: {}",
            at.line, at.column, finding.rule, finding.message
        );
        io::Result::Ok(())
    })?;
    Ok(())
}
