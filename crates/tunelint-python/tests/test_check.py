"""`check`: options, the report, its formats."""

from __future__ import annotations

import json
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest
import tunelint
from conftest import chats

EMPTY = {"prompt": "a", "completion": ""}


def test_a_report_has_counts_and_findings(rows):
    report = tunelint.check(rows)
    assert not report.ok
    assert report.errors == 1
    assert report.by_rule()["empty-output"] == 1
    assert sum(report.by_rule().values()) == report.errors + report.warnings + report.advice
    [finding] = [finding for finding in report if finding.severity == "error"]
    assert (finding.rule, finding.row, finding.record) == ("empty-output", 1, 2)
    assert (finding.pointer, finding.path) == ("/completion", "<data>")
    assert (finding.line, finding.column, finding.offset, finding.length) == (None,) * 4
    assert finding.message == "empty output"
    assert finding.help and finding.excerpt and finding.fingerprint
    # The fix of a row is to change the row: there is no file to edit.
    assert finding.fix is None
    assert len(report) == len(list(report))
    assert report[0].rule == list(report)[0].rule
    assert report[-1].rule == list(report)[-1].rule
    with pytest.raises(IndexError):
        report[len(report)]
    with pytest.raises(AttributeError):
        finding.rule = "other"


def test_files_have_lines(tmp_path, rows):
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = tunelint.check(path)
    [finding] = [finding for finding in report if finding.severity == "error"]
    assert (finding.line, finding.row, finding.path) == (2, 1, str(path))
    assert finding.offset > 0 and finding.length == 2
    assert finding.fix.applicability == "drops-record"
    by_bytes = tunelint.check(path.read_bytes())
    [same] = [finding for finding in by_bytes if finding.severity == "error"]
    assert (same.line, same.path) == (2, "<data>")


