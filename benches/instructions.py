#!/usr/bin/env python3
"""Counts the instructions of tunelint and compares them with those in instructions.toml.

usage: instructions.py PROGRAM [--all] [--only NAME]... [--update]
       instructions.py PROGRAM --rules

Unlike seconds, instructions do not depend on what else runs on the machine. valgrind counts them,
with one thread, on generated files. A row per byte is the difference between a file of 4 MB and
one of 20 MB, so that neither the start nor the study of the sample counts. Without `--all` or
`--only`, messages, CSV and `--preview` are left out, which take most of the time. A row that rises
by more than 10% makes the exit code 1. `--update` writes the counted rows to instructions.toml. `--rules`
counts what each rule takes of a check; more than 15% for one of them makes the exit code 1.
"""
import argparse
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import generate

HERE = Path(__file__).resolve().parent
WORK = HERE.parent / "target" / "benches"
BASELINE = HERE / "instructions.toml"
# A command and the name of a file.
Run = tuple[tuple[str, ...], str]
SMALL, LARGE = 4_000_000, 20_000_000
MOST_RISE = 0.10
MOST_PER_RULE = 0.15
# A method of a rule in the table of callgrind_annotate: its instructions, and the rule's module.
METHOD = re.compile(r"^\s*([\d,]+) .*?:(<tunelint_rules::rules::(\w+)::\S+ as "
                    r"tunelint_rules::contract::\S+>::\w+)", re.MULTILINE)
# Runs at the same time: valgrind uses one processor for each.
JOBS = 2

CHECK = ("check", "--isolated", "--no-progress", "--fail-on", "never")
# Rules that need neither the inferred format nor the content of texts.
SPINE = (
    "no-records,wrong-encoding,invalid-utf8,byte-order-mark,odd-line-endings,blank-line,"
    "wrong-container,malformed-record,nesting-too-deep,record-too-large,duplicate-key,"
    "lone-surrogate,unclosed-quote,stray-quote,wrong-field-count,missing-column,duplicate-column,"
    "missing-header,missing-field,wrong-type,unknown-field,mixed-layouts,empty-input,empty-output,"
    "spreadsheet-damage,input-too-long,output-too-long,example-too-long,upload-too-large,"
    "too-few-examples,too-many-examples,fewer-than-recommended,length-outlier,duplicate-example,"
    "conflicting-outputs,validation-leak")


@dataclass(frozen=True)
class Row:
    """One line of the table: a command, and the files that it is run on."""

    name: str
    title: str
    command: tuple[str, ...]
    # Two files, of which the difference per byte counts, or one, of which the whole process does.
    files: tuple[str, ...]
    quick: bool = False

    @property
    def unit(self) -> str:
        """What the figure counts."""
        return "per byte" if len(self.files) == 2 else "million"


FILES: dict[str, dict[str, Any]] = {
    "pairs-4.jsonl": {"size": SMALL}, "pairs-20.jsonl": {"size": LARGE},
    "messages-4.jsonl": {"size": SMALL, "layout": "messages"},
    "messages-20.jsonl": {"size": LARGE, "layout": "messages"},
    "pairs-4.csv": {"size": SMALL}, "pairs-20.csv": {"size": LARGE},
    # Nothing is written if a record cannot be converted.
    "clean-4.jsonl": {"size": SMALL, "defects": 0}, "clean-20.jsonl": {"size": LARGE, "defects": 0},
    "hundred.jsonl": {"count": 100, "lengths": "short"}, "thousand.jsonl": {"count": 1000},
}
PAIRS = ("pairs-4.jsonl", "pairs-20.jsonl")
MESSAGES = ("messages-4.jsonl", "messages-20.jsonl")
CSV = ("pairs-4.csv", "pairs-20.csv")
CLEAN = ("clean-4.jsonl", "clean-20.jsonl")
CONVERT = ("convert", "--to", "messages", "--force", "--out", str(WORK / "converted.jsonl"))
ROWS = [
    Row("pairs", "default rules, pairs/JSONL", CHECK, PAIRS, quick=True),
    Row("messages", "default rules, messages/JSONL", CHECK, MESSAGES),
    Row("csv", "default rules, pairs/CSV", CHECK, CSV),
    Row("pairs-preview", "with --preview, pairs/JSONL", (*CHECK, "--preview"), PAIRS),
    Row("messages-preview", "with --preview, messages/JSONL", (*CHECK, "--preview"), MESSAGES),
    Row("csv-preview", "with --preview, pairs/CSV", (*CHECK, "--preview"), CSV),
    Row("spine", "spine rules, pairs/JSONL", (*CHECK, "--select", SPINE), PAIRS, quick=True),
    Row("convert", "convert pairs to messages, JSONL", CONVERT, CLEAN, quick=True),
    Row("hundred", "100 examples, whole process", CHECK, ("hundred.jsonl",), quick=True),
    Row("thousand", "1,000 examples, whole process", CHECK, ("thousand.jsonl",), quick=True),
]


def written(name: str) -> Path:
    """Writes a file of the table."""
    path = WORK / name
    generate.write(path, **FILES[name])
    return path


