"""Round trips: what a consumer reads after a conversion is compared with the source.

Not written yet: no conversions.
"""
from pathlib import Path
from typing import Any


def converted(program: Path, target: str, containers: tuple[str, ...], home: Path) -> list[Any]:
    """The conversions for a target."""
    return []


def differences(trip: Any, examples: Any) -> list[str]:
    """What was read differently."""
    return []
