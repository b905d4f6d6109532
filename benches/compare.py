#!/usr/bin/env python3
"""Compares the run time of tunelint with that of other programs, measured in one sitting.

usage: compare.py [FILE]... [--peers] [--only PEER]... [--threads] [--start] [--size BYTES]
                  [-- OPTIONS OF check]

Prints the median wall time of five runs, the ratio to `cat FILE >/dev/null`, and peak memory.
`--peers` adds polars, duckdb, a loop over orjson and datatrove's reader, each with five checks
(see peers.py); `--only` adds some of them. `--threads` adds the ratio of one thread to two, and
`--start` compares a check of 100 examples with `true`. Without FILE, `--peers` and `--threads`
generate pairs and messages in JSON Lines, and pairs in CSV, without defects.

Build with `cargo build --release` first, or set TUNELINT to the binary. Informational: it has no
thresholds and never fails on slow runs.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
PROGRAM = os.environ.get("TUNELINT") or str(HERE.parent / "target" / "release" / "tunelint")
WORK = HERE.parent / "target" / "benches"
PYTHON = str(WORK / "venv" / "bin" / "python")
RUNS = 5
# A start takes a few milliseconds, so that single runs differ more.
STARTS = 101
# The packages of the peers, and the arguments of peers.py.
PEERS = {"polars": "polars", "duckdb": "duckdb", "orjson": "loop", "datatrove": "datatrove"}
GENERATED = [("large.jsonl", "pairs"), ("large.jsonl", "messages"), ("large.csv", "pairs")]

Command = list[str]


class Run(NamedTuple):
    """What one run cost, or the median of several."""

    seconds: float
    # Peak resident memory in MB; at least that of this script, which a new process starts as.
    memory: float


def run(command: Command) -> Run:
    """Runs a program once, without its output."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    # 1 is the exit code of a check that found something.
    if process.returncode not in (0, 1):
        sys.exit(f"exit code {process.returncode}: {' '.join(command)}")
    return Run(seconds, usage.ru_maxrss / 1024)


