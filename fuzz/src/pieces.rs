//! Splitters: pieces, with the bytes between them, are the file, and every place is right.

use std::io::{Cursor, Read};

use tunelint_core::position::Position;
use tunelint_core::record::FaultKind;
use tunelint_core::source::{Batcher, Document, Lines, PieceKind, Root, Rows, Splitter};

use super::assembled;

/// The largest record.
const LIMIT: usize = 1 << 20;

/// JSON Lines and tables.
pub fn lines(data: &[u8]) {
    let (size, rest) = assembled::choice(data);
    let bytes = assembled::bytes(rest);
    let lines = Lines::new(Position::START, LIMIT);
    tile(Box::new(lines), &bytes, size + 1, false);
    let rows = Rows::new(Position::START, b',', LIMIT);
    tile(Box::new(rows), &bytes, size + 1, true);
}

/// JSON documents.
pub fn documents(data: &[u8]) {
    let (size, rest) = assembled::choice(data);
    let bytes = assembled::bytes(rest);
    for root in [Root::List, Root::Sequence] {
        let document = Document::new(Position::START, root, LIMIT);
        tile(Box::new(document), &bytes, size + 1, false);
    }
}

/// Cuts `bytes` with a splitter through batches of any size, and judges the pieces.
pub fn tile(splitter: Box<dyn Splitter>, bytes: &[u8], batch_bytes: usize, lone_cr: bool) {
    let reader: Box<dyn Read + Send> = Box::new(Cursor::new(bytes.to_vec()));
    let mut batcher = Batcher::new(reader, Vec::new(), splitter, LIMIT).batch_bytes(batch_bytes);
    let (mut base, mut end, mut ordinal) = (0, 0, 0);
    while let Some(batch) = batcher.next_batch().expect("memory can be read") {
        assert_eq!(
            *batch.bytes,
            bytes[base..base + batch.bytes.len()],
            "batches follow one another"
        );
        for piece in &batch.pieces {
            assert!(piece.from <= piece.to && piece.to <= batch.bytes.len());
            let at_sign = matches!(&piece.kind, PieceKind::Fault(fault) if fault.span.len() <= 1);
            let from = piece.start.offset as usize;
            assert!(from >= end || at_sign, "pieces do not overlap");
            assert_eq!(
                piece.start,
                Position::START.advance(&bytes[..from], lone_cr),
                "the place is right"
            );
            if matches!(piece.kind, PieceKind::Record) {
                assert_eq!(from, base + piece.from);
                assert_eq!(piece.ordinal, ordinal + 1, "records are counted");
            }
            // A sign between two records is none itself.
            if !matches!(&piece.kind, PieceKind::Fault(fault) if matches!(fault.kind, FaultKind::Malformed(_)))
            {
                ordinal = piece.ordinal;
            }
            end = end.max(base + piece.to);
        }
        base += batch.bytes.len();
    }
    assert_eq!(base, bytes.len(), "every byte was cut");
}
