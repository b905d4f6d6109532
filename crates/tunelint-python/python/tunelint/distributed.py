"""Checks in several places: a part for each partition of the data, and the report made of them.

Every partition is read by `part`, anywhere, and gives bytes; `merge` makes the report of them. It is
that of one check of all partitions, each a source of one dataset. Some rules compare every example with
what all have in common. If there is something to compare, `state` returns what that takes, and every
partition is read in a further round. `check` does the rounds for a function that reads them all:

>>> import tunelint
>>> partitions = [[{"prompt": f"{n} + {m}", "completion": str(n + m)} for m in range(30)] for n in range(4)]
>>> def read(state):
...     return [
...         tunelint.distributed.part(rows, index=index, state=state)
...         for index, rows in enumerate(partitions)
...     ]
>>> report = tunelint.distributed.check(read)
>>> [(source.path, source.records) for source in report.sources][:2]
[('<partition 0>', 30), ('<partition 1>', 30)]

`tunelint.spark` and `tunelint.ray` read the partitions on their engines.
"""

from __future__ import annotations

from . import _data, _tunelint
from ._results import OwnRule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Callable, Optional

    from typing_extensions import Unpack

    from ._options import CheckOptions
    from ._tunelint import Example, Finding, Report
    from ._types import Compared, Part

__all__ = ["MAX_DIGESTS", "check", "combine", "merge", "part", "state"]

#: For how many examples duplicates are found exactly, unless a call sets another limit. A part has 32
#: bytes of each of them, so it has at most 128 MB of these: eight such parts fit a cell of Arrow.
MAX_DIGESTS = 1 << 22


def part(
    batch: Part,
    *,
    index: int = 0,
    state: Optional[bytes] = None,
    rules: Iterable[Callable[[Example], Iterable[Finding] | None]] = (),
    max_findings: Optional[int] = None,
    max_digests: Optional[int] = MAX_DIGESTS,
    **options: Unpack[CheckOptions],
) -> bytes:
    """Read one partition: the rows of it, as `tunelint.check` takes them.

    `index` is its number, from 0, and `state` is what the function `state` returned for a further
    round; the rows must be the same in every round. `max_findings` limits the part to the first
    findings of each rule, and counts all. Duplicates are found among `max_digests` examples; if there are more,
    among a sample of the inputs, which a note in the report tells. Options are those of
    `tunelint.check` and must be the same for all parts; a baseline is not supported.

    >>> import tunelint
    >>> part = tunelint.distributed.part([{"prompt": "2 + 2", "completion": ""}])
    >>> tunelint.distributed.merge([part]).by_rule()["empty-output"]
    1
    """
    own = [rule if isinstance(rule, OwnRule) else OwnRule(rule) for rule in rules]
    given = [(rule.name, rule.severity, rule.function) for rule in own]
    source = _source(batch, index)
    keywords = _data.options(dict(options))
    return _tunelint.part([source], keywords, given, index, state, max_findings, max_digests)


def combine(
    parts: Iterable[bytes], *, state: Optional[bytes] = None, **compared: Unpack[Compared]
) -> bytes:
    """Combine parts of one round into one, which takes less space than all of them.

    Adjacent parts are merged, in any grouping: those of the partitions 0 to 9, of 10 to 19, and so on, and then
    the results. `state` is what the parts were made with. `compared` is the data that they were
    compared with, unless it was named by paths.

    >>> import tunelint
    >>> rows = [{"prompt": "2 + 2", "completion": "4"}]
    >>> parts = [tunelint.distributed.part(rows, index=index) for index in range(4)]
    >>> left, right = tunelint.distributed.combine(parts[:3]), parts[3]
    >>> report = tunelint.distributed.merge([left, right])
    >>> report.to_json() == tunelint.distributed.merge(parts).to_json()
    True
    """
    return _tunelint.combine(list(parts), state, _compared(compared))


def state(parts: Iterable[bytes], **compared: Unpack[Compared]) -> Optional[bytes]:
    """What a further round needs, from the parts of all rounds so far; None if there is none."""
    return _tunelint.state(list(parts), _compared(compared))


def merge(parts: Iterable[bytes], **compared: Unpack[Compared]) -> Report:
    """The report of the parts of all rounds, combined or not, in any order.

    >>> import tunelint
    >>> rows = [{"prompt": "2 + 2", "completion": "4"}]
    >>> report = tunelint.distributed.merge([tunelint.distributed.part(rows, target="trl")])
    >>> report.sources
    [<Source <partition 0>: 1 records of layout prompt-completion>]
    """
    return _tunelint.merge(list(parts), _compared(compared))


def check(
    read: Callable[[Optional[bytes]], Iterable[bytes]], **compared: Unpack[Compared]
) -> Report:
    """Read the partitions in as many rounds as it takes, and return the report.

    `read` is called with the state of a round, None in the first one, and returns its parts, combined
    or not.
    """
    parts = list(read(None))
    while (needed := state(parts, **compared)) is not None:
        parts += read(needed)
    return merge(parts, **compared)


def _source(batch: Part, index: int) -> tuple[str, object, object]:
    if index < 0:
        raise _tunelint.UsageError(f"index: expected a number from 0, found {index}")
    sources = _data.sources(batch)
    if len(sources) != 1 or sources[0][0] in ("path", "bytes"):
        raise _tunelint.UsageError(
            "batch: expected the rows of one partition, as a list of dicts, a data frame or Arrow batches"
        )
    [(kind, _, data)] = sources
    return (kind, _tunelint.partition(index), data)


def _compared(compared: Compared) -> dict[str, Any]:
    given: dict[str, Any] = dict(compared)
    unknown = set(given) - set(_data.OF_DATA)
    if unknown:
        raise _tunelint.UsageError(
            f"unknown option `{min(unknown)}`; the parts have all options except data that they were compared with"
        )
    return {name: _data.sources(data, name) for name, data in given.items() if data is not None}
