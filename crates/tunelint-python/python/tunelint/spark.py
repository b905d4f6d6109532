"""Checks of Spark DataFrames: every partition is read where it is.

`pyspark` 4 is imported when a function is called. tunelint must be installed on the executors.
"""

from __future__ import annotations

from importlib import import_module

from . import distributed
from ._data import OF_DATA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Callable, Optional

    from typing_extensions import Unpack

    from ._options import CheckOptions
    from ._tunelint import Example, Finding, Report

__all__ = ["check"]

#: How many parts a task combines.
FAN_IN = 8
#: More partitions than this are not supported.
MAX_PARTITIONS = 1 << 20
SCHEMA = "partition int, part binary"


def check(
    df: Any,
    *,
    rules: Iterable[Callable[[Example], Iterable[Finding] | None]] = (),
    max_findings: Optional[int] = None,
    max_digests: Optional[int] = distributed.MAX_DIGESTS,
    **options: Unpack[CheckOptions],
) -> Report:
    """Check a Spark DataFrame, and return what was found: `tunelint.check`, partition by partition.

    Each partition is a source of the report, called `<partition 0>` and so on; those without rows are
    left out. If rules compare every example with what all have in common, the data frame is read a
    second time, so its partitions must have the same rows whenever they are computed: read it from
    files, or store it before the check. That a partition has another size is an error.

    Paths in the options are read on the executors and on the driver. `max_findings` and `max_digests`
    are those of `tunelint.distributed.part`.
    """
    given: Any = {"threads": 1, **options}
    limits: Any = {"rules": list(rules), "max_findings": max_findings, "max_digests": max_digests}
    compared: Any = {name: given[name] for name in OF_DATA if given.get(name) is not None}

    def read(state: Optional[bytes]) -> list[bytes]:
        parts = df.mapInArrow(_reader(state, {**given, **limits}), SCHEMA)
        step, combine = 1, _combiner(state, compared)
        while step * FAN_IN < _partitions(df):
            step *= FAN_IN
            parts = _grouped(parts, step).applyInArrow(combine, SCHEMA)
        found = [bytes(row.part) for row in parts.collect()]
        # Spark runs no task for a data frame without partitions.
        return found or [distributed.part([], state=state, **given, **limits)]

    return distributed.check(read, **compared)


def _reader(state: Optional[bytes], given: Any) -> Any:
    """The function that reads one partition."""

    def read(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow

        # The package need not be installed where types are checked.
        context: Any = import_module("pyspark").TaskContext.get()
        first = next(batches, None)
        if context is None or first is None:
            return
        index: int = context.partitionId()
        rows = pyarrow.RecordBatchReader.from_batches(first.schema, _chained(first, batches))
        part = distributed.part(rows, index=index, state=state, **given)
        yield pyarrow.RecordBatch.from_pydict(_row(index, part), _arrow())

    return read


def _combiner(state: Optional[bytes], compared: Any) -> Any:
    """The function that combines the parts of one group."""

    def combine(parts: Any) -> Any:
        import pyarrow

        part = distributed.combine(parts["part"].to_pylist(), state=state, **compared)
        return pyarrow.Table.from_pydict(_row(min(parts["partition"].to_pylist()), part), _arrow())

    return combine


def _grouped(parts: Any, step: int) -> Any:
    """Parts in groups of neighbors."""
    functions: Any = import_module("pyspark.sql").functions
    return parts.groupBy(functions.floor(parts.partition / step).alias("neighbors"))


def _partitions(df: Any) -> int:
    """The number of partitions, or the highest there may be where a session does not tell."""
    try:
        return df.rdd.getNumPartitions()
    except Exception:  # Spark Connect has no RDDs, and its exception is not in every version.
        return MAX_PARTITIONS


def _chained(first: Any, batches: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from batches


def _row(index: int, part: bytes) -> dict[str, list[Any]]:
    return {"partition": [index], "part": [part]}


def _arrow() -> Any:
    import pyarrow

    return pyarrow.schema([("partition", pyarrow.int32()), ("part", pyarrow.binary())])
