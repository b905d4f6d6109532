"""`fix`: files are fixed in place, rows in a temporary file."""

from __future__ import annotations

import os
import tempfile

from . import _data, _tunelint
from ._results import Fixed
from ._tunelint import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._types import Data


def fix(
    data: Data, unsafe: bool, drop_records: bool, diff: bool, options: dict[str, Any]
) -> Fixed:
    """Apply the fixes to files, or to a copy of rows."""
    sources = _data.sources(data)
    keywords = _data.options(options)
    if any(kind == "path" for kind, _, _ in sources):
        return _apply(sources, keywords, unsafe, drop_records, diff)
    if len(sources) != 1:
        raise UsageError("fix: several splits; fix one at a time")
    [(kind, _, rows)] = sources
    if kind == "bytes":
        raise UsageError("fix: bytes have no rows; pass a path or rows")
    file = _tunelint.spool(kind, rows)
    keywords["isolated"] = True
    return _apply([("path", file.path, None)], keywords, unsafe, drop_records, diff, file)


def _apply(
    sources: list[Any],
    keywords: dict[str, Any],
    unsafe: bool,
    drop_records: bool,
    diff: bool,
    file: _tunelint.RowsFile | None = None,
) -> Fixed:
    with tempfile.TemporaryDirectory() as directory:
        rejects = os.path.join(directory, "dropped.jsonl") if drop_records else None
        changes, shown = _tunelint.fix(sources, keywords, unsafe, rejects, diff)
        dropped = _rows(rejects) if rejects and os.path.exists(rejects) else []
    return Fixed(changes, shown, dropped, file or _tunelint.read(sources[0][1]))


def _rows(path: str) -> list[dict[str, Any]]:
    import json

    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if not line.startswith("#")]
