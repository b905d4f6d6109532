//! Reports: whatever is found, every format is well-formed, and nothing in it is a command, a raw control
//! character or a secret.

use std::path::PathBuf;

use serde_json::Value;
use tunelint_core::finding::Finding;
use tunelint_core::printable::is_hidden;
use tunelint_core::totals::{Summary, UnreadFile};

use super::shown::{SECRET, TELLING};
use super::{assembled, sniffing};

/// The findings of a check of bytes with a secret among them, in a file with any name; then the same
/// findings with any text in the place of theirs.
pub fn run(data: &[u8]) {
    let (choice, rest) = assembled::choice(data);
    let (at, rest) = assembled::choice(rest);
    let name = sniffing::NAMES[choice % sniffing::NAMES.len()];
    let bytes = assembled::bytes(rest);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (before, after) = bytes.split_at(at * bytes.len() / 256);
    let with_secret = [before, b" ", SECRET.as_bytes(), b" ", after].concat();
    let (mut findings, outcome) = sniffing::check(name, &with_secret);
    let mut summary = outcome.map(|outcome| outcome.summary).unwrap_or_default();
    let paths = [PathBuf::from(format!("{text}{name}"))];
    hold(&paths, &findings, &summary);
    findings
        .iter_mut()
        .for_each(|finding| replace(finding, &text));
    summary.notes.push(text.clone());
    summary.unread.push(UnreadFile {
        path: None,
        message: text,
    });
    hold(&paths, &findings, &summary);
}

/// Replaces all that comes from data, except the excerpt, which is made to be shown.
fn replace(finding: &mut Finding, text: &str) {
    finding.message = text.to_owned();
    finding.help = Some(text.to_owned());
    finding.location.pointer = text.into();
    finding.location.id = Some(text.into());
    for related in &mut finding.related {
        related.label = text.into();
        related.location.pointer = text.into();
    }
    for edit in finding.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
        edit.text = text.into();
    }
}

/// Holds the reports in all formats to what each format promises.
fn hold(paths: &[PathBuf], findings: &[Finding], summary: &Summary) {
    let reports = tunelint::fuzzing::reports(paths, findings, summary).expect("memory is written");
    for (format, report) in reports {
        let hidden = report.chars().find(|c| *c != '\n' && is_hidden(*c));
        assert_eq!(hidden, None, "{format}: {report}");
        assert!(!report.contains(TELLING), "{format}: {report}");
        let is_own = |line: &str| {
            let own = ["::error file=", "::warning file=", "::notice file="];
            format == "github" && own.iter().any(|of| line.starts_with(of))
        };
        let command = report
            .lines()
            .find(|line| is_command(line) && !is_own(line));
        assert_eq!(command, None, "{format}: {report}");
        parse(&format, &report);
    }
}

/// Whether a CI system would take a line of a log for a command.
pub fn is_command(line: &str) -> bool {
    let mark = |(at, _): (usize, &str)| {
        let name = line[..at].trim_end_matches(|c: char| c.is_ascii_alphabetic());
        name.ends_with("##")
    };
    line.trim_start().starts_with("::") || line.match_indices('[').any(mark)
}

/// Reads a report back with another parser.
fn parse(format: &str, report: &str) {
    let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    match format {
        "json" | "gitlab" | "sarif" => drop(json(report)),
        "jsonl" => report.lines().for_each(|line| drop(json(line))),
        "junit" => drop(roxmltree::Document::parse(report).expect("XML")),
        "html" => page(report),
        "markdown" => report
            .lines()
            .filter(|line| line.starts_with('|'))
            .for_each(row),
        _ => {}
    }
}

/// A page is well-formed, and has no script, style or link but those of the template.
fn page(report: &str) {
    // XML has no place for these two; a browser has.
    let text = report.replace(['\u{fffe}', '\u{ffff}'], "?");
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    let document = roxmltree::Document::parse_with_options(&text, options).expect("a page");
    let nodes = || document.descendants();
    let count = |name: &str| nodes().filter(|node| node.has_tag_name(name)).count();
    let (scripts, styles) = (count("script"), count("style"));
    assert_eq!(
        (scripts, styles, count("img"), count("iframe")),
        (1, 1, 0, 0)
    );
    let mut links = nodes().filter_map(|node| node.attribute("href"));
    let link = links.find(|link| !link.starts_with('#') && !link.starts_with("https://"));
    assert_eq!(link, None);
}

/// A row of a table in Markdown has no markup of the data.
fn row(row: &str) {
    let cells = row.matches('|').count() - 1;
    assert!((2..=5).contains(&cells), "{row}");
    let data = row.replace("<!-- -->", "");
    let markup = data.find(['<', '>', '`', '[', ']', '@', '*', '!', '\\']);
    assert_eq!(markup, None, "{row}");
}
