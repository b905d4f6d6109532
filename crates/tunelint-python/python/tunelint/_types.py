"""Types of arguments. Imported by type checkers only."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import IO, Any, Literal, Protocol, TypedDict, Union

Path = Union[str, "os.PathLike[str]"]
Severity = Literal["error", "warning", "advice"]
#: A row: a mapping of fields, or whatever else the layout has as a record.
Row = Any


class ArrowStream(Protocol):
    """Anything with Arrow's PyCapsule interface: PyArrow, pandas, Polars, DuckDB, …"""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


#: One source.
Part = Union[Path, bytes, bytearray, memoryview, "IO[Any]", ArrowStream, Iterable[Row]]
#: One or several sources. A mapping has splits by name, as a `datasets.DatasetDict` does.
Data = Union[Part, "list[Path]", "Mapping[str, Part]"]
#: Settings as in `tunelint.toml`.
Settings = Union[Path, "dict[str, Any]", None]
#: A source for the native half.
Given = tuple[str, Any, Any]


class Compared(TypedDict, total=False):
    """Data that training data is compared with."""

    validation: Data
    production: Data
    benchmark: Data
