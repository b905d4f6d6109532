"""Small changes of a record, by the path to a value: `put(["messages", 0, "role"], "usr")`."""
from collections.abc import Callable, Sequence
from typing import Any

from records import Json, copied

# Takes a copy of a clean record, returns what is written in its place.
Edit = Callable[[Any], Json]
Edits = dict[str, Edit]
# Keys and indices.
Path = Sequence[Any]


def parent(record: Json, path: Path) -> Json:
    """The object or list that holds the last step of the path."""
    for step in path[:-1]:
        record = record[step]
    return record


def put(path: Path, value: Json) -> Edit:
    """Sets a value."""
    def edit(record: Json) -> Json:
        parent(record, path)[path[-1]] = copied(value)
        return record
    return edit


def drop(path: Path) -> Edit:
    """Removes a key or an item."""
    def edit(record: Json) -> Json:
        del parent(record, path)[path[-1]]
        return record
    return edit


def insert(path: Path, index: int, value: Json) -> Edit:
    """Inserts an item into the list at the path."""
    def edit(record: Json) -> Json:
        parent(record, path)[path[-1]].insert(index, copied(value))
        return record
    return edit


def append(path: Path, value: Json) -> Edit:
    """Adds an item to the list at the path."""
    return insert(path, 10_000, value)


def chain(*edits: Edit) -> Edit:
    """One edit after the other."""
    def edit(record: Json) -> Json:
        for one in edits:
            record = one(record)
        return record
    return edit


def whole(make: Callable[[Json], Json]) -> Edit:
    """Replaces the record by what is made of it."""
    return make
