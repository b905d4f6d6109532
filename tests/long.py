"""The long forms of the tests of reliability: faults, kills, comparisons with other parsers, fuzzing.

    python3 tests/long.py [--seconds N] [--only tests|fuzz] [TARGET ...]

Fuzzes every target in `fuzz`, or those that are named, for N seconds each (600 by default), and writes the
figures to docs/reliability.md. Executions of the fuzzer are summed over all runs. Needs a C++ compiler.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reliability.md"
ARTIFACTS = ROOT / "fuzz/artifacts"

# What `cargo fuzz` passes for a fuzzer without a sanitizer: the project has no unsafe code.
COVERAGE = " ".join(
    [
        "-Cpasses=sancov-module",
        "-Cllvm-args=-sanitizer-coverage-level=4",
        "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
        "-Cllvm-args=-sanitizer-coverage-pc-table",
        "-Cllvm-args=-sanitizer-coverage-trace-compares",
        "--cfg fuzzing",
        "-Ccodegen-units=1",
    ]
)

# The figures of the tests, and how the page names them.
FIGURES = {
    "faults": "faults: calls that failed, full disks, limits",
    "kills": "kills, at each call and at growing delays",
    "differential": "inputs compared with other parsers",
}


def tests():
    """The figures of the long forms in `cargo test`."""
    with tempfile.TemporaryDirectory() as directory:
        figures = Path(directory) / "figures"
        command = ["cargo", "test", "--locked", "-p", "tunelint", "--test", "all", "--"]
        subprocess.run(
            command + ["faults::", "differential::", "reliability::", "fuzzing::"],
            cwd=ROOT,
            env=os.environ | {"TUNELINT_FIGURES": str(figures)},
            check=True,
        )
        sums = {}
        for line in figures.read_text().splitlines():
            name, number = line.split()
            sums[name] = sums.get(name, 0) + int(number)
    return sums


def build():
    """Builds all targets and returns their folder."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "fuzz"
    host = re.search(r"host: (\S+)", subprocess.check_output(["rustc", "-vV"], text=True)).group(1)
    env = os.environ | {"CARGO_TARGET_DIR": str(target), "RUSTFLAGS": COVERAGE}
    # Given a target, build scripts are not instrumented.
    command = ["cargo", "build", "--release", "--locked", "--target", host]
    subprocess.run(command, cwd=ROOT / "fuzz", env=env, check=True)
    return target / host / "release"


def fuzz(folder, name, seconds):
    """Runs one target. Returns its executions, and whether it held."""
    ARTIFACTS.mkdir(exist_ok=True)
    corpus = ROOT / "fuzz/corpus" / name
    with tempfile.TemporaryDirectory() as found:
        command = [
            folder / name,
            found,
            corpus,
            f"-max_total_time={seconds}",
            f"-artifact_prefix={ARTIFACTS}/{name}-",
            "-print_final_stats=1",
            "-timeout=20",
            # A file that is cut off is another one.
            f"-max_len={max([4096, *(path.stat().st_size for path in corpus.iterdir())])}",
        ]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=found)
    text = run.stdout.decode(errors="replace")
    executed = re.findall(r"stat::number_of_executed_units: (\d+)", text)
    if run.returncode != 0:
        print("\n".join(text.splitlines()[-40:]))
    return int(executed[-1]) if executed else 0, run.returncode == 0


def row(page, name, number, added):
    """The page with the row `name` set to a number, which is added to the old one if `added`."""
    pattern = re.compile(rf"^\| {re.escape(name)} \| ([\d,]+) \|$", re.MULTILINE)
    old = pattern.search(page)
    if old is None:
        sys.exit(f"{PAGE} has no row {name!r}")
    before = int(old.group(1).replace(",", "")) if added else 0
    return pattern.sub(f"| {name} | {before + number:,} |", page)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--only", choices=["tests", "fuzz"])
    options = parser.parse_args()
    if options.only != "fuzz":
        page = PAGE.read_text()
        for name, number in tests().items():
            page = row(page, FIGURES[name], number, False)
        PAGE.write_text(page)
    if options.only == "tests":
        return
    folder = build()
    names = options.targets or sorted(path.stem for path in (ROOT / "fuzz/fuzz_targets").glob("*.rs"))
    failed = []
    for name in names:
        executed, held = fuzz(folder, name, options.seconds)
        print(f"{name}: {executed:,} executions{'' if held else ', FAILED'}", flush=True)
        PAGE.write_text(row(PAGE.read_text(), f"`{name}`", executed, True))
        if not held:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}; the inputs are in {ARTIFACTS}")


if __name__ == "__main__":
    main()
