"""No text that a specialist learns from may be one that a benchmark asks about."""

from __future__ import annotations

import csv
import importlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from training.specialists import TRAINERS

PREFIX = 80
"""Normalised characters that two texts must not begin with in common."""
CVE_PREFIX = 200
"""The same for descriptions of vulnerabilities: vendors begin hundreds of them with the same sentence."""
SHINGLE = 12
"""Words of one shingle."""
CONTAINED = 0.5
"""Share of the shingles of either text that may not stand in the other.

Not asked of descriptions of vulnerabilities: vendors write whole sentences again for each. Those are
held apart by their identifier and their beginning.
"""
_IDS = re.compile(r"\b(?:CVE-\d{4}-\d{4,}|S\d{4})\b")
_TEXT_COLUMNS = ("Description", "Text", "Question", "Prompt")


def normalised(text: str) -> str:
    """Letters and digits of a text, in lower case, one space between words."""
    return " ".join(re.findall(r"[a-z0-9]+", unicodedata.normalize("NFKC", text).lower()))


def benchmark_texts(folder: Path) -> Iterator[tuple[str, set[str], str]]:
    """Where it stands, the identifiers of its row, and the text, of every row of every file.

    The prompt is a text where a row has nothing else; otherwise it only repeats one.
    """
    csv.field_size_limit(10_000_000)
    for path in sorted(folder.rglob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for number, row in enumerate(csv.DictReader(stream, delimiter="\t"), 2):
                texts = [row[column] for column in _TEXT_COLUMNS if row.get(column)]
                ids = set(_IDS.findall(row.get("URL") or ""))
                yield f"{path.name}:{number}", ids, texts[0] if texts else ""


def shingles(words: list[str]) -> set[int]:
    """Hashes of the runs of words of a text."""
    return {hash(tuple(words[at : at + SHINGLE])) for at in range(len(words) - SHINGLE + 1)}


def is_vulnerability(ids: set[str]) -> bool:
    """Whether a benchmark's row describes a vulnerability."""
    return any(id.startswith("CVE") for id in ids)


def overlaps(
    training: Iterable[tuple[str, str]], benchmark: Iterable[tuple[str, set[str], str]]
) -> list[str]:
    """One sentence for each training text that a benchmark text overlaps with."""
    ids: dict[str, str] = {}
    prefixes: dict[str, str] = {}
    owners: dict[int, list[str]] = {}
    sizes: dict[str, int] = {}
    for where, of_row, text in benchmark:
        ids.update(dict.fromkeys(of_row, where))
        plain = normalised(text)
        size = CVE_PREFIX if is_vulnerability(of_row) else PREFIX
        if len(plain) >= PREFIX:
            prefixes[plain[:size]] = where
        if not is_vulnerability(of_row):
            of_text = shingles(plain.split())
            sizes[where] = len(of_text)
            for one in of_text:
                owners.setdefault(one, []).append(where)
    found = []
    for source, text in training:
        found += [f"{source}: has the identifier of {ids[id]}" for id in _IDS.findall(source) if id in ids]
        plain = normalised(text)
        beginnings = {plain[:PREFIX], plain[:CVE_PREFIX]}
        found += [f"{source}: begins like {prefixes[one]}" for one in beginnings if one in prefixes]
        if source.startswith("CVE"):
            continue
        ours = shingles(plain.split())
        hits: dict[str, int] = {}
        for one in ours:
            for where in owners.get(one, ()):
                hits[where] = hits.get(where, 0) + 1
        found += [f"{source}: contains {w}" for w, n in hits.items() if n > CONTAINED * sizes[w]]
        found += [f"{source}: stands in {w}" for w, n in hits.items() if n > CONTAINED * len(ours)]
    return found


PLANTED = (
    "The widget manager before 1.2.3 does not check who asks for the list of secret widgets, which lets "
    "everybody on the same network read and change the widgets of all other people without a password."
)


def rows(text: str) -> list[tuple[str, set[str], str]]:
    vulnerability = ("planted.tsv:2", {"CVE-2031-12345"}, text)
    return [vulnerability, ("planted.tsv:3", {"S9999"}, text), ("planted.tsv:4", set(), "Other. " * 20)]


@pytest.mark.parametrize(
    ("source", "text", "why"),
    [
        ("CVE-2031-12345", "Another description of it.", "has the identifier of planted.tsv:2"),
        ("procedure of S9999", "Another sentence.", "has the identifier of planted.tsv:3"),
        ("CVE-2031-1", PLANTED.upper().replace(" ", "  "), "begins like planted.tsv:"),
        ("report", f"Before it, a sentence. {PLANTED[4:]} And one after it.", "contains planted.tsv:3"),
        ("procedure", PLANTED[60:160], "stands in planted.tsv:3"),
    ],
)
def test_a_planted_overlap_is_found(source: str, text: str, why: str) -> None:
    assert any(why in one for one in overlaps([("CVE-2031-2", "Fine."), (source, text)], rows(PLANTED)))


def test_other_texts_do_not_overlap() -> None:
    training = [("CVE-2031-7", PLANTED.replace("widget", "gadget").replace("which", "that")[::-1])]
    assert overlaps(training, rows(PLANTED)) == []


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(TRAINERS))
def test_no_training_text_is_a_benchmark_text(name: str, data_dir: Path) -> None:
    try:
        inputs = importlib.import_module(TRAINERS[name]).training_inputs
    except ModuleNotFoundError as error:
        pytest.skip(f"training needs {error.name}")
    benchmark = list(benchmark_texts(data_dir / "bench"))
    assert len(benchmark) > 1_000
    total = 0

    def counted() -> Iterator[tuple[str, str]]:
        nonlocal total
        for total, one in enumerate(inputs(data_dir), 1):  # noqa: B007
            yield one

    assert overlaps(counted(), benchmark) == []
    assert total > (500 if name == "control" else 1_000)  # it learns from 691 techniques and nothing else