def instructions(program: Path, command: tuple[str, ...], path: Path) -> int:
    """The number of instructions of one run."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         program, *command, path, "--threads", "1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if counted is None or done.returncode != 0:
        sys.exit(f"{command[0]} {path.name}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    return int(counted[1])


def per_rule(program: Path) -> dict[str, float]:
    """What each rule takes of a check of the small file, as a share of all instructions.

    Small methods that the compiler inlines are missing.
    """
    counted = WORK / "callgrind.out"
    subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counted}", program, *CHECK,
         written(PAIRS[0]), "--threads", "1"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    table = subprocess.run(
        ["callgrind_annotate", "--inclusive=yes", "--threshold=100", counted],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    total = re.search(r"^([\d,]+) .*PROGRAM TOTALS", table, re.MULTILINE)
    if total is None:
        sys.exit("callgrind_annotate printed no total")
    methods: dict[tuple[str, str], int] = {}
    for count, method, module in METHOD.findall(table):
        rule = (module.replace("_", "-"), method)
        methods[rule] = max(methods.get(rule, 0), number(count))
    rules: dict[str, float] = {}
    for (rule, _), count in methods.items():
        rules[rule] = rules.get(rule, 0) + count / number(total[1])
    return rules


def number(printed: str) -> int:
    """A number with separators of thousands."""
    return int(printed.replace(",", ""))


def show_rules(rules: dict[str, float]) -> list[str]:
    """Prints the most costly rules. Returns those that take too much."""
    costly = sorted(rules, key=lambda rule: -rules[rule])
    print("| rule | share of the instructions |\n|---|---|")
    for rule in costly[:10]:
        print(f"| {rule} | {rules[rule]:.1%} |")
    return [rule for rule in costly if rules[rule] > MOST_PER_RULE]


def figure(row: Row, sizes: dict[str, int], counts: dict[Run, int]) -> float:
    """The figure of a row, from the counts of its runs."""
    found = [counts[row.command, name] for name in row.files]
    if len(row.files) == 1:
        return round(found[0] / 1e6, 1)
    small, large = row.files
    return round((found[1] - found[0]) / (sizes[large] - sizes[small]), 1)


def measured(program: Path, rows: list[Row]) -> dict[str, float]:
    """The figures of all rows, by name."""
    paths = {name: written(name) for name in sorted({name for row in rows for name in row.files})}
    # The longest runs first, so that none is left alone at the end.
    runs = sorted({(row.command, name) for row in rows for name in row.files},
                  key=lambda run: -paths[run[1]].stat().st_size)
    with ThreadPoolExecutor(JOBS) as pool:
        found = pool.map(lambda run: instructions(program, run[0], paths[run[1]]), runs)
        counts = dict(zip(runs, found))
    sizes = {name: path.stat().st_size for name, path in paths.items()}
    return {row.name: figure(row, sizes, counts) for row in rows}


def baseline() -> dict[str, float]:
    """The committed figures; none where they were counted on another kind of processor."""
    if not BASELINE.exists():
        return {}
    text = tomllib.loads(BASELINE.read_text("utf-8"))
    if text["machine"] != platform.machine():
        print(f"The baseline was counted on {text['machine']}; nothing is compared.")
        return {}
    return text["instructions"]


def save(figures: dict[str, float]) -> None:
    """Writes the baseline, in the order of the table."""
    lines = ["# Instructions per byte, or millions of a whole process. Written by",
             "# `benches/instructions.py PROGRAM --all --update`.",
             f'machine = "{platform.machine()}"', "", "[instructions]",
             *(f"{row.name} = {figures[row.name]}" for row in ROWS if row.name in figures)]
    BASELINE.write_text("\n".join(lines) + "\n", "utf-8")


def change(now: float, before: float | None) -> float:
    """The change against the baseline, as a share."""
    return now / before - 1 if before else 0.0


def show(rows: list[Row], now: dict[str, float], before: dict[str, float]) -> None:
    """Prints the table."""
    print("| name | what | instructions | baseline | change |\n|---|---|---|---|---|")
    for row in rows:
        new, old = now[row.name], before.get(row.name)
        against = "– | –" if old is None else f"{old} | {change(new, old):+.1%}"
        print(f"| {row.name} | {row.title} | {new} {row.unit} | {against} |")
    for name in ("pairs", "messages", "csv"):
        if name in now and f"{name}-preview" in now:
            print(f"{name}: {now[f'{name}-preview'] / now[name]:.1f} x with --preview")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--all", action="store_true", help="count every row")
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        choices=[row.name for row in ROWS], help="count this row (repeatable)")
    parser.add_argument("--update", action="store_true", help="write the rows to the baseline")
    parser.add_argument("--rules", action="store_true", help="count each rule instead")
    return parser.parse_args()


def main() -> int:
    """Counts the rows and compares them."""
    options = arguments()
    if shutil.which("valgrind") is None:
        print("Instructions are not counted: valgrind is not installed.")
        return 0
    WORK.mkdir(parents=True, exist_ok=True)
    if options.rules:
        rules = per_rule(options.program.resolve())
        if not rules:
            sys.exit("no rule was found: does the program have symbols?")
        costly = show_rules(rules)
        if costly:
            print(f"More than {MOST_PER_RULE:.0%} for one rule: {', '.join(costly)}.")
        return 1 if costly else 0
    rows = [row for row in ROWS
            if (row.name in options.only if options.only else options.all or row.quick)]
    now, before = measured(options.program.resolve(), rows), baseline()
    show(rows, now, before)
    if options.update:
        save(before | now)
        return 0
    risen = [row.name for row in rows if change(now[row.name], before.get(row.name)) > MOST_RISE]
    if risen:
        print(f"More than {MOST_RISE:.0%} above the baseline: {', '.join(risen)}. If this is "
              f"intended, run benches/instructions.py with --update.")
    return 1 if risen else 0


if __name__ == "__main__":
    sys.exit(main())
