#!/usr/bin/env python3
"""Compares the run time of tunelint and `cat` on the same file, measured back to back.

usage: compare.py FILE... [-- OPTIONS OF check]

Prints the median wall time of five runs, the ratio to `cat FILE >/dev/null`, and peak memory.
Build with `cargo build --release` first, or set TUNELINT to the binary. Informational: it has no
thresholds and never fails on slow runs.
"""
import os
import statistics
import subprocess
import sys
import time

PROGRAM = os.environ.get("TUNELINT") or os.path.join(os.path.dirname(__file__), "..", "target", "release", "tunelint")
RUNS = 5


def run(command):
    """Returns wall time in seconds and peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def median(command):
    runs = [run(command) for _ in range(RUNS)]
    return statistics.median(r[0] for r in runs), max(r[1] for r in runs)


def main():
    words = sys.argv[1:]
    options = words[words.index("--") + 1:] if "--" in words else []
    files = words[: words.index("--")] if "--" in words else words
    if not files:
        sys.exit(__doc__)
    for file in files:
        floor, _ = median(["cat", file])
        wall, memory = median([PROGRAM, "check", file, *options])
        print(f"{os.path.basename(file)}: {wall:.3f} s, cat {floor:.3f} s, {wall / floor:.1f} x cat, {memory:.0f} MB")


if __name__ == "__main__":
    main()
