"""Measures how many tokens texts make, and writes rules/tokenizers.toml.

    pip install tokenizers regex numpy scipy
    python3 benches/tokens.py TEXTS.jsonl NAME=tokenizer.json... [--any NAME=tokenizer.json...] \
        > rules/tokenizers.toml

Those behind `--any` get no table of their own; all of them make the table `any`.

TEXTS.jsonl has one `{"text": "…", "english": true}` a line, each of at least 60 characters;
`english` says that the text is English or code. For each tokenizer, tokens are fitted as a sum of
what a text is made of (letters and words of ASCII, digits, signs, spaces, letters of each script),
so that the relative error is smallest; scripts count alike, however many texts they have. The
bounds are those between which 98 of 100 texts lie that are written in that script.
"""

import json
import sys

import numpy
import regex
from scipy.optimize import nnls
from tokenizers import Tokenizer

ASCII = ["letters", "words", "digits", "signs", "spaces"]
SCRIPTS = [
    "Latin", "Greek", "Cyrillic", "Armenian", "Georgian", "Hebrew", "Arabic", "Ethiopic",
    "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Tamil", "Telugu", "Kannada", "Malayalam",
    "Sinhala", "Thai", "Lao", "Khmer", "Myanmar", "Kana", "Han", "Hangul", "Marks", "Other",
]  # fmt: skip
KINDS = ASCII + SCRIPTS
# Fewer texts than this say nothing about bounds.
ENOUGH = 20
WIDE = (0.5, 2.0)


def script_of(c, known={}):
    """The script of a character beyond ASCII, as crates/tunelint-core/src/tokens.rs has it."""
    if c not in known:
        names = {"Kana": r"[\p{Hiragana}\p{Katakana}]", "Marks": r"[\p{Common}\p{Inherited}]"}
        found = (s for s in SCRIPTS if s != "Other" and regex.match(names.get(s, rf"\p{{{s}}}"), c))
        known[c] = next(found, "Other")
    return known[c]


def parts(text):
    """What a text is made of: how much of each kind."""
    counts = dict.fromkeys(KINDS, 0)
    before = " "
    for c in text:
        if c >= "\x80":
            counts[script_of(c)] += 1
        elif c.isalpha():
            counts["letters"] += 1
            counts["words"] += not (before < "\x80" and before.isalpha())
        elif c.isdigit():
            counts["digits"] += 1
        elif c in " \t\n\r":
            # A single space belongs to the word behind it.
            counts["spaces"] += c != " " or before in " \t\n\r"
        else:
            counts["signs"] += 1
        before = c
    return [counts[kind] for kind in KINDS]


def written_in(text, counts):
    """The script that a text is written in, or `Ascii`."""
    beyond = counts[len(ASCII) :]
    share = sum(beyond) / len(text)
    most = SCRIPTS[int(numpy.argmax(beyond))]
    if share < 0.01 or most in ("Marks", "Other"):
        return "Ascii"
    return most if share >= 0.3 or most == "Latin" else "Latin"


def fit(matrix, tokens, weights):
    """Tokens for each kind, none negative, by relative error."""
    rates, _ = nnls(matrix / tokens[:, None] * weights[:, None], weights)
    return rates


def bounds(ratios, scripts, english):
    """Between what times the estimate 98 of 100 texts of each script lie."""
    found = {}
    for script in ["Ascii", *SCRIPTS]:
        chosen = scripts == script
        if script == "Ascii":
            chosen = chosen & english
        enough = chosen.sum() >= ENOUGH
        found[script] = numpy.quantile(ratios[chosen], [0.01, 0.99]) if enough else WIDE
    return found


def table(name, rates, found):
    """One tokenizer's table, in hundredths."""
    hundredths = {kind: round(float(rate) * 100) for kind, rate in zip(KINDS, rates)}
    print(f"\n[{name}]")
    for kind in ASCII:
        print(f"{kind} = {hundredths[kind]}")
    for script in ["Ascii", *SCRIPTS]:
        low, high = (round(float(bound) * 100) for bound in found[script])
        bounded = f"low = {min(low, 100)}, high = {max(high, 100)}"
        if script == "Ascii":
            print(f"ascii = {{ {bounded} }}\n\n[{name}.scripts]")
        else:
            print(f"{script} = {{ tokens = {max(hundredths[script], 1)}, {bounded} }}")


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    texts = [record["text"] for record in records]
    english = numpy.array([record["english"] for record in records])
    matrix = numpy.array([parts(text) for text in texts], float)
    scripts = numpy.array([written_in(text, counts) for text, counts in zip(texts, matrix)])
    number = dict(zip(*numpy.unique(scripts, return_counts=True)))
    weights = numpy.array([number[script] ** -0.5 for script in scripts])
    all_rates, all_tokens = [], []
    print("# How many tokens a hundred characters of a kind make, by tokenizer, and between which")
    print("# hundredths of the estimate 98 of 100 texts lie. Written by benches/tokens.py.")
    print("#", ", ".join(f"{script}: {n} texts" for script, n in sorted(number.items())))
    own = sys.argv.index("--any") if "--any" in sys.argv else len(sys.argv)
    for index, named in enumerate(sys.argv[2:], 2):
        if named == "--any":
            continue
        name, path = named.split("=", 1)
        tokenizer = Tokenizer.from_file(path)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        encoded = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        tokens = numpy.array([len(one.ids) for one in encoded], float)
        rates = fit(matrix, tokens, weights)
        if index < own:
            table(name, rates, bounds(tokens / (matrix @ rates).clip(0.5), scripts, english))
        all_rates.append(rates)
        all_tokens.append(tokens)
    rates = numpy.mean(all_rates, axis=0)
    ratios = numpy.concatenate([tokens / (matrix @ rates).clip(0.5) for tokens in all_tokens])
    times = len(all_tokens)
    table("any", rates, bounds(ratios, numpy.tile(scripts, times), numpy.tile(english, times)))


main()
