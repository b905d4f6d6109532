"""Rows that a call returns, as tables of other libraries, which are imported when they are asked for."""

from __future__ import annotations

from . import _tunelint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import datasets
    import pandas
    import polars
    import pyarrow

    from ._types import Path


class Table:
    """Rows that a call returns.

    They are kept in a temporary file until the object is gone, and read again by each method.

    >>> import tunelint
    >>> rows = [{"prompt": "2 + 2", "completion": "4"}]
    >>> table = tunelint.convert(rows, to="messages")
    >>> len(table)
    1
    >>> [message["role"] for row in table for message in row["messages"]]
    ['user', 'assistant']
    """

    def __init__(self, file: _tunelint.RowsFile) -> None:
        self._file = file

    def __iter__(self) -> Iterator[dict[str, Any]]:
        import json

        with open(self._file.path, encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    def __len__(self) -> int:
        with open(self._file.path, "rb") as lines:
            return sum(1 for _ in lines)

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as a list of dicts."""
        return list(self)

    @property
    def table(self) -> pyarrow.Table:
        """The rows as a `pyarrow.Table`."""
        return arrow_of(self.to_dicts())

    def to_arrow(self) -> pyarrow.Table:
        """The rows as a `pyarrow.Table`."""
        return self.table

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a `pandas.DataFrame`."""
        return pandas_of(self.to_dicts())

    def to_polars(self) -> polars.DataFrame:
        """The rows as a `polars.DataFrame`."""
        return polars_of(self.to_dicts())

    def to_dataset(self) -> datasets.Dataset:
        """The rows as a `datasets.Dataset`."""
        import datasets

        return datasets.Dataset(arrow_of(self.to_dicts()))  # pyright: ignore[reportArgumentType]

    def write(self, path: Path, *, force: bool = False) -> None:
        """Write the rows to a file, whose extension decides the container: JSON Lines, JSON, CSV, TSV
        or Parquet.

        A file that exists is replaced only with `force`.

        >>> import tempfile, os, tunelint
        >>> table = tunelint.convert([{"prompt": "2 + 2", "completion": "4"}], to="pairs")
        >>> path = os.path.join(tempfile.mkdtemp(), "sums.csv")
        >>> table.write(path)
        >>> open(path).read().splitlines()
        ['text_input,output', '2 + 2,4']
        """
        source = ("path", self._file.path, None)
        options: dict[str, Any] = {"to": self._file.layout, "out": path, "force": force}
        _tunelint.convert([source], {**options, "keep_extra": True})


def arrow_of(rows: list[Any]) -> pyarrow.Table:
    """The rows as a `pyarrow.Table`."""
    import pyarrow

    # `from_pylist` takes the columns of the first row only.
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pyarrow.table({name: [row.get(name) for row in rows] for name in names})


def pandas_of(rows: list[Any]) -> pandas.DataFrame:
    """The rows as a `pandas.DataFrame`."""
    import pandas

    return pandas.DataFrame(rows)


def polars_of(rows: list[Any]) -> polars.DataFrame:
    """The rows as a `polars.DataFrame`."""
    import polars

    return polars.from_dicts(rows, infer_schema_length=None) if rows else polars.DataFrame()
