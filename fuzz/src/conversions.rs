//! Each layout: what it reads, it writes, and reads again as the same.

use std::sync::Arc;

use tunelint_core::convert::{Conversion, Converter, TurnsPolicy, Weights};
use tunelint_core::example::Example;
use tunelint_core::finding::Policy;
use tunelint_core::layout::{self, Layout};
use tunelint_core::position::SourceId;
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::sink::Form;
use tunelint_core::source::Input;

use super::assembled;

/// Records of the layout that the first byte chooses, written in the layout that the second chooses.
pub fn run(data: &[u8]) {
    let layouts: Vec<Arc<dyn Layout>> = layout::all();
    let (from, rest) = assembled::choice(data);
    let (to, rest) = assembled::choice(rest);
    let (from, to) = (&layouts[from % layouts.len()], &layouts[to % layouts.len()]);
    let bytes = assembled::bytes(rest);
    let (conversion, once) = convert(from, to, &bytes);
    assert_eq!(
        conversion.read,
        conversion.written + conversion.rejected,
        "every record is accounted for"
    );
    let (again, twice) = convert(to, to, &once);
    assert_eq!(again.rejected, 0, "what was written can be read");
    let (first, second) = (turns(to, &once), turns(to, &twice));
    assert_eq!(first, second, "what was read is what was written");
}

fn open(layout: &Arc<dyn Layout>, bytes: &[u8]) -> Reader {
    let options = ReadOptions {
        layout: Some(Arc::clone(layout)),
        ..ReadOptions::default()
    };
    let input = Input::bytes("records.jsonl", bytes);
    Reader::open(SourceId(0), input, &options).expect("memory can be read")
}

fn convert(from: &Arc<dyn Layout>, to: &Arc<dyn Layout>, bytes: &[u8]) -> (Conversion, Vec<u8>) {
    let converter = Converter {
        layout: Arc::clone(to),
        form: Form::Jsonl,
        turns: TurnsPolicy::Reject,
        preamble: None,
        system_prompt: None,
        weights: Weights::Kept,
        keep_extra: false,
        shuffle: None,
        threads: 1,
    };
    let readers = vec![open(from, bytes)];
    let run = converter.run(readers, &Policy::default(), Vec::new(), &mut ());
    run.expect("memory can be read and written")
}

/// The roles and texts of every example.
fn turns(layout: &Arc<dyn Layout>, bytes: &[u8]) -> Vec<Vec<(String, String)>> {
    let mut all = Vec::new();
    let mut take = |example: &Example<'_>| {
        let turns = example.turns.iter();
        let turns = turns.map(|turn| (format!("{:?}", turn.role), turn.joined().into_owned()));
        all.push(turns.collect());
    };
    let read = open(layout, bytes).each_example(&mut take);
    read.expect("memory can be read");
    all
}
