"""Files with exactly one defect each, per layout and container.

An edit takes a clean record and returns the defective one; it is applied to the record in the
middle, and to every record if its name ends in `-everywhere`. File defects work on the encoded
bytes. Some files have no defect but an unusual property: what counts is the consumer's verdict.
"""
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import features
from edits import Edit, Edits, append, chain, drop, insert, put, whole
from records import CHATS, MIDDLE, USUAL_COUNT, Chat, Json, Record, clean, copied, layouts


@dataclass(frozen=True)
class Defect:
    """One file. `path` identifies it in tables and in known.toml."""

    name: str
    layout: str
    container: str
    data: bytes

    @property
    def path(self) -> str:
        """The name of the file below a directory."""
        return f"{self.layout}/{self.name}.{self.container}"


def defects(count: int = USUAL_COUNT) -> list[Defect]:
    """All files, always in the same order, with `count` records where nothing else is wrong."""
    found = [defect for layout in layouts() for defect in of_layout(layout, count)]
    assert len({defect.path for defect in found}) == len(found), "two defects have one name"
    return found


def of_layout(layout: str, count: int) -> Iterator[Defect]:
    """The files of one layout in all its containers."""
    records = clean(layout, count)
    for name, data in in_lines(layout, records):
        yield Defect(name, layout, "jsonl", data)
    for name, data in in_an_array(records):
        yield Defect(name, layout, "json", data)
    if all(isinstance(value, str) for value in records[0].values()):
        for name, data in in_a_table(records):
            yield Defect(name, layout, "csv", data)


# Records


def in_lines(layout: str, records: list[Record]) -> Iterator[tuple[str, bytes]]:
    """JSON Lines: the clean file, one file per edit, one per defect of the file."""
    yield "clean", lines(records)
    for name, edit in edits(layout).items():
        yield name, lines(edited(records, edit, name.endswith("-everywhere")))
    yield from line_defects(records)


def edits(layout: str) -> Edits:
    """Every edit of a layout."""
    record_edits = record_defects(clean(layout)[MIDDLE])
    for chat in CHATS:
        if chat.layout == layout:
            return record_edits | chat_defects(chat) | features.of_chat(chat)
    return record_edits | field_defects(layout) | features.of_flat(layout)


def edited(records: list[Record], edit: Edit, everywhere: bool) -> list[Json]:
    """The records with one of them, or all, changed."""
    return [edit(copied(record)) if everywhere or index == MIDDLE else record
            for index, record in enumerate(records)]


def record_defects(record: Record) -> Edits:
    """Defects that any record may have."""
    key = next(reversed(record))
    return {
        "record-is-a-list": lambda r: list(r.values()),
        "record-is-a-string": lambda _: "text",
        "record-is-null": lambda _: None,
        "record-is-a-number": lambda _: 7,
        "record-is-an-empty-object": lambda _: {},
        "record-in-a-list": lambda r: [r],
        "extra-field-in-one-record": put(["note"], "checked"),
        "extra-field-everywhere": put(["note"], "checked"),
        "extra-field-is-null": put(["note"], None),
        "extra-field-of-objects-everywhere": put(["meta"], {"a": [1, {"b": None}]}),
        "extra-field-with-a-huge-number": put(["note"], 10**30),
        "last-field-renamed": lambda r: {("fields" if k == key else k): v for k, v in r.items()},
        "last-field-renamed-everywhere":
            lambda r: {("fields" if k == key else k): v for k, v in r.items()},
        "last-field-in-capitals": lambda r: {(k.upper() if k == key else k): v
                                             for k, v in r.items()},
        "weight-in-one-record": put(["weight"], 1),
        "weight-of-the-record-everywhere": put(["weight"], 0.5),
        "weight-of-the-record-is-negative-everywhere": put(["weight"], -1),
        "other-layout-in-one-record": lambda _: {"question": "Why?", "reply": "Because."},
    }


def values() -> dict[str, Json]:
    """Values of the wrong type, by what their name says."""
    return {"null": None, "a-number": 12, "a-decimal": 0.5, "a-boolean": True,
            "an-object": {"a": "b"}, "an-empty-list": [], "a-list-of-strings": ["first", "second"],
            "a-list-of-text-parts": [{"type": "text", "text": "A part."}],
            "an-empty-string": "", "whitespace": " \n", "a-string": "A string."}


