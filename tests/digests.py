#!/usr/bin/env python3
"""Digests of what the program prints and writes, to show that a change kept its behavior.

usage: digests.py PROGRAM OUT [--without-text] [--jobs N]

Runs check, stats and convert over every file of tests/data and, where they are beside the
project, ../shared/real-data and ../shared/corpora, and writes one line for each run to OUT: the
digest, the exit code, the arguments. Two builds behave the same if `diff` finds no difference.
With --without-text, messages and other prose are left out of the digests of JSON reports: what
remains is which rule reports where, how severely and how often, and every number.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROSE = {
    "message", "help", "label", "text", "excerpt", "evidence", "note", "notes", "advice", "title",
    "fingerprint", "sentence", "reason", "why", "next_step", "convert", "version", "suggestion",
    "summary_text", "quote", "effect", "status", "part", "words", "tokens_by",
    "limit", "default_text",
}
LAYOUTS = ["pairs", "messages", "contents", "alpaca", "prompt-completion", "sharegpt"]
CHECKS = [[], ["--target", "all"], ["--preview"]]


def files():
    """Every data file, relative to the folder that holds the project and what is shared."""
    base = ROOT.parent
    folders = [ROOT / "tests/data", base / "shared/real-data", base / "shared/corpora"]
    found = [path for folder in folders if folder.is_dir() for path in folder.rglob("*")]
    plain = [path for path in found if path.is_file() and path.suffix not in {".md", ".toml"}]
    return sorted(path.relative_to(base).as_posix() for path in plain)


def without_text(value):
    """The same document without what is prose."""
    if isinstance(value, dict):
        is_prose = lambda key, of: key in PROSE or (key == "value" and isinstance(of, str))
        return {key: without_text(of) for key, of in value.items() if not is_prose(key, of)}
    if isinstance(value, list):
        return [without_text(of) for of in value]
    return value


def runs():
    for name in files():
        for options in CHECKS:
            yield ["check", "--format", "json", "--isolated", *options, name]
        yield ["stats", "--format", "json", "--isolated", name]
        for layout in LAYOUTS:
            yield ["convert", name, "-o", "-", "--as", "jsonl", "--to", layout]


def digest(program, arguments, strip):
    """A line about one run. An output that is a document is compared as one if text is left out."""
    done = subprocess.run(
        [program, *arguments], cwd=ROOT.parent, capture_output=True, stdin=subprocess.DEVNULL,
        timeout=600, check=False,
    )
    parts = [done.stdout] if strip else [done.stdout, done.stderr]
    if strip and "json" in arguments:
        try:
            document = without_text(json.loads(done.stdout))
            parts = [json.dumps(document, sort_keys=True).encode()]
        except ValueError:
            pass
    sha = hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]
    return f"{sha} {done.returncode} {' '.join(arguments)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("out")
    parser.add_argument("--without-text", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    program = str(Path(given.program).resolve())
    with ThreadPoolExecutor(given.jobs) as pool:
        lines = list(pool.map(lambda run: digest(program, run, given.without_text), runs()))
    Path(given.out).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} runs")


if __name__ == "__main__":
    sys.exit(main())
