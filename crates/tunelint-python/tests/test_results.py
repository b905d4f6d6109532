"""`stats`, `infer`, and the lists of rules and targets."""

from __future__ import annotations

import json

import pytest
import tunelint
from conftest import chats, program


def test_stats_have_the_document_as_attributes(tmp_path, rows):
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    stats = tunelint.stats(path, target="openai")
    document = json.loads(program("stats", path, "--target", "openai", "--format", "json").stdout)
    assert stats.to_dict() == document == json.loads(stats.to_json())
    assert stats.sources[0].size.records == document["sources"][0]["size"]["records"]
    assert stats.sources[0].limits[0].to_dict() == document["sources"][0]["limits"][0]
    assert "size" in dir(stats.sources[0])
    with pytest.raises(AttributeError, match="no sise; there is: path"):
        stats.sources[0].sise


def test_stats_have_pages(rows, tmp_path):
    stats = tunelint.stats(rows)
    assert "records" in str(stats)
    assert stats.to_markdown().startswith("#") or "|" in stats.to_markdown()
    assert "empty-output" in stats.to_html()
    assert stats._repr_html_().startswith('<iframe sandbox="allow-scripts"')
    assert stats.to_html(tmp_path / "page.html") is None
    assert (tmp_path / "page.html").read_text("utf-8") == stats.to_html()


def test_prompts_are_held_to_a_format(tmp_path):
    rows = [{"prompt": f"question: Who is {n}? context: {n}.", "completion": "x"} for n in range(60)]
    prompt_format = tunelint.infer(rows)
    good, bad = "question: Who is 7? context: 7.", "Question: Who is 7? context: 7."
    assert prompt_format.check(good) == []
    findings = prompt_format.check(bad)
    assert findings and findings[0].path == "<prompt>"
    path = tmp_path / "format.json"
    prompt_format.save(path)
    again = tunelint.PromptFormat.load(path)
    assert again.to_dict() == prompt_format.to_dict()
    assert [of.message for of in again.check(bad)] == [of.message for of in findings]
    checked = tunelint.check([{"prompt": bad, "completion": "x"}], against=path)
    assert checked.by_rule()
    with pytest.raises(tunelint.UsageError, match="fewer than 20 distinct prompts"):
        tunelint.infer(rows[:5])


def test_rules():
    names = [rule.name for rule in tunelint.rules()]
    assert names == [tunelint.rule(name).name for name in names]
    rule = tunelint.rule("empty-output")
    assert rule.page.strip() == program("rule", "empty-output").stdout.strip()
    assert rule.summary and rule.scope == "example"
    assert 0 < len(tunelint.rules(target="openai")) < len(names)
    with pytest.raises(tunelint.UsageError, match="did you mean `empty-output`"):
        tunelint.rule("empty-ouput")


def test_targets():
    target = tunelint.target("openai")
    assert str(target) == program("profile", "openai").stdout
    assert target.limits.to_dict() and target.sources.to_dict()
    assert [of.name for of in tunelint.targets()] == [
        line.split()[0] for line in program("profile").stdout.split("\n\n")[0].splitlines()
    ]
    with pytest.raises(tunelint.UsageError, match="unknown profile `opanai`; did you mean `openai`"):
        tunelint.target("opanai")


def test_several_sources_side_by_side():
    stats = tunelint.stats({"train": chats(5), "test": chats(3)})
    assert [source.size.records for source in stats.sources] == [5, 3]
