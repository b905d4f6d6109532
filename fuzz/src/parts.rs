//! Parts of a sharded check: whatever the bytes, a part is read or refused, and written as it was read.

use tunelint_core::shard::ShardPart;

/// The start of every part file.
const START: &[u8] = b"tunelint part 1\n";

/// Bytes that may be a part, with the start that every part has, so that what follows is read.
pub fn run(data: &[u8]) {
    let whole = [START, data].concat();
    for bytes in [data, &whole] {
        if let Ok(part) = ShardPart::from_bytes(bytes) {
            let written = part.to_bytes().expect("what was read can be written");
            let again = ShardPart::from_bytes(&written).expect("what was written can be read");
            let twice = again.to_bytes().expect("what was read can be written");
            assert_eq!(written, twice);
        }
    }
}
