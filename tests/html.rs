//! The pages: they are well-formed, hold nothing but what their templates hold, and whatever the
//! data tries stays text. `tests/browser.py` opens them in a browser.

use std::collections::BTreeSet;
use std::fs;

use crate::formats::bad_files;
use crate::running::{Repository, command, outcome, root};

/// Everything that templates are made of.
const ELEMENTS: &str = "html head meta title style body header p span h1 h2 h3 nav ul ol li a main \
    section div table caption thead tbody tr th td form label select option button output b pre \
    code mark dl dt dd small q svg rect line polyline circle text footer script";
const ATTRIBUTES: &str = "lang charset http-equiv content name class id href rel role aria-label \
    aria-hidden focusable tabindex scope colspan value type hidden data-rule data-severity \
    data-file data-noun width height rx x y x1 x2 y1 y2 cx cy r dx dy points viewBox \
    preserveAspectRatio text-anchor";

/// A page that somebody may open: asserts that it holds only what the templates hold.
fn opened(page: &str) -> String {
    // XML has no place for these two; a browser has.
    let text = page.replace(['\u{fffe}', '\u{ffff}'], "?");
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    let document = roxmltree::Document::parse_with_options(&text, options)
        .unwrap_or_else(|error| panic!("{error}: {page}"));
    let elements: BTreeSet<&str> = ELEMENTS.split_whitespace().collect();
    let attributes: BTreeSet<&str> = ATTRIBUTES.split_whitespace().collect();
    let mut once = vec![];
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        assert!(elements.contains(name), "<{name}>");
        if matches!(name, "script" | "style" | "head" | "main") {
            once.push(name);
        }
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(attributes.contains(name), "{name}={value}");
            let leads = value.starts_with('#') || value.starts_with("https://");
            assert!(name != "href" || leads, "{value}");
        }
    }
    once.sort_unstable();
    assert_eq!(once, ["head", "main", "script", "style"]);
    let shown = document.descendants().filter(roxmltree::Node::is_text);
    shown.filter_map(|node| node.text()).collect()
}

fn page(arguments: &[&str]) -> String {
    let run = command(arguments).args(["--format", "html"]).output();
    let (code, page, said) = outcome(&run.expect("it runs"));
    assert!(matches!(code, 0 | 1), "{said}");
    page
}

const PAYLOADS: [&str; 6] = [
    "<script>window.hit = 1</script>",
    "\"><img src=x onerror=\"window.hit = 1\">",
    "</style></script><svg onload='window.hit = 1'>",
    "{{ 7*7 }}{% raw %}",
    "javascript:window.hit=1",
    "`<iframe srcdoc='<b>'>`\u{202e}",
];

/// A repository whose texts, keys, labels, ids and file names try to be markup.
fn hostile() -> Repository {
    let mut lines = String::new();
    for number in 0..120 {
        let [label, other] = [0, 1].map(|more| PAYLOADS[(number + more) % PAYLOADS.len()]);
        let record = serde_json::json!({
            "id": other,
            "text_input": format!("{} {other} {number}", PAYLOADS[0]),
            "output": label,
            other: label,
        });
        lines.push_str(&format!("{record}\n"));
    }
    lines.push_str("{\"text_input\":\"</script><script>\",\"output\":\"\"}\n");
    let curve = "epoch,loss\n1,5\n2,2\n3,1\n4,0.5\n5,0.5\n";
    Repository::new(&[
        ("<script>window.hit = 1<'{{ 7*7 }}.jsonl", &lines),
        ("\"><img src=x onerror=window.hit=1>.jsonl", &lines),
        ("<svg onload=window.hit=1>.csv", curve),
    ])
}

#[test]
fn hostile_data_stays_text() {
    let repository = hostile();
    let files = [
        "<script>window.hit = 1<'{{ 7*7 }}.jsonl",
        "\"><img src=x onerror=window.hit=1>.jsonl",
    ];
    for arguments in [
        ["check", files[0], files[1]],
        ["stats", files[0], files[1]],
        ["loss", "<svg onload=window.hit=1>.csv", "--epochs=5"],
    ] {
        let (code, page, said) = repository.run(&[&arguments, &["--format", "html"][..]].concat());
        assert!(matches!(code, 0 | 1), "{said}");
        let shown = opened(&page);
        assert!(shown.contains("window.hit"), "{shown}");
        if arguments[0] != "loss" {
            assert!(shown.contains("{{ 7*7 }}"), "{shown}");
            assert!(page.contains("&lt;script&gt;window.hit"), "{page}");
        }
    }
}

#[test]
fn pages_of_bad_files_are_well_formed() {
    for path in bad_files() {
        let path = path.to_str().expect("UTF-8");
        opened(&page(&["check", path, "--preamble", "x"]));
        opened(&page(&["stats", path]));
    }
    for name in ["gemini.json", "trainer_state.json", "openai.csv"] {
        let page = page(&["loss", &format!("tests/data/loss/{name}")]);
        assert!(opened(&page).contains("validation"), "{page}");
        assert!(page.contains("<polyline"), "{page}");
    }
}

#[test]
fn totals_are_exact_and_lists_bounded() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("many.jsonl");
    fs::write(
        &path,
        "{\"text_input\":\"a\",\"output\":\"\"}\n{\"text_input\":\"a\",\"output\":\"b\"}\n"
            .repeat(1_250),
    )
    .expect("written");
    let path = path.to_str().expect("UTF-8");
    for more in [&[][..], &["--report", "json=/dev/null"]] {
        let page = page(&[&["check", path, "--select", "empty-output"], more].concat());
        let shown = opened(&page);
        assert!(shown.contains("1,250 errors"), "{shown}");
        assert!(shown.contains("1,150 more not listed"), "{shown}");
        assert!(shown.contains("--format concise"), "{shown}");
        assert_eq!(page.matches("<li class=\"finding\"").count(), 100);
        assert_eq!(page.matches("<mark>").count(), 100);
    }
}

#[test]
fn the_matrix_of_targets_is_there() {
    let shown = opened(&page(&[
        "check",
        "tests/data/mistakes.csv",
        "--target",
        "all",
    ]));
    for (target, _) in tunelint_core::profile::FILES {
        assert!(shown.contains(target), "{target}");
    }
    assert!(shown.contains("Verdict"), "{shown}");
    assert!(shown.contains("csv, pairs, for "), "{shown}");
}

#[test]
fn a_set_is_shown_with_its_findings() {
    let page = page(&[
        "stats",
        "tests/data/sentiments.csv",
        "examples/tickets.csv",
        "--target",
        "gemini-api",
    ]);
    let shown = opened(&page);
    for part in [
        "positive",
        "30 (50.8%)",
        "inferred: outputs are one of 3 labels",
        "The maximum input size per example is 40,000 characters.",
        "29 examples, 100–500 recommended: add 71",
        "empty output",
        "examples/tickets.csv:8:25",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // What the data is worth is for `check` to say.
    let run = command(&["stats", "examples/tickets.csv", "--format", "html"]).output();
    assert_eq!(outcome(&run.expect("it runs")).0, 0);
}

#[test]
fn standard_input_is_shown_with_its_findings() {
    let file = fs::File::open(root().join("examples/tickets.csv")).expect("a file");
    let run = command(&["stats", "-", "--container", "csv", "--format", "html"])
        .stdin(file)
        .output();
    let (code, page, said) = outcome(&run.expect("it runs"));
    assert_eq!(code, 0, "{said}");
    let shown = opened(&page);
    assert!(
        shown.contains("empty output") && shown.contains("70–79"),
        "{shown}"
    );
}
