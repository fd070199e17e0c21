"""Checks a file of labelled indicators, and says how far two passes of labelling agree.

    python -m evaluation.indicators_labels tests/data/intel/labelled.jsonl
    python -m evaluation.indicators_labels tests/data/intel/labelled.jsonl tests/data/intel/second_pass.jsonl

`tests/data/intel/guidelines.md` says what the files hold and what counts as an indicator.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cybersecqwen.records.intel import Role

TYPES = (
    *("ipv4", "ipv6", "cidr", "domain", "url", "email", "md5", "sha1", "sha256", "sha512", "ssdeep", "tlsh"),
    *("ja3", "ja4", "cve", "attack", "asn", "mac", "registry", "file", "mutex", "pipe", "service", "task"),
    *("user-agent", "btc", "eth", "xmr", "certificate", "package", "yara", "sigma", "suricata"),
)
"""The types of `Observable.type`, as its docstring lists them."""

OUTSIDE = "-"
_TOKEN = re.compile(r"\w+|[^\w\s]")
_RULES = frozenset({"yara", "sigma", "suricata"})


@dataclass(frozen=True, order=True, slots=True)
class Label:
    """One indicator as it was marked."""

    start: int
    end: int
    type: str
    value: str
    role: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """One text of the file with its labels; `text` is "" in a second pass, which carries ids alone."""

    id: str
    text: str = ""
    labels: tuple[Label, ...] = ()
    tags: tuple[str, ...] = field(default=())


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """How far two passes agree."""

    both: int
    """Labels with the same span and type in both."""
    first: int
    """Labels of the first pass."""
    second: int
    """Labels of the second pass."""
    kappa: float
    """Cohen's kappa over the types of all tokens, "outside" among them; nested labels do not count."""
    tokens: int
    values: int
    """Of `both`, how many have the same value."""
    disagreements: tuple[tuple[str, str, Label], ...]
    """Id of the paragraph, which pass alone has it ("first", "second"), the label."""

    @property
    def f1(self) -> float:
        """2 · both / (first + second): the F1 of either pass against the other."""
        return 2 * self.both / (self.first + self.second) if self.first + self.second else 1.0


def read_labels(path: Path) -> list[Paragraph]:
    """The paragraphs of a file, in its order.

    Raises:
        OSError, ValueError, KeyError: It cannot be read, or is not such a file.
    """
    read = []
    for line in filter(None, path.read_text("utf-8").split("\n")):
        row = json.loads(line)
        labels = tuple(
            Label(one["start"], one["end"], one["type"], one.get("value", ""), one.get("role", ""))
            for one in row["labels"]
        )
        read.append(
            Paragraph(id=row["id"], text=row.get("text", ""), labels=labels, tags=tuple(row.get("tags", ())))
        )
    return read


def problems(paragraphs: Sequence[Paragraph]) -> list[str]:
    """What is wrong with a file, one sentence each; [] for a sound one."""
    found = [f"{name} stands there twice" for name, n in Counter(p.id for p in paragraphs).items() if n > 1]
    for one in paragraphs:
        found += [f"{one.id}: {fault}" for label in one.labels for fault in _faults(one, label)]
        found += [f"{one.id}: {fault}" for fault in _overlaps(one.labels)]
    return found


