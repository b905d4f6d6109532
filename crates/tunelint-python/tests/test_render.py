"""`render`: an example as a model sees it."""

from __future__ import annotations

import json

import pytest
import tunelint

ROW = {"messages": [{"role": "user", "content": "2 + 2 ü"}, {"role": "assistant", "content": "4"}]}
TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>"
    "{% if m.role == 'assistant' %}{% generation %}{{ m.content }}</s>{% endgeneration %}"
    "{% else %}{{ m.content }}{% endif %}{% endfor %}"
)
TOKENIZER = {
    "version": "1.0",
    "added_tokens": [
        {"id": number, "content": text, "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": True}
        for number, text in [(1, "<user>"), (2, "<assistant>"), (3, "</s>")]
    ],
    "normalizer": None, "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": None,
    "decoder": None, "model": {"type": "WordLevel", "vocab": {"?": 0}, "unk_token": "?"},
}


@pytest.fixture
def model(tmp_path):
    (tmp_path / "chat_template.jinja").write_text(TEMPLATE)
    (tmp_path / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    (tmp_path / "tokenizer_config.json").write_text('{"eos_token": "</s>"}')
    return tmp_path


def test_text_tokens_and_mask(model):
    rendered = tunelint.render(ROW, model=model)
    assert rendered.text == "<user>2 + 2 ü<assistant>4</s>"
    assert rendered.tokens == ["<user>", "2 ", "+ ", "2 ", "ü", "<assistant>", "4", "</s>"]
    assert rendered.mask == [False] * 6 + [True] * 2
    assert [rendered.text[start:end] for start, end in rendered.trained] == ["4</s>"]
    assert rendered.cut_at is None and rendered.error is None
    assert tunelint.render(ROW, model=model, max_length=7).cut_at == 25
    assert tunelint.render(ROW, model=model, target="trl").mask == [True] * 8
    page = rendered._repr_html_()
    assert "iframe" in page and "trained" in page
    assert rendered.to_dict()["tokens"] == 8


def test_a_template_alone_has_no_tokens(tmp_path, model):
    rendered = tunelint.render(ROW, chat_template=model / "chat_template.jinja")
    assert rendered.text.endswith("4</s>") and rendered.tokens is None and rendered.mask is None


def test_what_a_template_refuses_is_in_its_own_words(tmp_path):
    template = tmp_path / "t.jinja"
    template.write_text("{{ raise_exception('No system prompts') }}")
    rendered = tunelint.render(ROW, chat_template=template)
    assert rendered.error == "No system prompts"
    with pytest.raises(ValueError, match="No system prompts"):
        rendered.text
    with pytest.raises(tunelint.UsageError, match="no chat template"):
        tunelint.render(ROW)


def test_a_check_and_statistics_take_a_model(model):
    report = tunelint.check([ROW], model=model, max_length=7)
    assert report.rows("truncated-by-length") == [0]
    sequences = tunelint.stats([ROW], model=model).sources[0].sequences
    assert (sequences.count, sequences.tokens, sequences.trained) == (1, 8, 2)
