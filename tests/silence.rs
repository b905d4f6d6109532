//! Data that looks wrong to a simple rule and is right. Each file of `tests/data/silence` is called
//! after the rule that must not speak about it, and after the reason.

use std::fs;

use crate::running::{Check, root};

#[test]
fn what_is_right_is_not_reported() {
    let folder = root().join("tests/data/silence");
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        let (rule, _) = name.split_once("--").expect("a rule and a reason");
        let check = Check::new();
        assert!(check.enabled.contains(&rule), "{name}: no rule {rule}");
        let (findings, _) = check.run(&name, &fs::read(&path).expect("the file"));
        let said = findings.iter().filter(|finding| finding.rule == rule);
        wrong.extend(said.map(|finding| format!("{name}: {}", finding.message)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
