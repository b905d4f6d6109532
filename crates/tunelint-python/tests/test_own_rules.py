"""Rules that are Python functions."""

from __future__ import annotations

import pytest
import tunelint


def shouts(example):
    """Flags outputs in capital letters."""
    if example.output and example.output.isupper():
        pointer = example.messages[-1].pointer
        return [tunelint.Finding("output in capital letters", pointer=pointer, help="write it small")]
    return None


def test_a_function_is_a_rule(rows):
    rows.append({"prompt": "Loud?", "completion": "YES"})
    report = tunelint.check(rows, rules=[shouts])
    assert report.by_rule()["shouts"] == 1
    [finding] = [of for of in report if of.rule == "shouts"]
    assert (finding.severity, finding.row, finding.pointer) == ("warning", 3, "/completion")
    assert (finding.message, finding.help) == ("output in capital letters", "write it small")
    assert report.rows("shouts") == [3]
    assert report.by_rule()["empty-output"] == 1
    for format in ("json", "sarif", "html", "human", "junit", "markdown"):
        assert "shouts" in report.to(format), format
    assert tunelint.check(rows, rules=[shouts], select="secret").by_rule() == {"shouts": 1}


def test_a_rule_has_a_name_a_severity_and_a_page(rows):
    rule = tunelint.own_rule(shouts, name="no-shouting", severity="error")
    assert (rule.name, rule.page) == ("no-shouting", "Flags outputs in capital letters.")
    rows.append({"prompt": "Loud?", "completion": "YES"})
    report = tunelint.check(rows, rules=[rule])
    assert report.errors == 2 and report.rows("no-shouting") == [3]

    @tunelint.own_rule(severity="advice")
    def _short_outputs_(example):
        yield tunelint.Finding("short", severity="error" if example.row == 0 else None)

    assert _short_outputs_.name == "short-outputs"
    found = [(of.severity, of.row) for of in tunelint.check(rows[:2], rules=[_short_outputs_]) if of.rule == "short-outputs"]
    assert found == [("error", 0), ("advice", 1)]
    with pytest.raises(tunelint.UsageError, match="unknown severity"):
        tunelint.check(rows, rules=[tunelint.own_rule(shouts, severity="fatal")])
    with pytest.raises(tunelint.UsageError, match="needs a name"):
        tunelint.own_rule(shouts, name="_")


def test_an_example_is_the_same_in_every_layout():
    seen = []

    def look(example):
        seen.append((example.system, example.input, example.output, example.row, example.record))
        seen.append([(message.role, message.text) for message in example.messages])

    pair = {"prompt": "Hi", "completion": "Hello"}
    chat = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
    tunelint.check([pair], rules=[look])
    tunelint.check([chat], rules=[look])
    tunelint.check(b"prompt,completion\nHi,Hello\n", rules=[look])
    assert seen[0] == seen[2] == seen[4] == (None, "Hi", "Hello", 0, 1)
    assert seen[1] == seen[3] == seen[5] == [("user", "Hi"), ("assistant", "Hello")]


def test_an_example_has_its_record():
    seen = []
    row = {"prompt": "Hi", "completion": "Hello", "tags": ["a", 1]}
    tunelint.check([row], rules=[lambda_named(lambda example: seen.append(example.data))])
    tunelint.check(b"prompt,completion,tag\nHi,Hello,x\n", rules=[lambda_named(lambda e: seen.append(e.data))])
    assert seen == [row, {"prompt": "Hi", "completion": "Hello", "tag": "x"}]


def lambda_named(function):
    return tunelint.own_rule(function, name="look")


def test_exceptions_of_a_rule_are_passed_on(rows):
    def broken(example):
        raise ZeroDivisionError("of the rule")

    with pytest.raises(ZeroDivisionError, match="of the rule"):
        tunelint.check(rows, rules=[broken])

    def wrong(example):
        return ["text"]

    with pytest.raises(tunelint.UsageError, match="a rule returns findings"):
        tunelint.check(rows, rules=[wrong])

    def nowhere(example):
        yield tunelint.Finding("x", pointer="/missing")

    with pytest.raises(tunelint.UsageError, match="record 1 has nothing at `/missing`"):
        tunelint.check(rows, rules=[nowhere])