def test_several_paths_and_directories(tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(json.dumps(EMPTY) + "\n")
    paths = [tmp_path / "a.jsonl", str(tmp_path / "b.jsonl")]
    assert tunelint.check(paths).errors == tunelint.check(tmp_path).errors == 2
    report = tunelint.check(tmp_path)
    assert [Path(source.path).name for source in report.sources] == ["a.jsonl", "b.jsonl"]
    assert report.rows("empty-output", report.sources[1].path) == [0]


def test_rows_are_known_where_findings_are_folded():
    rows = [dict(EMPTY, prompt=f"What is {n}?") for n in range(50)]
    rows[7]["completion"] = "7"
    report = tunelint.check(rows)
    [finding] = [finding for finding in report if finding.rule == "empty-output"]
    assert finding.count == 49
    assert report.rows("empty-output") == [n for n in range(50) if n != 7]
    assert report.rows("secret") == []
    with pytest.raises(tunelint.UsageError, match="did you mean `empty-output`"):
        report.rows("empty-outputs")


def test_copies_are_rows():
    rows = [{"prompt": "What is 2 + 2?", "completion": "4"}] * 5 + chats(1)
    assert tunelint.check(rows[:5]).rows("duplicate-example") == [1, 2, 3, 4]


def test_verdicts():
    report = tunelint.check(chats(12), target=["openai", "gemini-api"])
    assert set(report.verdicts) == {"openai", "gemini-api"} == set(report.targets)
    assert report.verdicts["openai"].accepted
    verdict = report.verdicts["gemini-api"]
    assert not verdict.accepted and "convert" in verdict.convert
    assert repr(verdict).startswith("Verdict(accepted=False, convert=")


def test_options_are_those_of_the_command_line(rows):
    assert tunelint.check(rows, fail_on="never").ok
    assert tunelint.check(rows, ignore=["empty-output"]).ok
    assert tunelint.check(rows, ignore="empty-output").ok
    assert tunelint.check(rows, severity={"empty-output": "advice"}).errors == 0
    assert {of.rule for of in tunelint.check(rows, select="empty-output")} == {"empty-output"}
    assert tunelint.check([{"q": "a", "a": ""}], input="q", output="a").errors == 1
    assert tunelint.check(rows, preview=True, threads=1).errors == 1


def test_validation_is_compared(rows):
    held_out = [rows[0]]
    report = tunelint.check(rows, validation=held_out)
    assert report.rows("validation-leak", "<validation>") == [0]
    [leak] = [finding for finding in report if finding.rule == "validation-leak"]
    assert [(of.path, of.row) for of in leak.related] == [("<data>", 0)]
    splits = tunelint.check({"train": rows, "validation": held_out})
    assert [source.path for source in splits.sources] == ["<train>", "<validation>"]
    assert splits.rows("validation-leak", "<validation>") == [0]
    assert splits.rows("validation-leak", "<train>") == []


def test_settings(tmp_path, rows):
    settings = {"fail-on": "never", "rules": {"empty-output": "off"}}
    report = tunelint.check(rows, settings=settings)
    assert report.ok and report.errors == 0
    path = tmp_path / "own.toml"
    path.write_text('[rules]\nempty-output = "off"\n')
    assert tunelint.check(rows, settings=path).errors == 0
    custom = [{"name": "no-four", "field": "output", "pattern": "4", "message": "four", "severity": "error"}]
    assert tunelint.check(rows, settings={"custom": custom}).rows("no-four") == [0]
    with pytest.raises(tunelint.UsageError, match="fail-on"):
        tunelint.check(rows, settings={"fial-on": "never"})


def test_settings_are_looked_for_only_beside_files(tmp_path, rows, monkeypatch):
    (tmp_path / "tunelint.toml").write_text('[rules]\nempty-output = "off"\n')
    (tmp_path / "train.jsonl").write_text(json.dumps(EMPTY) + "\n")
    monkeypatch.chdir(tmp_path)
    assert tunelint.check("train.jsonl").errors == 0
    assert tunelint.check("train.jsonl", isolated=True).errors == 1
    assert tunelint.check(rows).errors == 1


def test_a_report_is_written_in_every_format(tmp_path, rows):
    report = tunelint.check(rows)
    assert json.loads(report.to_json())["summary"]["errors"] == 1
    kinds = [json.loads(line)["type"] for line in report.to_jsonl().splitlines()]
    assert set(kinds) == {"source", "finding", "summary"}
    assert json.loads(report.to_sarif())["version"] == "2.1.0"
    assert report.to_html().startswith("<!DOCTYPE html>") or "<html" in report.to_html()[:200]
    assert "empty-output" in report.to_markdown()
    assert xml.fromstring(report.to_junit()).tag == "testsuites"
    assert "empty output" in str(report)
    assert "error[empty-output]" in report.to("concise")
    path = tmp_path / "report.json"
    assert report.to_json(path) is None
    assert json.loads(path.read_text()) == json.loads(report.to_json())
    with pytest.raises(tunelint.UsageError, match="did you mean `json`"):
        report.to("jsom")
    with pytest.raises(FileNotFoundError):
        report.to_json(tmp_path / "missing" / "report.json")


def test_findings_as_tables(rows):
    report = tunelint.check(rows)
    dicts = report.to_dicts()
    assert [of["rule"] for of in dicts] == [of.rule for of in report]
    assert list(report.to_pandas()["rule"]) == [of.rule for of in report]
    assert report.to_polars()["rule"].to_list() == [of.rule for of in report]
    assert report.to_arrow().column("rule").to_pylist() == [of.rule for of in report]
    clean = tunelint.check(rows, select="secret")
    assert len(clean.to_pandas()) == len(clean.to_polars()) == clean.to_arrow().num_rows == 0


def test_a_failed_check_raises(rows):
    with pytest.raises(tunelint.CheckFailed, match=r"error\[empty-output\] empty output") as caught:
        tunelint.check(rows).raise_for_errors()
    assert caught.value.report.errors == 1
    tunelint.check(rows, fail_on="never").raise_for_errors()


def test_a_notebook_shows_the_page_in_a_sandbox(rows):
    rows[0]["completion"] = '</iframe><script>alert("x")</script>'
    frame = tunelint.check(rows)._repr_html_()
    assert frame.startswith('<iframe sandbox="allow-scripts" srcdoc="')
    page = frame.split('srcdoc="', 1)[1].split('"', 1)[0]
    assert "&lt;" in page or "&amp;" in page
    assert "<script>alert" not in frame and frame.count("<iframe") == 1
