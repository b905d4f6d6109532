"""What the tests on engines share: data, and the check in one place that they are compared with."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import tunelint

ROOT = Path(__file__).resolve().parents[4]
SHARED = ROOT.parent / "shared"

#: Files with tables that pyarrow can hold, of different layouts.
FEW = ("t0_qasc_is_correct_1", "ms_gsm8k_chat_train", "nova_train_ft", "ms_orca_dpo_valid")


def real_data(names: tuple[str, ...] = ()) -> dict[str, pyarrow.Table]:
    """Real files as tables, or none where they are absent. A file whose values have no common type is
    left out: it is no data frame."""
    tables = {}
    for file in sorted((SHARED / "real-data").glob("*.jsonl")):
        if (names and file.stem not in names) or file.stat().st_size > 20_000_000:
            continue
        try:
            rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
            table = pyarrow.Table.from_pylist(rows)
        except (ValueError, pyarrow.ArrowException):
            continue
        if len(rows) >= 32 and not _has_null_type(table.schema):
            tables[file.stem] = table
    return tables


def _has_null_type(schema: pyarrow.Schema) -> bool:
    return "null" in str(schema)


def rows(number: int = 600) -> pyarrow.Table:
    """Rows with a preamble that some lack, duplicates, and outputs that are empty."""
    found = [
        {"prompt": f"Is it true?\nThe part {n} is in stock.", "completion": "Yes" if n % 3 else "No"}
        for n in range(number)
    ]
    for n in range(3, number, 17):
        found[n]["prompt"] = f"The part {n} is in stock."
    for n in range(40, number, 31):
        found[n] = dict(found[n - 37])
    for n in range(7, number, 101):
        found[n]["completion"] = ""
    return pyarrow.Table.from_pylist(found)


def in_one_place(partitions: dict[int, pyarrow.Table], **options: Any) -> tunelint.Report:
    """The check of all partitions in this process."""
    named = {f"partition {n}": of for n, of in sorted(partitions.items()) if len(of)}
    return tunelint.check(named, **options)


def failing_once() -> Callable[[Any], None]:
    """A rule that kills its process the first time it is called, wherever that is."""
    trace = tempfile.mkdtemp()

    def dies_once(example: Any) -> None:
        """Kills its process once."""
        try:
            os.mkdir(os.path.join(trace, "died"))
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)

    dies_once.trace = trace  # type: ignore[attr-defined]
    return dies_once


def has_died(rule: Any) -> bool:
    return os.path.exists(os.path.join(rule.trace, "died"))

