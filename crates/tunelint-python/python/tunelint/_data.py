"""What kind of data a call was given. Nothing is imported for data that is not of that kind."""

from __future__ import annotations

from ._tunelint import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._types import Data, Given

#: Options whose values are data.
OF_DATA = ("validation", "production", "benchmark")


def sources(data: Data, name: str = "data") -> list[Given]:
    """The sources in `data`: `(kind, name, what they are made of)`.

    Splits keep their names, which say what they are for.
    """
    if _is_path(data):
        return [("path", data, None)]
    if isinstance(data, (bytes, bytearray, memoryview)):
        return [("bytes", f"<{name}>", data)]
    if isinstance(data, dict):
        splits: dict[Any, Any] = data  # pyright: ignore[reportUnknownVariableType]
        return [of for split, part in splits.items() for of in _split(split, part)]
    if isinstance(data, (list, tuple)) and data and all(_is_path(item) for item in data):
        return [("path", item, None) for item in data]
    if hasattr(data, "__arrow_c_stream__"):
        return [("arrow", f"<{name}>", data)]
    if type(data).__module__.partition(".")[0] == "datasets" and hasattr(data, "with_format"):
        return [_dataset(data, f"<{name}>")]
    if callable(getattr(data, "read", None)):
        return [("bytes", f"<{name}>", _content(data))]
    if hasattr(data, "__iter__"):
        return [("rows", f"<{name}>", data)]
    raise UsageError(
        f"data: {type(data).__name__} is neither a path nor a collection of rows; pass a path, "
        "a list of dicts, a Dataset, a data frame or an Arrow table"
    )


def options(given: dict[str, Any]) -> dict[str, Any]:
    """The keywords of a call, with data as sources."""
    given.setdefault("settings", None)
    for name in OF_DATA:
        if given.get(name) is not None:
            given[name] = sources(given[name], name)
    return given


def _split(name: object, part: Data) -> list[Given]:
    if not isinstance(name, str):
        raise UsageError(f"data: the name of a split is text, not {type(name).__name__}")
    is_columns = isinstance(part, (list, tuple)) and any(isinstance(of, str) for of in part)
    if is_columns or isinstance(part, (str, int, float, type(None))):
        raise UsageError(
            f"data: a dict has splits, and `{name}` is none; pass rows as a list of dicts"
        )
    return sources(part, name)


def _dataset(dataset: Any, name: str) -> Given:
    """A dataset of Hugging Face: Arrow batches if it has columns on disk, rows if it is a stream."""
    if not hasattr(dataset, "iter") or not hasattr(dataset, "data"):
        return ("rows", name, dataset)
    import pyarrow

    batches = dataset.with_format("arrow").iter(batch_size=1_000)
    schema = dataset.features.arrow_schema
    batches = (batch for table in batches for batch in table.cast(schema).to_batches())
    return ("arrow", name, pyarrow.RecordBatchReader.from_batches(schema, batches))


def _is_path(data: object) -> bool:
    return isinstance(data, str) or hasattr(data, "__fspath__")


def _content(file: Any) -> bytes:
    content = file.read()
    return content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content


