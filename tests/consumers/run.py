#!/usr/bin/env python3
"""Compares the verdicts of tunelint with what the real loaders do.

usage: run.py PROGRAM [--only NAME]... [--light | --all] [--update] [--report FILE]

Each consumer of `consumers/` gets an environment in `target/consumers/NAME`, reads the files of
`defects.py` there and the conversions of `corpus.py`. PROGRAM checks the same files for the
consumer's target. Disagreements that `known.toml` does not list are printed, as are listed ones
that no longer occur; either makes the exit code 1.
"""
import argparse
import ast
import datetime
import fnmatch
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import corpus
from consumer import source_variable
from defects import Defect, defects
from records import USUAL_COUNT

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / "target" / "consumers"
PAGE = ROOT / "docs" / "evaluation.md"
BEGIN, END = "<!-- consumers: begin -->", "<!-- consumers: end -->"

AGREE_ACCEPT, AGREE_REJECT = "agree accept", "agree reject"
TOO_STRICT, TOO_LAX = "too strict", "too lax"
OUTCOMES = [AGREE_ACCEPT, AGREE_REJECT, TOO_STRICT, TOO_LAX]


@dataclass(frozen=True)
class Consumer:
    """What a module in `consumers/` states; read without importing it."""

    name: str
    target: str
    requires: tuple[str, ...] = ()
    no_deps: tuple[str, ...] = ()
    light: bool = False
    layouts: tuple[str, ...] = ()
    containers: tuple[str, ...] = ("jsonl",)
    source: str | None = None
    env: tuple[tuple[str, str], ...] = ()
    targets: tuple[str, ...] = ()
    records: int = USUAL_COUNT

    def reads(self, defect: Defect) -> bool:
        """Whether the file is in a layout and container of this consumer."""
        return defect.layout in self.layouts and defect.container in self.containers


@dataclass
class Comparison:
    """One file: the two verdicts."""

    consumer: str
    target: str
    defect: str
    outcome: str
    reason: str | None
    findings: list[dict[str, Any]] = field(default_factory=list)
    examples: int | None = None


def consumers() -> list[Consumer]:
    """Every module, by name."""
    return [declared(path) for path in sorted((HERE / "consumers").glob("[a-z]*.py"))]


def declared(path: Path) -> Consumer:
    """The constants of a module."""
    constants: dict[str, Any] = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                constants[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue  # computed when the module runs
    return Consumer(
        path.stem, constants["TARGET"], tuple(constants.get("REQUIRES", ())),
        tuple(constants.get("NO_DEPS", ())), constants.get("LIGHT", False),
        tuple(constants.get("LAYOUTS", ())), tuple(constants.get("CONTAINERS", ("jsonl",))),
        constants.get("SOURCE"), tuple(constants.get("PYTHON_ENV", {}).items()),
        tuple(constants.get("ALSO_TARGETS", ())), constants.get("RECORDS", USUAL_COUNT))


# Environments


def environment(consumer: Consumer) -> Path:
    """The interpreter of the consumer, installed if its requirements changed."""
    home = WORK / consumer.name
    python = home / "bin" / "python"
    wanted = "\n".join([*consumer.requires, "--no-deps", *consumer.no_deps])
    stamp = home / "requirements"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    uv = shutil.which("uv")
    if consumer.requires:
        # The same packages in a tenth of the time.
        fast = [uv, "pip", "install", "--quiet", "--python", str(python)] if uv else pip
        subprocess.run([*fast, *consumer.requires], check=True)
    if consumer.no_deps:
        subprocess.run([*pip, "--no-deps", "--ignore-requires-python", *consumer.no_deps],
                       check=True)
    stamp.write_text(wanted)
    return python


def answers(consumer: Consumer, paths: list[Path]) -> dict[Path, dict[str, Any]]:
    """What the worker says of each file. A file that kills the worker is rejected."""
    found: list[dict[str, Any]] = []
    while len(found) < len(paths):
        lines, code = asked(consumer, paths[len(found):])
        found += [json.loads(line) for line in lines]
        if len(found) == len(paths):
            break
        stopped = paths[len(found)]
        if code >= 0:
            log = (WORK / f"{consumer.name}.log").read_text("utf-8", "replace")
            sys.exit(f"{consumer.name}: the worker stopped at {stopped}\n{log[-2000:]}")
        reason = f"the loader crashed: signal {-code}"
        found.append({"path": str(stopped), "accepted": False, "reason": reason,
                      "skipped": 0, "examples": None})
    return {Path(one["path"]): one for one in found}


def asked(consumer: Consumer, paths: list[Path]) -> tuple[list[str], int]:
    """The lines that one worker printed, and its exit code."""
    with (WORK / f"{consumer.name}.log").open("wb") as errors:
        done = subprocess.run(
            [environment(consumer), HERE / "worker.py", consumer.name],
            input="".join(f"{path}\n" for path in paths), stdout=subprocess.PIPE, stderr=errors,
            text=True, encoding="utf-8", cwd=WORK,
            env={**os.environ, "PYTHONHASHSEED": "0", **dict(consumer.env)})
    return done.stdout.splitlines(), done.returncode


# The program


def checked(program: Path, target: str, paths: Iterable[Path]) -> dict[Path, dict[str, Any]]:
    """The report of the program on each file."""
    def check(path: Path) -> tuple[Path, dict[str, Any]]:
        done = subprocess.run([program, "check", path, "--isolated", "--target", target,
                               "--format", "json"], capture_output=True, text=True)
        try:
            return path, json.loads(done.stdout)
        except ValueError:
            sys.exit(f"{path}: {done.stderr}")

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(check, paths))


