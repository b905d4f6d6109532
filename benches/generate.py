#!/usr/bin/env python3
"""Generates the training files of the measurements: the same bytes for the same arguments.

usage: generate.py OUT (--bytes N | --records N) [--layout LAYOUT] [--lengths NAME]
                   [--defects SHARE]

OUT ends in .jsonl or .csv; `messages` is written as JSON Lines only. A smaller file is the
beginning of a larger one, so the difference of two measurements is the cost of what is between.
Records have 120 to 6,000 bytes in `--lengths mixed`, and about 240 in `short`.
"""
import argparse
import json
import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

WORDS = (
    "the of and to in a is that for it as was with be by on not at are this have from or had an "
    "they which one you were all there would their when who will more if out so up what its "
    "about than into only other time new some could these two may first then any like now over "
    "such most made after also many before must through back years where much your way down "
    "should because long each just those people how too little good very make world still own "
    "see work here get between both life under never day same another know while last might "
    "great customer order account payment refund invoice delivery product warranty password "
    "login error screen battery device network modem update version install download server "
    "database query table column field value model training dataset example context summary "
    "sentence document report review positive negative label category intent entity person "
    "location date amount currency price discount ticket booking flight hotel passenger "
    "insurance claim policy doctor patient treatment hospital research study result method "
    "evidence theory average median sample population election parliament court contract "
    "agreement market investor interest inflation factory engineer machine design material "
    "bridge building river mountain forest weather temperature storm energy vehicle engine "
    "traffic train music concert actor scene chapter history empire peace culture grammar "
    "recipe flour butter oven garlic coffee match player league season compiler thread memory "
    "cache parser string"
).split()
ACCENTED = "café naïve résumé façade über Zürich São crème Málaga garçon smörgåsbord".split()
SCRIPTS = [
    "Где находится моя посылка и когда её доставят?", "Πότε θα φτάσει η παραγγελία μου στο σπίτι;",
    "机器学习模型需要干净的训练数据。", "返品の手続きを教えてください。", "주문한 상품이 아직 도착하지 않았습니다.",
    "متى تصل الشحنة إلى المدينة؟", "मेरा ऑर्डर कब पहुँचेगा?", "สินค้าของฉันจะมาถึงเมื่อไร",
    "מתי תגיע ההזמנה שלי?",
]
EMOJI = ["😀", "👍🏽", "🚀", "👩‍💻", "🇨🇭", "❤️", "🎉"]
# One sentence in eight is followed by one of these instead of a space.
GAPS = ["\n", "\n\n", "\t", "\n- ", ' "quoted" ', " C:\\temp\\file ", "\n1. "]
LABELS = "positive negative neutral billing shipping technical_support refund complaint praise".split()
SENTENCES = 12_000
# The share of long records.
LONG = {"short": 0.0, "mixed": 0.4}


class Source:
    """Random choices. Only `Random.random` gives the same numbers in every version of Python."""

    def __init__(self, seed: int) -> None:
        self.share = random.Random(seed).random

    def below(self, end: int) -> int:
        """A number from 0 to `end - 1`."""
        return int(self.share() * end)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]


