"""Checks in several places: parts, combined in any grouping, give the report of one check."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
import tunelint
from conftest import SHARED, chats
from tunelint import distributed

#: Rules that need a further round, or digests of every example.
EVERY = ["near-duplicate", "mixed-reasoning", "benchmark-overlap"]


def cut(rows: list, number: int) -> list[list]:
    """The rows in partitions of different sizes."""
    size = -(-len(rows) // number)
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def in_one_place(partitions: list[list], **options) -> tunelint.Report:
    named = {f"partition {n}": rows for n, rows in enumerate(partitions) if rows}
    return tunelint.check(named, **options)


def in_parts(partitions: list[list], compared=None, group=None, **options) -> tunelint.Report:
    """The report of a check in several places. `group` combines the parts of a round."""
    compared = compared or {}

    def read(state):
        parts = [
            distributed.part(rows, index=n, state=state, **compared, **options)
            for n, rows in enumerate(partitions)
        ]
        return group(parts, state) if group else parts

    return distributed.check(read, **compared)


def same(partitions: list[list], compared=None, group=None, **options) -> tunelint.Report:
    one = in_one_place(partitions, **(compared or {}), **options)
    several = in_parts(partitions, compared, group, **options)
    assert json.loads(several.to_json()) == json.loads(one.to_json())
    assert several.to_json() == one.to_json()
    for rule in one.by_rule():
        assert several.rows(rule) == one.rows(rule)
    assert (several.ok, several.suppressed, several.notes) == (one.ok, one.suppressed, one.notes)
    return several


def trees(seed: int, compared=None):
    """Combines neighbors in a random tree, and shuffles what is left."""
    pick = random.Random(seed)

    def group(parts, state):
        while len(parts) > 2:
            at = pick.randrange(len(parts) - 1)
            to = pick.randrange(at + 2, len(parts) + 1)
            neighbors = parts[at:to]
            pick.shuffle(neighbors)
            parts[at:to] = [distributed.combine(neighbors, state=state, **(compared or {}))]
            if pick.random() < 0.1:
                break
        pick.shuffle(parts)
        return parts

    return group


def mixed(number: int) -> list[dict]:
    """Rows with a preamble that some lack, duplicates, near-duplicates, and a secret."""
    pick = random.Random(number)
    words = ["stock", *("".join(pick.choices("aeioubdklmnprst", k=7)) for _ in range(900))]
    rows = []
    for n in range(number):
        text = " ".join(pick.choices(words, k=14))
        rows.append({"prompt": f"Is it true?\n{text}", "completion": pick.choice(["Yes", "No"])})
    for n in range(3, number, 17):
        rows[n]["prompt"] = rows[n]["prompt"].removeprefix("Is it true?\n")
    for n in range(5, number, 31):
        rows[n] = dict(rows[n - 4])
        rows[n - 1] = {"prompt": rows[n - 4]["prompt"] + " indeed", "completion": "yes"}
    rows[number // 3]["prompt"] += " stock"
    rows[number // 2]["prompt"] += " AKIA3T5RZ7QWX2MNB6LK"
    return rows


def test_parts_give_the_report_of_one_check():
    report = same(cut(mixed(600), 7), extend_select=EVERY)
    found = report.by_rule()
    assert {"missing-preamble", "duplicate-example", "near-duplicate", "secret"} <= set(found), found


@pytest.mark.parametrize("seed", range(8))
def test_any_grouping_gives_the_same(seed):
    same(cut(mixed(500), 9), group=trees(seed), extend_select=EVERY)


def test_one_round_is_enough_without_something_to_compare():
    parts = [distributed.part(rows, index=n) for n, rows in enumerate(cut(chats(40), 4))]
    assert distributed.state(parts) is None
    assert distributed.merge(parts).ok


def test_rows_are_read_twice_only_if_needed_and_the_report_says_so():
    parts = [distributed.part(mixed(100))]
    with pytest.raises(tunelint.UsageError, match=r"round 1 is missing.*state=tunelint"):
        distributed.merge(parts)


def test_findings_are_folded_in_each_partition():
    rows = [{"prompt": f"What is {n}?", "completion": ""} for n in range(200)]
    rows[7]["completion"] = "7"
    report = same(cut(rows, 3))
    assert [of.count for of in report if of.rule == "empty-output"][0] > 20
    assert len(distributed.part(rows)) < 20_000


def test_data_that_is_compared_with_is_given_again():
    rows = mixed(120)
    compared = {"validation": rows[:3] + chats(2), "benchmark": [{"prompt": rows[9]["prompt"] * 2, "completion": "x"}]}
    report = same(cut(rows, 4), compared, trees(1, compared), extend_select=EVERY)
    assert report.rows("validation-leak", "<validation>")
    part = distributed.part(rows, validation=rows[:3])
    with pytest.raises(tunelint.UsageError, match="validation.*pass the same `validation` here"):
        distributed.merge([part])
    with pytest.raises(tunelint.UsageError, match="unknown option `target`"):
        distributed.merge([part], target="openai")


def test_options_settings_and_suppressions():
    rows = mixed(120)
    rows[4]["_tunelint"] = {"allow": ["duplicate-example"]}
    settings = {
        "inline-allow": True,
        "allow": [{"rule": "secret", "reason": "an example", "matches": "AKIA"}],
        "custom": [{"name": "no-stock", "field": "input", "pattern": "stock", "message": "stock", "severity": "advice"}],
        "rules": {"missing-preamble": {"severity": "error", "max-rate": 0.5}},
    }
    report = same(cut(rows, 5), settings=settings, target=["openai", "trl"], group=trees(3))
    assert report.by_rule()["no-stock"] > 0


def test_partitions_of_several_layouts_are_several_datasets():
    contents = [
        {"contents": [{"role": "user", "parts": [{"text": f"{n}?"}]}, {"role": "model", "parts": [{"text": f"{n}!"}]}]}
        for n in range(30)
    ]
    partitions = [mixed(40), contents[:10], mixed(60), [], contents[10:], [{"text_input": "a", "output": "b"}]]
    for seed in range(3):
        report = same(partitions, group=trees(seed))
    assert [source.path for source in report.sources][2:4] == ["<partition 2>", "<partition 4>"]
    assert len(report.targets) > 0


def test_empty_partitions_are_left_out():
    one, two = mixed(30), mixed(40)
    same([[], one, [], [], two, []])
    empty = distributed.merge([distributed.part([], index=n) for n in (0, 1)])
    assert empty.by_rule() == tunelint.check([]).by_rule()


def test_own_rules():
    def names_stock(example):
        """Flags prompts that name the stock."""
        if "stock" in example.messages[0].text:
            yield tunelint.Finding("names the stock")

    report = in_parts(cut(mixed(60), 3), rules=[names_stock])
    one = in_one_place(cut(mixed(60), 3), rules=[names_stock])
    assert report.to_json() == one.to_json()
    assert report.by_rule()["names-stock"] > 0
    assert in_parts([chats(3)], rules=[names_stock]).rows("names-stock") == []


def test_only_the_first_findings_are_kept_and_all_are_counted():
    partitions = cut(mixed(300), 6)
    one = in_one_place(partitions)
    for group in (None, trees(2)):
        few = in_parts(partitions, group=group, max_findings=2)
        assert few.by_rule() == one.by_rule()
        kept, seen = [], {}
        for finding in one:
            seen[finding.rule] = seen.get(finding.rule, 0) + 1
            if seen[finding.rule] <= 2:
                kept.append(finding.fingerprint)
        assert [finding.fingerprint for finding in few] == kept


def test_duplicates_are_sampled_beyond_a_limit():
    rows = [{"prompt": f"What is {n // 2} times two?", "completion": f"{n // 2 * 2}"} for n in range(800)]
    partitions = cut(rows, 8)
    select = ["duplicate-example"]
    assert same(partitions, select=select).by_rule() == {"duplicate-example": 400}
    reports = [
        in_parts(partitions, group=group, select=select, max_digests=100)
        for group in (None, trees(0), trees(1), trees(2))
    ]
    assert len({report.to_json() for report in reports}) == 1
    found = reports[0].by_rule()["duplicate-example"]
    assert 12 <= found <= 50, found
    [note] = [note for note in reports[0].notes if note.startswith("duplicates")]
    assert "1 in 1" in note and "more than 100 examples" in note
    sizes = [len(distributed.part(rows, select=select, max_digests=most)) for most in (10, None)]
    assert sizes[1] - sizes[0] > 700 * 32


def test_mistakes_are_explained():
    parts = [distributed.part(rows, index=n) for n, rows in enumerate(cut(mixed(120), 4))]
    state = distributed.state(parts)
    again = [distributed.part(rows, index=n, state=state) for n, rows in enumerate(cut(mixed(120), 4))]
    outer = distributed.combine([parts[0], parts[3]])
    cases = [
        (lambda: distributed.merge([]), "no parts given"),
        (lambda: distributed.merge([b"x"]), "part 1 is not a part"),
        (lambda: distributed.merge([parts[0][:-9]]), "part 1 is truncated or damaged"),
        (lambda: distributed.merge([parts[0], parts[0]]), "partition 0 is given twice"),
        (lambda: distributed.merge([outer, parts[1]]), "non-adjacent partitions were combined around partition 1"),
        (lambda: distributed.merge([*parts, *again[:3]]), "partition 3 is missing in round 1"),
        (lambda: distributed.merge([parts[0], distributed.part([], index=1, target="trl")]), "different checks"),
        (lambda: distributed.combine([parts[0], again[1]]), "different rounds"),
        (lambda: distributed.combine(again), "the state belongs to another round"),
        (lambda: distributed.part(mixed(9), state=state, target="trl"), "state comes from a different check"),
        (lambda: distributed.part(mixed(9), state=b"x"), "the state is not what"),
        (lambda: distributed.part(mixed(9), index=1 << 20), "index: expected less than 1048576"),
        (lambda: distributed.part(mixed(9), index=-1), "index: expected a number from 0"),
        (lambda: distributed.part("train.jsonl"), "batch: expected the rows of one partition"),
        (lambda: distributed.part(mixed(9), tarhet="trl"), "did you mean `target`"),
    ]
    for make, words in cases:
        with pytest.raises(tunelint.UsageError, match=words):
            make()
    changed = [distributed.part(mixed(30), index=0, state=state), *again[1:]]
    with pytest.raises(tunelint.UsageError, match="partition 0 changed between round 0 and round 1.*store it"):
        distributed.merge([*parts, *changed])


def real_data() -> list[Path]:
    files = sorted((SHARED / "real-data").glob("*.jsonl")) + sorted((SHARED / "corpora/own-jsonl").glob("*.jsonl"))
    small = [file for file in files if file.stat().st_size < 1_000_000]
    # All of them take minutes with a build that is not optimized: .ci/long.
    return small if os.environ.get("TUNELINT_ALL") else small[::8]


def test_real_data_in_sixteen_partitions():
    files = real_data()
    if not files:
        pytest.skip("no ../shared/real-data")
    checked = 0
    for number, file in enumerate(files):
        try:
            lines = file.read_text("utf-8").split("\n")
            rows = [json.loads(line) for line in lines if line.strip()][:320]
        except (ValueError, RecursionError):
            continue  # Rows of a data frame are valid JSON.
        if len(rows) >= 16:
            same(cut(rows, 16), group=trees(number), preview=True)
            checked += 1
    assert checked >= len(files) // 4
