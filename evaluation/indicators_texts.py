"""Texts of the development data that extractors are run over. None of them ships with the project."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

TRAM = "intel/tram_reports.zip"
CYNER = "intel/cyner_train.conll.gz"


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A report, or a sentence of one."""

    sha256: str
    """Of the text in UTF-8."""
    text: str
    spans: tuple[tuple[int, int], ...] = ()
    """Stretches that CyNER's annotators tagged as Indicator."""


def tram(data: Path) -> list[Text]:
    """The 121 reports of TRAM, in the order of their names."""
    with zipfile.ZipFile(data / TRAM) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".mjson"))
        return [_text(str(json.loads(archive.read(name))["signal"])) for name in names]


def cyner(data: Path) -> list[Text]:
    """The sentences of CyNER as they may have looked before they were cut into tokens.

    The tokens alone decide where a space was, never the tags: `join`. The corpus ends sentences at the dot of
    `[.]` too; those are put together again.
    """
    lines = gzip.decompress((data / CYNER).read_bytes()).decode("utf-8").split("\n")
    sentences: list[list[tuple[str, str]]] = [[]]
    for line in lines:
        token, _, tag = line.rstrip("\r").partition("\t")
        if token.strip():
            sentences[-1].append((token.strip(), tag.strip()))
        elif sentences[-1]:
            sentences.append([])
    whole: list[list[tuple[str, str]]] = []
    for sentence in filter(None, sentences):
        if whole and sentence[0][0] == "]" and [token for token, _ in whole[-1][-2:]] == ["[", "."]:
            whole[-1] += sentence
        else:
            whole.append(sentence)
    return [_tagged(sentence) for sentence in whole]


_OPEN = frozenset("([{“‘<")
_CLOSE = frozenset(")]}”’>.,;:!?%")
_PAIR = re.compile(r"[0-9A-F]{2}(?::|$)")
_PAIR_LAST = re.compile(r"(?:^|:)[0-9A-F]{2}$")
_SCHEME = re.compile(r"(?:hxxp|http|ftp)s?$", re.IGNORECASE)


def join(tokens: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """A sentence out of its tokens, and the span of each.

    A token stands by itself, but for: punctuation that closes stands at the word before it, what opens at
    the word after it; `[ . ]` and `[ : ]` and what is left and right of it are one word, as are a scheme, its
    colon and a token that begins with `//`, and the pairs of a fingerprint.
    """
    text = ""
    spans: list[tuple[int, int]] = []
    for position, token in enumerate(tokens):
        if text and _space(tokens, position):
            text += " "
        spans.append((len(text), len(text) + len(token)))
        text += token
    return text, spans


def _space(tokens: list[str], position: int) -> bool:
    """Whether there is a space before the token at `position`."""
    token, before = tokens[position], tokens[position - 1]
    if any(
        tokens[start : start + 3] in (["[", ".", "]"], ["[", ":", "]"])
        for start in range(max(0, position - 3), position + 1)
    ):
        return False  # within the three, right before or right after them
    if token == ":" and _SCHEME.match(before):
        return False
    if token.startswith(("//", "\\")) and before == ":":
        return False
    if before == ":" and _PAIR.match(token) and position > 1 and _PAIR_LAST.search(tokens[position - 2]):
        return False  # a fingerprint
    return not (token in _CLOSE or before in _OPEN)


def _tagged(sentence: list[tuple[str, str]]) -> Text:
    text, spans = join([token for token, _ in sentence])
    tagged: list[tuple[int, int]] = []
    for (start, end), (_, tag) in zip(spans, sentence, strict=True):
        if tag == "B-Indicator":
            if tagged and tagged[-1][1] == start:  # a tag that begins anew within one word
                tagged[-1] = (tagged[-1][0], end)
            else:
                tagged.append((start, end))
        elif tag == "I-Indicator" and tagged:
            tagged[-1] = (tagged[-1][0], end)
    return _text(text, tuple(tagged))


def _text(text: str, spans: tuple[tuple[int, int], ...] = ()) -> Text:
    return Text(sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(), text=text, spans=spans)
