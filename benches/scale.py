#!/usr/bin/env python3
"""Measures a check in several places: time, memory and size of parts. docs/scale.md has the figures.

    scale.py [BYTES]

BYTES is the size of the generated data [default: 256,000,000]. Needs tunelint and pyarrow. Times are processor
time, since the machine may be busy; each line is of a new process.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GENERATOR = Path(__file__).parent / "generate.py"
#: Rows of the partitions that are measured.
ROWS = (1_000, 10_000, 100_000, 1_000_000)


def table(path: str, rows: int | None = None):
    import pyarrow.json

    options = pyarrow.json.ReadOptions(block_size=64 << 20)
    found = pyarrow.json.read_json(path, options)
    return found if rows is None else found.slice(0, rows)


def peak() -> int:
    """The most memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def timed(work):
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def partition(path: str, rows: int) -> dict[str, object]:
    """Both rounds of one partition, on one core."""
    from tunelint import distributed

    data = table(path, rows)
    before = peak()
    part, first = timed(lambda: distributed.part(data, threads=1, target="trl"))
    memory = peak() - before
    state, needed = timed(lambda: distributed.state([part]))
    found: dict[str, object] = {
        "rows": len(data),
        "bytes": data.nbytes,
        "seconds": first,
        "part": len(part),
        "memory": memory,
        "state_seconds": needed,
    }
    if state is not None:
        again, second = timed(lambda: distributed.part(data, threads=1, target="trl", state=state))
        found |= {"state": len(state), "again_seconds": second, "again_part": len(again)}
    _, found["merge_seconds"] = timed(lambda: distributed.merge([part] + ([again] if state else [])))
    return found


def combined(path: str, number: int) -> dict[str, object]:
    """Eight parts of `number` rows, combined."""
    from tunelint import distributed

    data = table(path, number * 8)
    parts = [
        distributed.part(data.slice(n * number, number), index=n, threads=1, target="trl") for n in range(8)
    ]
    before = peak()
    part, seconds = timed(lambda: distributed.combine(parts))
    return {
        "rows": number,
        "parts": sum(map(len, parts)),
        "combined": len(part),
        "seconds": seconds,
        "memory": peak() - before,
    }


def main(size: str = "256000000") -> None:
    with tempfile.TemporaryDirectory() as directory:
        for profile in ("short", "mixed"):
            path = str(Path(directory) / f"{profile}.jsonl")
            command = [sys.executable, str(GENERATOR), path, "--layout", "messages", "--lengths", profile]
            command += ["--bytes", size, "--defects", "0"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            for rows in ROWS:
                found = call("partition", path, rows)
                print(profile, json.dumps(found), flush=True)
                if found["rows"] != rows:
                    break
            print(profile, json.dumps(call("combined", path, 50_000)), flush=True)
            Path(path).unlink()


def call(function: str, path: str, rows: int) -> dict[str, object]:
    command = [sys.executable, __file__, "--one", function, path, str(rows)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps({"partition": partition, "combined": combined}[sys.argv[2]](sys.argv[3], int(sys.argv[4]))))
    else:
        main(*sys.argv[1:2])
