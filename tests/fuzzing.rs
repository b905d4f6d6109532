//! The bodies of the fuzz targets on the corpus in the repository, and on inputs made from it.

use crate::fuzz::TARGETS;
use crate::running::{files_below, root};

/// Inputs that are made from each file of the corpus. `TUNELINT_CHANGED` is another number, and
/// `TUNELINT_FUZZ` the only target, to look for longer where no fuzzer can be built.
const CHANGED: usize = 40;

#[test]
fn every_target_holds_on_its_corpus() {
    let wanted = std::env::var("TUNELINT_FUZZ").ok();
    let changed = std::env::var("TUNELINT_CHANGED").ok();
    let changed = changed.and_then(|number| number.parse().ok());
    let changed: usize = changed.unwrap_or(CHANGED);
    for (name, body) in TARGETS {
        if wanted.as_deref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        let source = root().join(format!("fuzz/fuzz_targets/{name}.rs"));
        assert!(source.exists(), "{name} has no target");
        let files = files_below(&root().join("fuzz/corpus").join(name), None);
        assert!(!files.is_empty(), "{name} has no corpus");
        let mut random = Random(1);
        for path in files {
            let bytes = std::fs::read(&path).expect("a file");
            println!("{}", path.display());
            body(&bytes);
            for _ in 0..changed {
                body(&random.changed(&bytes));
            }
        }
    }
}

/// Numbers that are the same in every run.
pub struct Random(pub u64);

impl Random {
    /// Some number.
    pub fn number(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.number() as usize % end.max(1)
    }

    /// `bytes` with a few bytes changed, added, removed or repeated.
    pub fn changed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let (at, byte) = (self.below(bytes.len()), self.number() as u8);
            match self.below(4) {
                _ if bytes.is_empty() => bytes.push(byte),
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => {
                    let end = at + self.below(bytes.len() - at) + 1;
                    let again = bytes[at..end].to_vec();
                    bytes.splice(at..at, again);
                }
            }
        }
        bytes
    }
}