def field_defects(layout: str) -> Edits:
    """Defects of each field of a layout that has no list of messages."""
    found: Edits = {}
    record = clean(layout)[MIDDLE]
    for field in record:
        slug = field.replace("_", "-")
        found[f"{slug}-is-missing"] = drop([field])
        found[f"{slug}-is-missing-everywhere"] = drop([field])
        for kind, value in values().items():
            found[f"{slug}-is-{kind}"] = put([field], value)
        for kind in ("null", "a-number", "a-list-of-strings", "an-empty-string"):
            found[f"{slug}-is-{kind}-everywhere"] = put([field], values()[kind])
    if layout in ("prompt-completion", "input-output", "pairs"):
        found["fields-swapped"] = lambda r: dict(zip(r, reversed(list(r.values()))))
    return found


# Conversations


def chat_defects(chat: Chat) -> Edits:
    """Defects of messages, in a record of user, assistant, user, assistant."""
    return content_defects(chat) | role_defects(chat) | order_defects(chat) | list_defects(chat)


def content_defects(chat: Chat) -> Edits:
    """Defects of the text of one message."""
    question, answer = [chat.messages, 0, chat.text], [chat.messages, 1, chat.text]
    found: Edits = {"content-is-missing": drop(answer), "content-of-user-is-missing": drop(question),
                    "text-is-empty": put(answer, chat.wrap("")),
                    "text-of-user-is-empty": put(question, chat.wrap("")),
                    "text-is-whitespace": put(answer, chat.wrap(" \n ")),
                    "text-of-user-is-whitespace": put(question, chat.wrap("  ")),
                    "text-of-the-last-message-is-empty":
                        put([chat.messages, 3, chat.text], chat.wrap("")),
                    "text-with-a-nul": put(answer, chat.wrap("a\0b")),
                    "text-with-a-lone-surrogate": put(answer, chat.wrap("a\ud83d")),
                    "text-of-two-megabytes": put(answer, chat.wrap("word " * 400_000))}
    for kind, value in values().items():
        found[f"content-is-{kind}"] = put(answer, value)
        found[f"content-of-user-is-{kind}"] = put(question, value)
    for kind in ("null", "a-list-of-text-parts", "a-string", "a-number"):
        found[f"content-is-{kind}-everywhere"] = put(answer, values()[kind])
    return found


def role_defects(chat: Chat) -> Edits:
    """Defects of the role of one message."""
    path, answer = [chat.messages, 0, chat.role], [chat.messages, 1, chat.role]
    found: Edits = {"role-is-missing": drop(path), "role-of-assistant-is-missing": drop(answer),
                    "role-is-missing-everywhere": drop(path)}
    wrong = {"null": None, "a-number": 1, "empty": "", "capitalized": chat.user.capitalize(),
             "in-capitals": chat.user.upper(), "followed-by-a-space": chat.user + " ",
             "a-list": [chat.user]}
    for kind, value in wrong.items():
        found[f"role-is-{kind}"] = put(path, value)
    for role in ("usr", "human", "gpt", "model", "bot", "user", "assistant", "developer",
                 "function", "tool", "critic"):
        if role not in (chat.user, chat.assistant):
            found[f"role-of-user-is-{role}"] = put(path, role)
            found[f"role-of-assistant-is-{role}"] = put(answer, role)
    found["role-of-user-is-usr-everywhere"] = put(path, "usr")
    return found


