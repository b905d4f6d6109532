//! A second front end: checks bytes in memory for two targets, and prints what each would do.
#![expect(clippy::print_stdout, reason = "a front end prints")]

use std::error::Error;
use std::io;

use tunelint_core::finding::Finding;
use tunelint_core::session::{DatasetSettings, Observer, Session, SourceError, SourceRole};
use tunelint_core::source::Input;

/// Prints findings as they come.
struct Printer;

impl Observer for Printer {
    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        let at = finding.location.start;
        let severity = finding.severity.as_str();
        println!(
            "{}:{} {severity} {}: {}",
            at.line, at.column, finding.rule, finding.message
        );
        Ok(())
    }

    fn unreadable(&mut self, error: &SourceError) {
        println!("unreadable: {error:?}");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = concat!(
        r#"{"messages":[{"role":"user","content":"Is tea sold out?"},{"role":"assistant","content":"No."}]}"#,
        "\n",
        r#"{"messages":[{"role":"user","content":"Hi"},{"role":"user","content":"Anybody?"},{"role":"assistant","content":"Hello."}]}"#,
        "\n",
    );
    let mut session = Session::new(1);
    let settings = session.settings(DatasetSettings::for_targets(&["together", "trl"])?);
    let input = Input::bytes("chats.jsonl", data.as_bytes());
    session.add(input, settings, SourceRole::Training);
    let outcome = session.run(&mut Printer)?;
    for verdict in &outcome.summary.verdicts {
        let would = if verdict.accepted() {
            "accepts"
        } else {
            "rejects"
        };
        println!(
            "{} {would} it: errors {}, warnings {}",
            verdict.target, verdict.errors, verdict.warnings
        );
    }
    Ok(())
}
