//! The parts of a run, each by itself, on one thread: splitting, decoding each layout, checking with
//! each group of rules, inference, and conversion. `cargo bench -p tunelint-core` prints the
//! throughput of each, compared with the last time.

use std::error::Error;
use std::hint::black_box;
use std::io;
use std::sync::Arc;

use criterion::{Criterion, Throughput};
use tunelint_core::convert::{Converter, TurnsPolicy, Weights};
use tunelint_core::finding::{Finding, Policy, Scope};
use tunelint_core::layout::{self, Layout};
use tunelint_core::position::SourceId;
use tunelint_core::reader::{ReadOptions, Reader};
use tunelint_core::rules::{REGISTRY, Selection};
use tunelint_core::session::{DatasetSettings, Session, SourceRole};
use tunelint_core::sink::Form;
use tunelint_core::source::Input;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A dataset of about 2 MB.
const RECORDS: usize = 5_000;

/// Records in the layout `pairs`, of different lengths and words.
fn pairs() -> Arc<[u8]> {
    const WORDS: [&str; 12] = [
        "parcel",
        "order",
        "Größe",
        "the",
        "delivery",
        "заказ",
        "is",
        "late",
        "refund",
        "and",
        "東京",
        "account",
    ];
    let text = |seed: usize, words: usize| {
        let word = |at| WORDS.get((seed * 31 + at * at * 7) % WORDS.len());
        let words: Vec<&str> = (0..words).filter_map(word).copied().collect();
        words.join(" ")
    };
    let mut lines = String::new();
    for at in 0..RECORDS {
        let (input, output) = (text(at, 20 + at % 40), text(at + 1, 10 + at % 30));
        lines.push_str(&format!(
            "{{\"text_input\":\"question {at}: {input}?\",\"output\":\"{output}.\"}}\n"
        ));
    }
    lines.into_bytes().into()
}

fn open(bytes: &Arc<[u8]>, name: &str) -> Outcome<Reader> {
    let input = Input::bytes(name, Arc::clone(bytes));
    let opened = Reader::open(SourceId(0), input, &ReadOptions::default());
    opened.map_err(|error| error.into_io().into())
}

/// The records in another layout or container, and how many were written.
fn converted(bytes: &Arc<[u8]>, layout: &Arc<dyn Layout>, form: Form) -> Outcome<(Vec<u8>, u64)> {
    let converter = Converter {
        layout: Arc::clone(layout),
        form,
        turns: TurnsPolicy::default(),
        preamble: None,
        system_prompt: None,
        weights: Weights::default(),
        keep_extra: false,
        shuffle: None,
        threads: 1,
    };
    let readers = vec![open(bytes, "pairs.jsonl")?];
    let done = converter.run(readers, &Policy::default(), Vec::new(), &mut ())?;
    Ok((done.1, done.0.written))
}

fn split(bytes: &Arc<[u8]>, name: &str) -> Outcome<u64> {
    let mut reader = open(bytes, name)?;
    let mut batches = 0;
    while let Some(batch) = reader.next_batch()? {
        batches += 1;
        reader.recycle(batch);
    }
    Ok(batches)
}

/// Checks with those of the default rules that are `wanted`. Rules in preview compare all texts of this
/// small vocabulary with each other, which takes seconds.
fn check(bytes: &Arc<[u8]>, wanted: impl Fn(Scope) -> bool, name: Option<&str>) -> Outcome<usize> {
    let mut settings = DatasetSettings::default();
    let default = Selection::default().enabled();
    let rules = REGISTRY.iter().map(|rule| rule.meta);
    let rules = rules.filter(|meta| default.contains(meta.name));
    let rules =
        rules.filter(|meta| wanted(meta.scope) && name.is_none_or(|name| name == meta.name));
    settings.policy.enabled = rules.map(|meta| meta.name).collect();
    let mut session = Session::new(1);
    let settings = session.settings(settings);
    let input = Input::bytes("pairs.jsonl", Arc::clone(bytes));
    session.add(input, settings, SourceRole::Training);
    let mut findings = 0;
    session.run(&mut |_: Finding| {
        findings += 1;
        io::Result::Ok(())
    })?;
    Ok(findings)
}

fn main() -> Outcome<()> {
    let mut criterion = Criterion::default().configure_from_args();
    let pairs = pairs();
    let own = layout::by_name("pairs").ok_or("no layout `pairs`")?;
    let table = Form::Table { delimiter: b',' };
    let forms = [("jsonl", Form::Jsonl), ("json", Form::Json), ("csv", table)];

    let mut group = criterion.benchmark_group("split");
    for (container, form) in &forms {
        let bytes: Arc<[u8]> = converted(&pairs, &own, form.clone())?.0.into();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        let name = format!("pairs.{container}");
        group.bench_function(*container, |run| run.iter(|| split(&bytes, &name).is_ok()));
    }
    group.finish();

    let mut group = criterion.benchmark_group("decode");
    for layout in layout::all() {
        let (bytes, written) = converted(&pairs, &layout, Form::Jsonl)?;
        if written == 0 {
            continue;
        }
        let bytes: Arc<[u8]> = bytes.into();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(layout.name(), |run| {
            run.iter(|| {
                let reader = open(&bytes, "data.jsonl");
                reader.map(|reader| reader.each_example(&mut |example| _ = black_box(example)))
            });
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("check");
    group.throughput(Throughput::Bytes(pairs.len() as u64));
    let scopes = [
        ("example rules", Scope::Example),
        ("dataset rules", Scope::Dataset),
        ("source rules", Scope::Source),
    ];
    for (name, scope) in scopes {
        group.bench_function(name, |run| {
            run.iter(|| check(&pairs, |of| of == scope, None).is_ok());
        });
    }
    group.bench_function("inference", |run| {
        run.iter(|| check(&pairs, |_| true, Some("missing-preamble")).is_ok());
    });
    group.bench_function("default rules", |run| {
        run.iter(|| check(&pairs, |_| true, None).is_ok())
    });
    group.finish();

    let mut group = criterion.benchmark_group("convert");
    group.throughput(Throughput::Bytes(pairs.len() as u64));
    let messages = layout::by_name("messages").ok_or("no layout `messages`")?;
    for (container, form) in &forms {
        let target = if *container == "csv" { &own } else { &messages };
        group.bench_function(*container, |run| {
            run.iter(|| converted(&pairs, target, form.clone()).is_ok());
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