def order_defects(chat: Chat) -> Edits:
    """Messages in another order, too many, too few."""
    turns = chat.messages
    user, assistant = chat.message("user", "One more thing."), chat.message("assistant", "Noted.")
    system = chat.message("system", "Answer briefly.")
    return {
        "only-a-user-message": keep(turns, [0]),
        "only-an-assistant-message": keep(turns, [1]),
        "only-a-system-message": put([turns], [system]),
        "only-user-messages": keep(turns, [0, 2]),
        "only-assistant-messages": keep(turns, [1, 3]),
        "system-and-user-only": chain(keep(turns, [0]), insert([turns], 0, system)),
        "system-and-assistant-only": chain(keep(turns, [1]), insert([turns], 0, system)),
        "last-message-of-user": append([turns], user),
        "last-message-of-user-everywhere": append([turns], user),
        "first-message-of-assistant": insert([turns], 0, assistant),
        "first-message-of-assistant-everywhere": insert([turns], 0, assistant),
        "two-user-messages-in-a-row": insert([turns], 1, user),
        "two-user-messages-in-a-row-everywhere": insert([turns], 1, user),
        "two-assistant-messages-in-a-row": insert([turns], 2, assistant),
        "two-last-assistant-messages": append([turns], assistant),
        "system-first-in-one-record": insert([turns], 0, system),
        "system-first-everywhere": insert([turns], 0, system),
        "system-first-then-assistant": chain(drop([turns, 0]), insert([turns], 0, system)),
        "system-in-the-middle": insert([turns], 2, system),
        "system-before-the-last-answer": insert([turns], 3, system),
        "system-at-the-end": append([turns], system),
        "two-system-messages-first": chain(insert([turns], 0, system), insert([turns], 0, system)),
        "system-first-and-in-the-middle":
            chain(insert([turns], 0, system), insert([turns], 3, system)),
        "system-is-empty": insert([turns], 0, chat.message("system", "")),
        "developer-first-in-one-record": insert([turns], 0, chat.message("developer", "Be brief.")),
        "developer-first-everywhere": insert([turns], 0, chat.message("developer", "Be brief.")),
        "one-exchange": keep(turns, [0, 1]),
        "sixty-exchanges": whole(lambda r: {**r, turns: r[turns] * 30}),
        "message-twice": insert([turns], 0, chat.message("user", "One more thing.")),
    }


def keep(turns: str, indices: list[int]) -> Edit:
    """Leaves only some of the messages."""
    return whole(lambda r: {**r, turns: [r[turns][index] for index in indices]})


def list_defects(chat: Chat) -> Edits:
    """Defects of the list of messages and of the objects in it."""
    turns = [chat.messages]
    return {
        "messages-is-missing": drop(turns),
        "messages-is-null": put(turns, None),
        "messages-is-an-empty-list": put(turns, []),
        "messages-is-a-string": put(turns, "Hello."),
        "messages-is-a-json-string": whole(
            lambda r: {**r, chat.messages: json.dumps(r[chat.messages])}),
        "messages-is-an-object": put(turns, chat.message("user", "Hello.")),
        "messages-is-a-number": put(turns, 3),
        "messages-in-a-list": whole(lambda r: {**r, chat.messages: [r[chat.messages]]}),
        "message-is-a-string": put([*turns, 1], "Hello."),
        "message-is-null": put([*turns, 1], None),
        "message-is-a-list": put([*turns, 1], ["user", "Hello."]),
        "message-is-an-empty-object": put([*turns, 1], {}),
        "extra-key-in-a-message": put([*turns, 1, "note"], "checked"),
        "extra-key-in-a-message-is-null": put([*turns, 1, "note"], None),
        "extra-key-in-a-user-message": put([*turns, 0, "note"], "checked"),
        "extra-key-in-every-first-message-everywhere": put([*turns, 0, "note"], "checked"),
    }


# Files


def lines(records: list[Json]) -> bytes:
    """JSON Lines. Not escaped, except where UTF-8 has no way to write a character."""
    return "".join(line(record) + "\n" for record in records).encode()


def line(record: Json) -> str:
    """One record."""
    text = json.dumps(record, ensure_ascii=False)
    return json.dumps(record) if has_surrogate(text) else text


def has_surrogate(text: str) -> bool:
    """Whether a string cannot be encoded as UTF-8."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def line_defects(records: list[Record]) -> Iterator[tuple[str, bytes]]:
    """Defects of the file: its bytes, its lines, the JSON in them."""
    data = lines(records)
    yield from byte_defects(data)
    yield from blank_lines(data.decode().splitlines())
    yield from broken_lines(data.decode().splitlines())
    yield from counts(records)
    yield "json-array-in-one-line", json.dumps(records).encode()
    yield "json-array-over-many-lines", json.dumps(records, indent=2).encode()
    yield "pretty-printed-objects", "\n".join(
        json.dumps(record, indent=2) for record in records).encode()


def byte_defects(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Encodings, line ends, bytes that are no text."""
    text = data.decode()
    accent = text.replace("Case", "Café Case", 1)
    yield "crlf", data.replace(b"\n", b"\r\n")
    yield "carriage-returns-only", data.replace(b"\n", b"\r")
    yield "no-line-break-at-the-end", data[:-1]
    yield "byte-order-mark", b"\xef\xbb\xbf" + data
    yield "utf-16", text.encode("utf-16")
    yield "latin-1", accent.encode("latin-1")
    yield "invalid-utf-8-in-one-record", text.encode().replace(b"Case 113", b"Case \xff113", 1)
    yield "gzip-content", gzip.compress(data, mtime=0)
    yield "nul-bytes-at-the-end", data + b"\0" * 16
    yield "empty-file", b""
    yield "only-whitespace", b"\n \n\n"
    yield "only-a-byte-order-mark", b"\xef\xbb\xbf"


