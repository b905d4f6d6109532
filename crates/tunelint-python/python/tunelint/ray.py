"""Checks of Ray datasets: every block is read by a task, where it is.

`ray` is imported when a function is called. tunelint must be installed on the nodes.
"""

from __future__ import annotations

from importlib import import_module

from . import distributed
from ._data import OF_DATA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Callable, Optional

    from typing_extensions import Unpack

    from ._options import CheckOptions
    from ._tunelint import Example, Finding, Report

__all__ = ["check"]

#: How many parts a task combines.
FAN_IN = 8


def check(
    ds: Any,
    *,
    rules: Iterable[Callable[[Example], Iterable[Finding] | None]] = (),
    max_findings: Optional[int] = None,
    max_digests: Optional[int] = distributed.MAX_DIGESTS,
    **options: Unpack[CheckOptions],
) -> Report:
    """Check a dataset, and return what was found: `tunelint.check`, block by block.

    Each block is a source of the report, called `<partition 0>` and so on; those without rows are left
    out. The dataset is computed once and kept in the object store, which spills to disks, since rules
    may have to read it a second time. Set `preserve_order` in Ray's execution options if the numbers
    of blocks must be the same whenever the dataset is computed.

    Paths in the options are read on the nodes and on the driver. `max_findings` and `max_digests` are
    those of `tunelint.distributed.part`.
    """
    # The package has no types, so it is no module to a type checker.
    ray: Any = import_module("ray")
    given: Any = {"threads": 1, **options}
    limits: Any = {"rules": list(rules), "max_findings": max_findings, "max_digests": max_digests}
    compared: Any = {name: given[name] for name in OF_DATA if given.get(name) is not None}
    read_block, combine = ray.remote(_read), ray.remote(_combine)
    blocks: list[Any] = ds.to_arrow_refs()
    shared, others = ray.put({**given, **limits}), ray.put(compared)

    def read(state: Optional[bytes]) -> list[bytes]:
        now = ray.put(state)
        parts: list[Any] = [read_block.remote(block, index, now, shared) for index, block in enumerate(blocks)]
        while len(parts) > FAN_IN:
            groups = [parts[at : at + FAN_IN] for at in range(0, len(parts), FAN_IN)]
            parts = [combine.remote(now, others, *group) for group in groups]
        found: list[bytes] = ray.get(parts)
        return found or [distributed.part([], state=state, **given, **limits)]

    return distributed.check(read, **compared)


def _read(block: Any, index: int, state: Optional[bytes], given: Any) -> bytes:
    return distributed.part(block, index=index, state=state, **given)


def _combine(state: Optional[bytes], compared: Any, *parts: bytes) -> bytes:
    return distributed.combine(parts, state=state, **compared)
