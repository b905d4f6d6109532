//! Safe fixes: they change no text that could be read before, and come to an end.

use tunelint_core::example::Example;
use tunelint_core::finding::Applicability;
use tunelint_core::fix::{FixRequest, splice};
use tunelint_core::position::SourceId;
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::source::Input;

use super::assembled;
use super::sniffing::{NAMES, check};

/// As many passes as the program makes.
const PASSES: usize = 6;

/// A file that may have something to fix.
pub fn run(data: &[u8]) {
    let (choice, rest) = assembled::choice(data);
    // Plain files: nothing else is fixed.
    let name = NAMES[choice % 4];
    let mut bytes = assembled::bytes(rest);
    for _ in 0..PASSES {
        let before = turns(name, &bytes);
        let Some(after) = fixed(name, &bytes) else {
            return;
        };
        let texts = turns(name, &after);
        let mut rest = texts.iter();
        let is_kept = before
            .iter()
            .all(|wanted| rest.any(|found| found == wanted));
        assert!(is_kept, "fixes changed {before:?} into {texts:?}");
        bytes = after;
    }
    assert!(fixed(name, &bytes).is_none(), "fixes do not come to an end");
}

/// The file with its safe fixes; `None` if there are none.
fn fixed(name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut request = FixRequest::default();
    let (findings, _) = check(name, bytes);
    let is_safe = |applicability| applicability == Applicability::Safe;
    for finding in findings {
        if finding
            .fix
            .as_ref()
            .is_some_and(|fix| is_safe(fix.applicability))
        {
            request.add(&finding);
        }
    }
    let reader = open(name, bytes)?;
    let changes = request.changes(reader, true).expect("memory can be read");
    if changes.is_empty() {
        return None;
    }
    let mut after = Vec::new();
    splice(&mut &*bytes, &changes, &mut after, &mut |_, _| Ok(())).expect("changes are in order");
    Some(after)
}

fn open(name: &str, bytes: &[u8]) -> Option<Reader> {
    Reader::open(
        SourceId(0),
        Input::bytes(name, bytes),
        &ReadOptions::default(),
    )
    .ok()
}

/// The texts of every example.
fn turns(name: &str, bytes: &[u8]) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut take = |example: &Example<'_>| {
        let turns = example.turns.iter();
        all.push(turns.map(|turn| turn.joined().into_owned()).collect());
    };
    if let Some(reader) = open(name, bytes) {
        reader.each_example(&mut take).expect("memory can be read");
    }
    all
}