def blank_lines(rows: list[str]) -> Iterator[tuple[str, bytes]]:
    """Lines without a record."""
    for name, added, at in (("blank-line-in-the-middle", "", MIDDLE),
                            ("blank-line-at-the-start", "", 0),
                            ("blank-line-at-the-end", "", len(rows)),
                            ("line-of-spaces-in-the-middle", "   ", MIDDLE),
                            ("comment-line", "# orders", MIDDLE),
                            ("line-is-null", "null", MIDDLE)):
        changed = rows[:at] + [added] + rows[at:]
        yield name, ("\n".join(changed) + "\n").encode()
    yield "many-blank-lines-at-the-end", ("\n".join(rows) + "\n" * 5).encode()


def broken_lines(rows: list[str]) -> Iterator[tuple[str, bytes]]:
    """JSON that is invalid, or that parsers read differently."""
    middle = rows[MIDDLE]
    tricks = {
        "line-cut-off": middle[:-3],
        "line-without-its-brace": middle[:-1],
        "last-line-cut-off": None,
        "comma-after-the-line": middle + ",",
        "trailing-comma-in-the-object": middle[:-1] + ",}",
        "single-quotes": str(json.loads(middle)),
        "two-objects-in-one-line": middle + " " + rows[MIDDLE + 1],
        "text-after-the-object": middle + " end",
        "spaces-around-the-object": "  " + middle + "  ",
        "raw-tab-in-a-string": middle.replace("Case", "Case\t", 1),
        "raw-control-character-in-a-string": middle.replace("Case", "Case\x07", 1),
        "line-separator-in-a-string": middle.replace("Case", "Case\u2028", 1),
        "next-line-in-a-string": middle.replace("Case", "Case\x85", 1),
        "invalid-escape": middle.replace("Case", "Case\\q", 1),
        "lone-surrogate-escape": middle.replace("Case", "Case\\ud83d", 1),
        "escaped-nul": middle.replace("Case", "Case\\u0000", 1),
        "nan": middle[:-1] + ', "score": NaN}',
        "infinity": middle[:-1] + ', "score": -Infinity}',
        "number-with-a-leading-zero": middle[:-1] + ', "score": 01}',
        "number-out-of-range": middle[:-1] + ', "score": 1e999}',
        "unquoted-key": middle[:-1] + ', score: 1}',
        "deeply-nested": middle[:-1] + ', "note": ' + "[" * 900 + "]" * 900 + "}",
        "nested-200000-deep": middle[:-1] + ', "note": ' + "[" * 200_000 + "]" * 200_000 + "}",
        "duplicate-key": middle[:-1] + ", " + middle[1:],
        "unescaped-line-break": middle.replace("Case", "Case\n", 1),
    }
    for name, broken in tricks.items():
        changed = rows[:MIDDLE] + [broken or middle] + rows[MIDDLE + 1:]
        if broken is None:
            changed[-1] = changed[-1][:-4]
        yield name, ("\n".join(changed) + "\n").encode()


def counts(records: list[Record]) -> Iterator[tuple[str, bytes]]:
    """Too few records, and the same one twice."""
    for count, word in ((1, "one"), (3, "three"), (7, "seven"), (9, "nine"), (15, "fifteen")):
        yield f"only-{word}-record" + ("s" if count > 1 else ""), lines(records[:count])
    yield "one-record-twice", lines(records + [records[MIDDLE]])