def accepted(report: dict[str, Any]) -> bool:
    """The verdict of a report."""
    return all(verdict["accepted"] for verdict in report["summary"]["verdicts"])


def explained(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings of a report, without repetitions of the same message."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for finding in report["findings"]:
        kept = {key: finding.get(key) for key in ("rule", "severity", "consequence", "message")}
        found.setdefault((finding["rule"], finding["message"]), kept)
    order = {"rejected": 0, "skipped": 1, "truncated": 2, "misread": 3, "ignored": 4}
    return sorted(found.values(), key=lambda one: order.get(one["consequence"], 9))[:6]


# Comparison


def compared(program: Path, consumer: Consumer) -> list[Comparison]:
    """Both verdicts on every file that the consumer reads."""
    paths = written(consumer)
    real = answers(consumer, list(paths))
    found: list[Comparison] = []
    for target in (consumer.target, *consumer.targets):
        reports = checked(program, target, paths)
        for path, defect in paths.items():
            found.append(comparison(consumer, target, defect, real[path], reports[path]))
    return found


def comparison(consumer: Consumer, target: str, defect: Defect, real: dict[str, Any],
               report: dict[str, Any]) -> Comparison:
    """Both verdicts on one file."""
    outcome = {(True, True): AGREE_ACCEPT, (False, False): AGREE_REJECT,
               (True, False): TOO_STRICT, (False, True): TOO_LAX}[
                   real["accepted"], accepted(report)]
    examples = real["examples"]
    return Comparison(consumer.name, target, defect.path, outcome, real["reason"],
                      explained(report), None if examples is None else len(examples))


def written(consumer: Consumer) -> dict[Path, Defect]:
    """Writes the files of a consumer where the program and the worker read them."""
    home = WORK / f"files-{consumer.records}"
    paths = {home / defect.path: defect for defect in defects(consumer.records)
             if consumer.reads(defect)}
    for path, defect in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != defect.data:
            path.write_bytes(defect.data)
    return paths


def round_trips(program: Path, consumer: Consumer) -> list[str]:
    """What the consumer reads differently after a conversion, as one line per difference."""
    lost: list[str] = []
    home = WORK / "converted" / consumer.name
    converted = corpus.converted(program, consumer.target, consumer.records, home)
    if not converted:
        return lost
    real = answers(consumer, [trip.path for trip in converted])
    for trip in converted:
        answer = real[trip.path]
        if not answer["accepted"]:
            lost.append(f"{trip.name}: {answer['reason']}")
        else:
            lost += corpus.differences(trip, answer["examples"])
    return lost


# Known disagreements


@dataclass(frozen=True)
class Known:
    """A disagreement that known.toml lists."""

    consumer: str
    verdict: str
    defect: str
    target: str | None

    def matches(self, one: Comparison) -> bool:
        """Whether it lists a disagreement; `defect` may be a pattern."""
        return (self.consumer == one.consumer and self.target in (None, one.target)
                and self.verdict == one.outcome and fnmatch.fnmatchcase(one.defect, self.defect))


def known() -> list[Known]:
    """The entries of known.toml; `defect` is one path or several."""
    listed: list[Known] = []
    for entry in tomllib.loads((HERE / "known.toml").read_text("utf-8")).get("known", []):
        paths = entry["defect"] if isinstance(entry["defect"], list) else [entry["defect"]]
        assert entry["reason"], f"{paths[0]} gives no reason"
        verdict = entry["verdict"].replace("-", " ")
        listed += [Known(entry["consumer"], verdict, path, entry.get("target")) for path in paths]
    return listed


def judge(found: list[Comparison]) -> tuple[list[Comparison], list[Known]]:
    """The unlisted disagreements, and the entries that no disagreement matches."""
    ran = {one.consumer for one in found}
    entries = [entry for entry in known() if entry.consumer in ran]
    wrong = [one for one in found if one.outcome in (TOO_STRICT, TOO_LAX)]
    unlisted = [one for one in wrong if not any(entry.matches(one) for entry in entries)]
    stale = [entry for entry in entries if not any(entry.matches(one) for one in wrong)]
    return unlisted, stale


# Output


def table(found: list[Comparison], run: list[Consumer]) -> str:
    """One row per consumer and target."""
    rows = ["| consumer | target | agree accept | agree reject | too strict | too lax |",
            "|---|---|---|---|---|---|"]
    for consumer in run:
        for target in (consumer.target, *consumer.targets):
            counts = Counter(one.outcome for one in found
                             if one.consumer == consumer.name and one.target == target)
            cells = " | ".join(str(counts[outcome]) for outcome in OUTCOMES)
            rows.append(f"| {version(consumer)} | `{target}` | {cells} |")
    return "\n".join(rows)


def version(consumer: Consumer) -> str:
    """The consumer with the version of the package that is named like it."""
    pinned = (*consumer.no_deps, *consumer.requires)
    stem = consumer.name.partition("_")[0]
    named = [package for package in pinned if stem in package] or pinned
    if consumer.source or not named:
        return f"`{consumer.name}`, source"
    return f"`{consumer.name}`, {named[0].partition('==')[2]}"


def update(text: str) -> None:
    """Writes the table between the markers of the page."""
    page = PAGE.read_text("utf-8")
    if BEGIN not in page:
        sys.exit(f"docs/evaluation.md has no line {BEGIN}")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    today = datetime.date.today().isoformat()
    PAGE.write_text(f"{before}{BEGIN}\nMeasured on {today}.\n\n{text}\n{END}{after}", "utf-8")


def describe(one: Comparison) -> str:
    """An unlisted disagreement, for a person."""
    rules = "; ".join(f"{f['rule']} ({f['consequence']}): {f['message']}"
                      for f in one.findings[:2]) or "no finding"
    reason = " ".join((one.reason or "accepts it").split())[:300]
    return (f"{one.consumer}: {one.defect}: {one.outcome} for {one.target}\n"
            f"    consumer: {reason}\n    tunelint: {rules}")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--light", action="store_true", help="consumers that install quickly")
    group.add_argument("--all", action="store_true", help="every consumer [default]")
    parser.add_argument("--update", action="store_true", help="write the table to the page")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write all comparisons as JSON")
    return parser.parse_args()


def selected(options: argparse.Namespace) -> list[Consumer]:
    """The consumers to run; those without their checkout are left out with a reason."""
    run = []
    for consumer in consumers():
        variable = source_variable(consumer.name)
        if options.only and consumer.name not in options.only:
            continue
        if options.light and not consumer.light:
            continue
        if consumer.source and variable not in os.environ:
            print(f"{consumer.name}: skipped, {variable} is not set to a checkout of "
                  f"{consumer.source}")
            continue
        run.append(consumer)
    return run


def main() -> int:
    """Runs the consumers one after the other."""
    options = arguments()
    program = options.program.resolve()
    run = selected(options)
    found: list[Comparison] = []
    lost: list[str] = []
    for consumer in run:
        found += compared(program, consumer)
        lost += [f"{consumer.name}: {line}" for line in round_trips(program, consumer)]
    unlisted, stale = judge(found)
    for one in unlisted:
        print(describe(one))
    for line in lost:
        print(f"round trip: {line}")
    for entry in stale:
        print(f"no longer occurs: {entry.consumer}: {entry.defect}: {entry.verdict}")
    print(table(found, run))
    if options.report:
        options.report.write_text(json.dumps([asdict(one) for one in found], indent=1))
    if options.update:
        update(table(found, run))
    return 1 if unlisted or stale or lost else 0


if __name__ == "__main__":
    sys.exit(main())