def sentence(source: Source) -> str:
    """A sentence, mostly in English, some with accents, numbers or emoji."""
    kind = source.share()
    if kind < 0.03:
        return source.pick(SCRIPTS)
    words = [source.pick(WORDS) for _ in range(6 + source.below(16))]
    if kind < 0.09:
        words[source.below(len(words))] = source.pick(ACCENTED)
    elif kind < 0.11:
        words.append(source.pick(EMOJI))
    elif kind < 0.17:
        words[source.below(len(words))] = str(source.below(99_999))
    elif kind > 0.6 and len(words) > 11:
        words[len(words) // 2] += ","
    words[0] = words[0].capitalize()
    return " ".join(words) + ("?" if kind > 0.93 else ".")


def encode(text: str, container: str, ascii_only: bool) -> bytes:
    """The text as it is written between quotes."""
    if container == "csv":
        return text.replace('"', '""').encode()
    return json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode()


class Sentences:
    """Sentences, encoded once for the container: a text only joins some of them."""

    def __init__(self, sentences: list[str], container: str, ascii_only: bool = False) -> None:
        self.last = [encode(text, container, ascii_only) for text in sentences]
        gaps = [encode(gap, container, ascii_only) for gap in GAPS]
        self.spaced = [text + (gaps[at // 8 % len(gaps)] if at % 8 == 0 else b" ")
                       for at, text in enumerate(self.last)]

    def text(self, start: int, count: int) -> bytes:
        """Consecutive sentences."""
        end = start + count - 1
        return b"".join(self.spaced[start:end]) + self.last[end]


class Texts:
    """Inputs and outputs."""

    def __init__(self, source: Source, container: str) -> None:
        self.source = source
        plain = [sentence(source) for _ in range(SENTENCES)]
        self.plain = Sentences(plain, container)
        self.escaped = Sentences(plain, container, ascii_only=True)
        self.number = 0

    def text(self, count: int) -> bytes:
        """Consecutive sentences from a random place."""
        # One record in eight has \uXXXX escapes, as Python's json writes by default.
        sentences = self.escaped if self.number % 8 == 7 else self.plain
        return sentences.text(self.source.below(SENTENCES - count), count)

    def example(self, long: float) -> tuple[bytes, bytes]:
        """Input and output. `long` is the share of long ones; a number makes inputs distinct."""
        self.number += 1
        number, kind = self.number, self.source.share()
        tag = b"%x" % (number * 2_654_435_761 & 0xFF_FFFF_FFFF)
        if self.source.share() < long:
            if kind < 0.6:
                asked = b"question: %b (%b) context: %b" % (
                    self.text(1), tag, self.text(8 + int(kind * 75)))
                return asked, self.text(1 + number % 7)
            text = self.text(7 + int((kind - 0.6) * 90))
            return b"Summarize document %b: %b" % (tag, text), self.text(2 + number % 8)
        if kind < 0.6:
            text = self.text(1 + number % 2)
            asked = b"Classify the following text: %b (ref %b)" % (text, tag)
            return asked, LABELS[number % len(LABELS)].encode()
        if kind < 0.8:
            return b"%b %b" % (self.text(1), tag), self.text(1)
        asked = b"Translate to French: %b [%b]" % (self.text(1 + number % 2), tag)
        return asked, self.text(1 + number % 2)


class Form:
    """How an example becomes a record of a layout in a container."""

    def __init__(self, layout: str, container: str) -> None:
        self.csv = container == "csv"
        self.messages = layout == "messages"

    def head(self) -> bytes:
        """What a file starts with."""
        return b"text_input,output\n" if self.csv else b""

    def record(self, asked: bytes, output: bytes, number: int = 0) -> bytes:
        """One line. Some conversations have a system prompt, some an earlier exchange."""
        if self.csv:
            return b'"%b","%b"\n' % (asked, output)
        if not self.messages:
            return b'{"text_input": "%b", "output": "%b"}\n' % (asked, output)
        turns = [(b"system", b"You answer briefly and cite the context.")] if number % 2 else []
        if number % 4 == 3:
            turns += [(b"user", b"Hello, can you help me?"),
                      (b"assistant", b"Of course. What do you need?")]
        turns += [(b"user", asked), (b"assistant", output)]
        written = b", ".join(b'{"role": "%b", "content": "%b"}' % turn for turn in turns)
        return b'{"messages": [' + written + b"]}\n"

    def without_output(self, asked: bytes) -> bytes:
        """A record that has only the input."""
        if self.csv:
            return b'"%b"\n' % asked
        if self.messages:
            return b'{"messages": [{"role": "user", "content": "%b"}]}\n' % asked
        return b'{"text_input": "%b"}\n' % asked

    def malformed(self, asked: bytes, output: bytes) -> bytes:
        """A row with one field too many, or a line without its last characters."""
        record = self.record(asked, output)
        return record[:-1] + b',"extra"\n' if self.csv else record[:-3] + b"\n"


def defective(kind: int, texts: Texts, form: Form, before: bytes) -> bytes:
    """A record with one of ten defects; two of them repeat `before`."""
    asked, output = texts.example(0.2)
    long = texts.plain.text(0, 600)
    return [
        before,
        before.replace(b" the ", b" our ", 1),
        form.without_output(asked),
        form.record(asked, b""),
        form.record(asked, b"   "),
        form.record(long + asked, output),
        form.record(asked, texts.plain.text(0, 80)),
        form.record(b"bad \xff\xfe byte " + asked, output),
        form.record(b"Fish &amp; chips<br>" + asked, output),
        form.malformed(asked, output),
    ][kind % 10]


def records(form: Form, texts: Texts, long: float, defects: float) -> Iterator[bytes]:
    """Records without end, `defects` of them defective."""
    owed, found = 0.5, 0
    while True:
        record = form.record(*texts.example(long), texts.number)
        yield record
        owed += defects
        if owed >= 1.0:
            owed -= 1.0
            yield defective(found, texts, form, record)
            found += 1


def write(path: Path, layout: str = "pairs", lengths: str = "mixed", defects: float = 0.001,
          size: int = 0, count: int = 0) -> None:
    """Writes `count` records, or else at least `size` bytes."""
    container = path.suffix.removeprefix(".")
    form = Form(layout, container)
    made = records(form, Texts(Source(7), container), LONG[lengths], defects)
    with path.open("wb") as out:
        written = out.write(form.head())
        if count:
            out.writelines(islice(made, count))
        while written < size:
            written += out.write(next(made))


def main() -> None:
    """Writes one file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("path", type=Path, metavar="OUT")
    parser.add_argument("--layout", choices=["pairs", "messages"], default="pairs")
    parser.add_argument("--lengths", choices=sorted(LONG), default="mixed")
    parser.add_argument("--defects", type=float, default=0.001, metavar="SHARE",
                        help="share of the records that are defective [default: 0.001]")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--bytes", type=int, dest="size", default=0, metavar="N")
    group.add_argument("--records", type=int, dest="count", default=0, metavar="N")
    options = parser.parse_args()
    if options.layout == "messages" and options.path.suffix == ".csv":
        parser.error("messages are not written as CSV")
    write(**vars(options))


if __name__ == "__main__":
    main()