def in_an_array(records: list[Record]) -> Iterator[tuple[str, bytes]]:
    """A JSON file with all records in one value."""
    text = json.dumps(records, indent=1)
    yield "clean", text.encode()
    yield "byte-order-mark", b"\xef\xbb\xbf" + text.encode()
    yield "utf-16", text.encode("utf-16")
    yield "json-lines", lines(records)
    yield "object-with-data", json.dumps({"data": records}).encode()
    yield "object-with-examples", json.dumps({"examples": records}).encode()
    yield "single-object", json.dumps(records[MIDDLE]).encode()
    yield "objects-by-id", json.dumps(dict(enumerate(records))).encode()
    yield "array-in-an-array", json.dumps([records]).encode()
    yield "columns", json.dumps({key: [r.get(key) for r in records] for key in records[0]}).encode()
    yield "record-is-null", json.dumps(records[:3] + [None] + records[3:]).encode()
    yield "record-is-a-string", json.dumps(records[:3] + ["text"] + records[3:]).encode()
    yield "trailing-comma", (text[:-1].rstrip() + ",\n]").encode()
    yield "comment", b"// orders\n" + text.encode()
    yield "cut-off", text[:-40].encode()
    yield "empty-array", b"[]"
    yield "empty-file", b""
    yield "nan", text.replace("{", '{"score": NaN, ', 1).encode()


def in_a_table(records: list[Record]) -> Iterator[tuple[str, bytes]]:
    """Comma-separated values."""
    names = list(records[0])
    rows = [[str(record[name]) for name in names] for record in records]
    yield "clean", table(names, rows)
    for name, row in row_defects(rows[MIDDLE]).items():
        yield name, table(names, rows[:MIDDLE] + [row] + rows[MIDDLE + 1:])
    yield from header_defects(names, rows)
    data = table(names, rows)
    yield "byte-order-mark", b"\xef\xbb\xbf" + data
    yield "crlf", data.replace(b"\n", b"\r\n")
    yield "utf-16", data.decode().encode("utf-16")
    yield "latin-1", data.decode().replace("Case", "Café", 1).encode("latin-1")
    yield "semicolons", data.replace(b'","', b'";"')
    yield "tabs", data.replace(b'","', b'"\t"')
    yield "blank-line-in-the-middle", table(names, rows[:MIDDLE] + [[]] + rows[MIDDLE:])
    yield "unclosed-quote", data.replace(b"Case 113.\"", b"Case 113.", 1)
    yield "quote-in-an-unquoted-cell", data + b"a 5\" disk,yes\n"
    yield "three-records", table(names, rows[:3])
    yield "empty-file", b""
    yield "only-a-header", table(names, [])


def row_defects(row: list[str]) -> dict[str, list[str]]:
    """Rows that a table reader may take as something else."""
    last = row[:-1]
    return {"short-row": last, "long-row": row + ["more"], "empty-cell": last + [""],
            "first-cell-empty": [""] + row[1:], "cell-is-na": last + ["NA"],
            "cell-is-null": last + ["null"], "cell-is-none": last + ["None"],
            "cell-is-nan": last + ["nan"], "cell-is-a-number": last + ["12"],
            "cell-is-true": last + ["True"], "cell-with-a-line-break": last + ["one\ntwo"],
            "cell-with-quotes": last + ['say "no"'], "cell-of-spaces": last + ["  "],
            "row-of-empty-cells": [""] * len(row)}


def header_defects(names: list[str], rows: list[list[str]]) -> Iterator[tuple[str, bytes]]:
    """Column names that are missing, twice there, or changed."""
    yield "no-header", table(rows[0], rows[1:])
    yield "duplicate-header", table([names[0]] * len(names), rows)
    yield "header-in-capitals", table([name.upper() for name in names], rows)
    yield "header-with-spaces", table([f" {name} " for name in names], rows)
    yield "header-renamed", table(names[:-1] + ["answer"], rows)
    yield "columns-swapped", table(names[::-1], [row[::-1] for row in rows])
    yield "extra-column", table(names + ["note"], [row + ["checked"] for row in rows])
    yield "unnamed-column", table([""] + names, [[str(i)] + row for i, row in enumerate(rows)])
    yield "cells-all-numbers", table(names, [[str(i)] * len(names) for i, _ in enumerate(rows)])


def table(names: list[str], rows: list[list[str]]) -> bytes:
    """Every cell quoted."""
    quoted: Callable[[str], str] = lambda cell: '"' + cell.replace('"', '""') + '"'
    return "".join(",".join(map(quoted, row)) + "\n" for row in [names, *rows]).encode()
