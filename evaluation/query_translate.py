"""How many published queries can be said in other languages, and whether original and translation agree.

Run as: python -m evaluation.query_translate [DATA] [--every N] [--reasons N]

The queries are those of `query_texts`. Each is parsed, read into the middle, said in Sigma's names and
written in five languages. "agree" counts, of the translations, those where the original and the translation
find the same of the same records: up to 16 examples and near misses are made for the query in Sigma's names,
and put under the names of both schemas. Searches that tell no log source ("anything") are left out.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cybersecqwen.dialects.query import ANYTHING, Sequence
from cybersecqwen.errors import CsqError, QueryError
from cybersecqwen.tasks.query.agreeing import agreement
from cybersecqwen.tasks.query.building import build
from cybersecqwen.tasks.query.given import Given, given
from cybersecqwen.tasks.query.targets import target_of
from cybersecqwen.tasks.query.whose import whose

from .query_texts import Text, kql, spl

TARGETS = ("splunk", "defender", "sentinel", "esql", "sigma")
_MARK = "csq_example"


@dataclass(kw_only=True, slots=True)
class Counts:
    """What became of the queries of one language."""

    queries: int = 0
    parsed: int = 0
    read: int = 0
    said: int = 0
    """In Sigma's names, with a log source."""
    anything: int = 0
    """In Sigma's names, without one: not translated here."""
    translated: Counter[str] = field(default_factory=Counter)
    unsound: Counter[str] = field(default_factory=Counter)
    run: Counter[str] = field(default_factory=Counter)
    """Translations that ran, with the original, on at least one record."""
    agree: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


def counted(texts: Iterable[Text]) -> Counts:
    """What becomes of these queries."""
    counts = Counts()
    for text in texts:
        counts.queries += 1
        try:
            one = given(text.text, text.dialect, "", whose, reading_only=False)
        except CsqError:
            continue
        counts.parsed += 1
        if one.query is None:
            counts.reasons[f"not read: {_short(one.beyond)}"] += 1
            continue
        counts.read += 1
        if one.sigma is None:
            counts.reasons[f"no names: {_short(one.nameless)}"] += 1
            continue
        if one.sigma.logsource == ANYTHING and not any(isinstance(x, Sequence) for x in one.sigma.steps):
            counts.anything += 1
            counts.reasons["no names: no log source is told"] += 1
            continue
        counts.said += 1
        for name in TARGETS:
            _translated(one, name, counts)
    return counts


def _translated(one: Given, name: str, counts: Counts) -> None:
    assert one.sigma is not None
    try:
        built = build(one.sigma, target_of(name), whose, "Translated query")
    except QueryError as error:
        counts.reasons[f"{name}: {_short(error.message)}"] += 1
        return
    if not built.sound:
        counts.unsound[name] += 1
        counts.reasons[f"{name} fails: {next(c.name for c in built.checks if not c.passed)}"] += 1
        return
    counts.translated[name] += 1
    tried = agreement(one, built)
    if tried is not None:
        records, same, _ = tried
        counts.run[name] += 1
        counts.agree[name] += same == records


def _short(text: str) -> str:
    return text[:110]


def main() -> None:
    parser = argparse.ArgumentParser(description="How many published queries can be translated.")
    parser.add_argument(
        "data", nargs="?", type=Path, default=Path(os.environ.get("CSQ_DATA", "../shared/data"))
    )
    parser.add_argument("--every", type=int, default=1, help="take every Nth query")
    parser.add_argument("--reasons", type=int, default=20, help="how many reasons are listed")
    options = parser.parse_args()
    found = {
        title: counted(list(texts(options.data))[:: options.every])
        for title, texts in (("SPL", spl), ("KQL", kql))
    }
    _table(found)
    for title, counts in found.items():
        print(f"\n{title}, why not:\n")
        for why, count in counts.reasons.most_common(options.reasons):
            print(f"- {count} {why}")


def _table(found: dict[str, Counts]) -> None:
    print("| | " + " | ".join(found) + " |")
    print("|---|" + "---|" * len(found))
    for name in ("queries", "parsed", "read", "said", "anything"):
        print(f"| {name} | " + " | ".join(str(getattr(one, name)) for one in found.values()) + " |")
    for target in TARGETS:
        cells = [
            f"{one.translated[target]}, agree {one.agree[target]} of {one.run[target]}"
            for one in found.values()
        ]
        print(f"| to {target} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