def agreement(first: Sequence[Paragraph], second: Sequence[Paragraph]) -> Agreement:
    """Compares two passes over the same paragraphs; the texts are the first one's.

    Raises:
        ValueError: They are not over the same paragraphs.
    """
    other = {one.id: one for one in second}
    if set(other) != {one.id for one in first}:
        raise ValueError("the two files do not label the same paragraphs")
    both = values = 0
    apart: list[tuple[str, str, Label]] = []
    pairs: Counter[tuple[str, str]] = Counter()
    for one in first:
        mine = {(label.start, label.end, label.type): label for label in one.labels}
        theirs = {(label.start, label.end, label.type): label for label in other[one.id].labels}
        shared = mine.keys() & theirs.keys()
        both += len(shared)
        values += sum(mine[key].value == theirs[key].value for key in shared)
        apart += [(one.id, "first", mine[key]) for key in sorted(mine.keys() - shared)]
        apart += [(one.id, "second", theirs[key]) for key in sorted(theirs.keys() - shared)]
        tokens = [found.span() for found in _TOKEN.finditer(one.text)]
        pairs.update(
            zip(_token_types(tokens, one.labels), _token_types(tokens, other[one.id].labels), strict=True)
        )
    return Agreement(
        both=both,
        first=sum(len(one.labels) for one in first),
        second=sum(len(one.labels) for one in second),
        kappa=kappa(pairs),
        tokens=pairs.total(),
        values=values,
        disagreements=tuple(apart),
    )


def kappa(pairs: Mapping[tuple[str, str], int]) -> float:
    """Cohen's kappa (Educational and Psychological Measurement 20(1), 1960); 1.0 where nothing can differ."""
    total = sum(pairs.values())
    if not total:
        return 1.0
    left: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for (one, two), count in pairs.items():
        left[one] += count
        right[two] += count
    observed = sum(count for (one, two), count in pairs.items() if one == two) / total
    expected = sum(left[name] * right[name] for name in left) / total**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def _faults(paragraph: Paragraph, label: Label) -> list[str]:
    where = f"{label.type} at {label.start}"
    if not 0 <= label.start < label.end <= len(paragraph.text):
        return [f"{where}: outside of the text"]
    raw = paragraph.text[label.start : label.end]
    found = []
    if label.type not in TYPES:
        found.append(f"{where}: no such type")
    if label.role not in {"", *Role}:
        found.append(f"{where}: no such role: {label.role}")
    if raw != raw.strip():
        found.append(f"{where}: space at an end of the span")
    if not label.value:
        found.append(f"{where}: no value")
    return found


def _overlaps(labels: Sequence[Label]) -> list[str]:
    """Labels that overlap otherwise than by lying in a rule."""
    found = []
    ordered = sorted(labels, key=lambda label: (label.start, -label.end))
    for position, one in enumerate(ordered):
        for two in ordered[position + 1 :]:
            if two.start >= one.end:
                break
            if not (one.type in _RULES and two.end <= one.end and two.type not in _RULES):
                found.append(f"{two.type} at {two.start} overlaps {one.type} at {one.start}")
    return found


def _token_types(tokens: Sequence[tuple[int, int]], labels: Sequence[Label]) -> list[str]:
    """For each token the type of the longest label over it."""
    longest = sorted(labels, key=lambda label: label.start - label.end)
    return [
        next((label.type for label in longest if label.start <= start < label.end), OUTSIDE)
        for start, _ in tokens
    ]


def main() -> None:
    """Check one file or compare two; print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path, nargs="?")
    arguments = parser.parse_args()
    first = read_labels(arguments.first)
    faults = problems(first)
    labels = [label for one in first for label in one.labels]
    types = Counter(label.type for label in labels)
    print(f"{len(first)} paragraphs, {sum(not one.labels for one in first)} without a label")
    print(f"{len(labels)} labels, {sum(bool(label.role) for label in labels)} with a role")
    print(", ".join(f"{name} {types[name]}" for name in TYPES))
    if arguments.second:
        compared = agreement(first, read_labels(arguments.second))
        print(f"first {compared.first}, second {compared.second}, both {compared.both}: F1 {compared.f1:.3f}")
        print(f"same value {compared.values}; kappa over {compared.tokens} tokens {compared.kappa:.3f}")
        texts = {one.id: one.text for one in first}
        for name, which, label in compared.disagreements:
            quoted = texts[name][label.start : label.end]
            print(f"{name} {which} alone: {label.type} {label.start}-{label.end} {quoted!r}")
    if faults:
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    main()