def medians(commands: dict[str, Command], count: int = RUNS) -> dict[str, Run]:
    """Median time and peak memory of each; in turns, so that all meet the same neighbors."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(count):
        for name, command in commands.items():
            runs[name].append(run(command))
    return {name: Run(statistics.median(one.seconds for one in found),
                      max(one.memory for one in found)) for name, found in runs.items()}


def check(file: Path, *options: str) -> Command:
    """The command that is measured."""
    return [PROGRAM, "check", str(file), *options]


# Files


def generate(name: str, *options: str) -> Path:
    """Writes a file in another process, whose memory would count as that of every run."""
    path = WORK / name
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, str(HERE / "generate.py"), str(path), *options], check=True)
    return path


def generated(size: int) -> Iterator[tuple[str, Path]]:
    """The name and path of each large file, which is removed afterward."""
    for name, layout in GENERATED:
        path = generate(name, "--layout", layout, "--bytes", str(size), "--defects", "0")
        yield f"{layout}{path.suffix}, {size / 1e6:,.0f} MB", path
        path.unlink()


# Peers


def install(packages: list[str]) -> list[str]:
    """The requirements that are installed; the reason is printed for each other one."""
    if not Path(PYTHON).exists():
        subprocess.run([sys.executable, "-m", "venv", str(WORK / "venv")], check=True)
    lines = (HERE / "requirements.txt").read_text("utf-8").splitlines()
    installed = []
    for requirement in (line for line in lines if line.partition("==")[0] in packages):
        done = subprocess.run([PYTHON, "-m", "pip", "install", "--quiet",
                               "--disable-pip-version-check", requirement],
                              capture_output=True, text=True)
        if done.returncode == 0:
            installed.append(requirement)
        else:
            print(f"{requirement}: skipped, {last_line(done.stderr)}")
    return installed


def last_line(text: str) -> str:
    """The last line of an error, which has its reason."""
    return (text.strip().splitlines() or ["no reason given"])[-1]


def peer_title(requirement: str, file: Path) -> str:
    """The name of a peer in the table, with its version."""
    if requirement.startswith("orjson"):
        parser = "csv" if file.suffix == ".csv" else requirement.replace("==", " ")
        return f"Python loop with {parser}"
    return requirement.replace("==", " ")


def peers(file: Path, installed: list[str]) -> dict[str, Command]:
    """The commands of the peers that can read the file. Warns if their counts differ."""
    commands: dict[str, Command] = {}
    counts: dict[str, str] = {}
    for requirement in installed:
        package = requirement.partition("==")[0]
        command = [PYTHON, str(HERE / "peers.py"), PEERS[package], str(file)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0:
            name = peer_title(requirement, file)
            commands[name] = command
            counts[name] = done.stdout.strip()
        else:
            print(f"{requirement}: skipped, {last_line(done.stderr)}")
    if len(set(counts.values())) > 1:
        print(f"The counts of the checks differ: {counts}")
    return commands


def show_peers(file: Path, title: str, options: list[str], installed: list[str]) -> None:
    """Prints one table, with all programs on the same file."""
    commands = {"cat": ["cat", str(file)], **peers(file, installed),
                "tunelint check": check(file, *options)}
    found = medians(commands)
    cat = found["cat"].seconds
    polars = next((one.seconds for name, one in found.items() if name.startswith("polars")), None)
    print(f"\n| {title} | seconds | memory | x cat | x polars |\n|---|---|---|---|---|")
    for name, one in found.items():
        against = f"{one.seconds / polars:.2f}" if polars else "–"
        print(f"| {name} | {one.seconds:.3f} | {one.memory:,.0f} MB | {one.seconds / cat:.1f} "
              f"| {against} |")


# tunelint


def show_file(file: Path, options: list[str]) -> None:
    """Prints the ratio to `cat`."""
    found = medians({"cat": ["cat", str(file)], "check": check(file, *options)})
    floor, (wall, memory) = found["cat"].seconds, found["check"]
    print(f"{file.name}: {wall:.3f} s, cat {floor:.3f} s, {wall / floor:.1f} x cat, "
          f"{memory:.0f} MB")


def show_threads(file: Path, title: str, options: list[str]) -> None:
    """Prints the ratio of one thread to two."""
    found = medians({count: check(file, "--threads", count, *options) for count in ("1", "2")})
    one, two = found["1"].seconds, found["2"].seconds
    print(f"{title}: 1 thread {one:.3f} s, 2 threads {two:.3f} s, {one / two:.2f} x")


def show_start(options: list[str]) -> None:
    """Prints the time from start to exit of a small check."""
    file = generate("hundred.jsonl", "--records", "100", "--profile", "short")
    found = medians({"true": ["true"], "check": check(file, *options)}, STARTS)
    floor, wall = found["true"].seconds, found["check"].seconds
    print(f"100 examples: {wall * 1000:.1f} ms, true {floor * 1000:.1f} ms, "
          f"{wall / floor:.1f} x true")


def arguments() -> tuple[argparse.Namespace, list[str]]:
    """The command line, and the options for `check`."""
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n")[0],
        epilog="Words after -- are options of `tunelint check`.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--peers", action="store_true", help="compare with other programs")
    parser.add_argument("--only", action="append", default=[], metavar="PEER", choices=PEERS,
                        help="compare with polars, duckdb, orjson or datatrove (repeatable)")
    parser.add_argument("--threads", action="store_true", help="compare one thread with two")
    parser.add_argument("--start", action="store_true",
                        help="compare a check of 100 examples with `true`")
    parser.add_argument("--size", type=int, default=10**9, metavar="BYTES",
                        help="size of each generated file [default: 1000000000]")
    options = parser.parse_args(words[:at])
    options.peers |= bool(options.only)
    if not (options.files or options.peers or options.threads or options.start):
        parser.error("expected a file, --peers, --threads or --start")
    return options, words[at + 1:]


def main() -> None:
    """Measures what the command line asks for."""
    options, check_options = arguments()
    if options.start:
        show_start(check_options)
    installed = install(options.only or list(PEERS)) if options.peers else []
    named = ((file.name, file) for file in options.files)
    needs_files = options.peers or options.threads
    for title, file in named if options.files or not needs_files else generated(options.size):
        if options.peers:
            show_peers(file, title, check_options, installed)
        else:
            show_file(file, check_options)
        if options.threads:
            show_threads(file, title, check_options)


if __name__ == "__main__":
    main()
