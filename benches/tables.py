#!/usr/bin/env python3
"""Measures `tunelint check` on binary tables: the same records as JSON Lines, Parquet, Arrow and a workbook.

usage: tables.py [--size BYTES] [--rows N]

Converts a generated file of BYTES (default 1 GB) to Parquet and Arrow, and its first N rows (default
50,000) to a workbook, and prints the median of five runs in one sitting: MB of the file and rows per
second, and peak memory. Needs pyarrow and openpyxl. Build with `cargo build --release` first, or set TUNELINT.
"""
import argparse
import json
from collections.abc import Iterator
from itertools import islice
from multiprocessing import Process
from pathlib import Path
from typing import Any

from compare import WORK, check, generate, medians


def batches(lines: Path) -> Iterator[Any]:
    """The records, as batches of Arrow."""
    import pyarrow
    with lines.open(encoding="utf-8") as file:
        while chunk := list(islice(file, 10_000)):
            yield pyarrow.RecordBatch.from_pylist([json.loads(line) for line in chunk])


def parquet(lines: Path, out: Path) -> None:
    import pyarrow.parquet
    writer = None
    for batch in batches(lines):
        writer = writer or pyarrow.parquet.ParquetWriter(out, batch.schema, compression=out.suffixes[0][1:])
        writer.write_batch(batch)
    if writer:
        writer.close()


def arrow(lines: Path, out: Path) -> None:
    """A stream, as `datasets.save_to_disk` writes it."""
    import pyarrow
    writer = None
    for batch in batches(lines):
        writer = writer or pyarrow.ipc.new_stream(str(out), batch.schema)
        writer.write_batch(batch)
    if writer:
        writer.close()


def workbook(lines: Path, out: Path, rows: int) -> None:
    import openpyxl
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    with lines.open(encoding="utf-8") as file:
        for number, line in enumerate(islice(file, rows)):
            record = json.loads(line)
            if number == 0:
                sheet.append(list(record))
            sheet.append(list(record.values()))
    book.save(out)


def measure(files: dict[str, tuple[Path, int]]) -> None:
    runs = medians({name: check(path) for name, (path, _) in files.items()})
    for name, run in runs.items():
        path, rows = files[name]
        size = path.stat().st_size / 1e6
        print(f"{name:24} {size:8,.1f} MB {run.seconds:8.2f} s {size / run.seconds:8,.0f} MB/s "
              f"{rows / run.seconds:12,.0f} rows/s {run.memory:6,.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=1_000_000_000)
    parser.add_argument("--rows", type=int, default=50_000)
    options = parser.parse_args()
    for layout in ["pairs", "messages"]:
        lines = generate(f"{layout}.jsonl", "--layout", layout, "--bytes", str(options.size), "--defects", "0")
        with lines.open("rb") as file:
            rows = sum(1 for _ in file)
        files = {f"{layout}, JSON Lines": (lines, rows)}
        made = [("Parquet, zstd", "zstd.parquet", parquet, ()), ("Parquet, snappy", "snappy.parquet", parquet, ()),
                ("Arrow", "arrow", arrow, ())]
        if layout == "pairs":
            made.append(("workbook", "xlsx", workbook, (options.rows,)))
        for name, suffix, write, more in made:
            path = WORK / f"{layout}.{suffix}"
            # The memory of this process would count as that of every run.
            process = Process(target=write, args=(lines, path, *more))
            process.start()
            process.join()
            files[f"{layout}, {name}"] = (path, min([rows, *more]))
        measure(files)
        for path, _ in files.values():
            path.unlink()


if __name__ == "__main__":
    main()
