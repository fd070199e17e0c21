"""How good extractors are on texts that nobody labelled, by pooled judgement as in TREC.

Everything that any tool found is put together. What all tools that know the type found counts as true where
there are at least two of them. The rest is divided into strata by type and by which tools found it; of each
a sample was read in its context without the tools' names, and judged by the guidelines. The judgements are
facts in tests/data/intel/pooled.jsonl: hash of the text, type, hash of the value, true or false, a word of
reason. Precision, and recall relative to what the pool holds, follow from them by weighting strata.

    python -m evaluation.indicators_pooled DATA --peers PYTHON --show FILE    what is still to be judged

Method: K. Sparck Jones, C. van Rijsbergen, "Report on the need for and provision of an ideal information
retrieval test collection", 1975; E. Voorhees, "The philosophy of information retrieval evaluation", CLEF
2001.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .indicators_texts import Text, cyner, tram
from .indicators_tools import CLAIMS, Answer, load_or_run
from .indicators_values import HOSTS, canonical, host_of

JUDGEMENTS = Path(__file__).resolve().parents[1] / "tests" / "data" / "intel" / "pooled.jsonl"
SEED = 20_261_126
DRAWS = 2_000
LEAST = 5
"""Items judged of a stratum, if it has so many."""
FACTOR = 1.5
"""Beyond that, this times the root of its size."""

Key = tuple[str, str, str]
"""Hash of the text, type, hash of the canonical value."""
Stratum = tuple[str, tuple[str, ...]]
"""Type and the tools that found the items, sorted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pooled:
    """Something that at least one tool found in a text."""

    sha256: str
    type: str
    value: str
    """Canonical in the lenient form."""
    tools: frozenset[str]

    @property
    def key(self) -> Key:
        """What its judgement is kept under."""
        return self.sha256, self.type, hashlib.sha256(self.value.encode("utf-8")).hexdigest()[:16]

    @property
    def stratum(self) -> Stratum:
        """Where it is counted."""
        return self.type, tuple(sorted(self.tools))

    @property
    def order(self) -> str:
        """Random but fixed: samples take the smallest, so that they only grow when a tool is added."""
        return hashlib.sha256(f"{SEED} {self.key}".encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What is known of a tool on some types: value, lower and upper end of the 95 % interval."""

    found: int
    precision: tuple[float, float, float]
    recall: tuple[float, float, float]
    """Relative: of what is true in the pool."""
    judged: int
    """Of what it found, how many were judged."""


def pool(texts: Sequence[Text], answers: Mapping[str, Sequence[Answer]]) -> list[Pooled]:
    """Everything that was found, without what is the same thing under another type.

    Left out, unless all tools agree on it: the host of a URL or e-mail address that was found in the same
    text, and what one tool alone gives as a URL of nothing but a host, where that host was found too.
    """
    pooled = []
    for position, text in enumerate(texts):
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for tool, given in answers.items():
            for item in given[position].items:
                if item.type in CLAIMS[tool]:
                    found[item.type, canonical(item.type, item.value, lenient=True)].add(tool)
        hosts = {value for kind, value in found if kind in HOSTS}
        bare = {
            ("url", value)
            for (kind, value), tools in found.items()
            if kind == "url" and len(tools) == 1 and "/" not in value.partition("://")[2]
        }
        inner = {host_of(*one) for one in found.keys() - bare} - {""}
        for (kind, value), tools in sorted(found.items()):
            one = Pooled(sha256=text.sha256, type=kind, value=value, tools=frozenset(tools))
            twice = (kind, value) in bare and host_of(kind, value) in hosts
            if agreed(one, answers) or not (twice or (kind in HOSTS and value in inner)):
                pooled.append(one)
    return pooled


def agreed(item: Pooled, tools: Iterable[str]) -> bool:
    """Whether all tools that know its type found it, and there are at least two."""
    knowing = {tool for tool in tools if item.type in CLAIMS[tool]}
    return len(knowing) > 1 and knowing <= item.tools


def sample(items: Iterable[Pooled], tools: Sequence[str]) -> list[Pooled]:
    """What is to be judged by reading: of each stratum the first in the fixed random order."""
    strata: dict[Stratum, list[Pooled]] = defaultdict(list)
    for item in items:
        if not agreed(item, tools):
            strata[item.stratum].append(item)
    drawn: list[Pooled] = []
    for members in strata.values():
        size = max(LEAST, round(FACTOR * math.sqrt(len(members))))
        drawn += sorted(members, key=lambda one: one.order)[:size]
    return sorted(drawn, key=lambda one: one.order)


def read_judgements(path: Path = JUDGEMENTS) -> dict[Key, bool]:
    """What was judged.

    Raises:
        OSError, ValueError, KeyError: The file cannot be read, or is no such file.
    """
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    return {(row["sha256"], row["type"], row["value"]): bool(row["true"]) for row in rows}


def estimate(
    items: Sequence[Pooled], judged: Mapping[Key, bool], tools: Sequence[str], tool: str, types: Set[str]
) -> Estimate:
    """Precision and relative recall of a tool on types.

    The share of true items of a stratum gets Jeffreys' prior; what was judged counts as it is, the rest is
    drawn.
    """
    draw = np.random.default_rng(SEED)
    strata: dict[Stratum, list[Pooled]] = defaultdict(list)
    for item in items:
        if item.type in types:
            strata[item.stratum].append(item)
    hit = np.zeros(DRAWS + 1)
    true = np.zeros(DRAWS + 1)
    found = looked = 0
    for (_, finders), members in sorted(strata.items()):
        totals, seen = _true_of(members, judged, tools, draw)
        true += totals
        if tool in finders:
            hit += totals
            found += len(members)
            looked += seen
    return Estimate(
        found=found,
        precision=_summary(hit / found if found else np.ones(DRAWS + 1)),
        recall=_summary(np.where(true > 0, hit / np.maximum(true, 1e-9), 1.0)),
        judged=looked,
    )


def _true_of(
    members: Sequence[Pooled], judged: Mapping[Key, bool], tools: Sequence[str], draw: np.random.Generator
) -> tuple[np.ndarray, int]:
    """How many of a stratum are true: the best guess, then draws; and how many were judged."""
    if agreed(members[0], tools):
        return np.full(DRAWS + 1, float(len(members))), 0
    verdicts = [judged[one.key] for one in members if one.key in judged]
    right, rest = sum(verdicts), len(members) - len(verdicts)
    share = right / len(verdicts) if verdicts else 0.5
    shares = draw.beta(right + 0.5, len(verdicts) - right + 0.5, size=DRAWS)
    return np.concatenate([[right + rest * share], right + draw.binomial(rest, shares)]), len(verdicts)


def _summary(values: np.ndarray) -> tuple[float, float, float]:
    low, high = np.quantile(values[1:], (0.025, 0.975)).tolist()
    return float(values[0]), low, high


# --- judging ---------------------------------------------------------------------------------------


def places(text: str, value: str, *, most: int = 2, around: int = 110) -> list[str]:
    """Where a value may stand in a text, with what is around it; defanged forms are found too."""
    core = re.sub(r"^hkey_[a-z_]+\\|^(?:https)?://", "", value)
    pattern = "".join(
        {
            "\\": r"\\{1,2}",
            ".": r"[ \[({\\]*\.?(?:dot)?[ \])}]*",
            ":": r"\[?:\]?",
            "@": r".{0,3}@?(?:at)?.{0,3}",
            "/": r"\[?[/\\]+\]?",
        }.get(letter, re.escape(letter))
        for letter in re.sub(r"/+", "/", core[:80])
    )
    found = []
    for match in re.finditer(pattern, text, re.IGNORECASE):
        start, end = match.span()
        left = text[max(0, start - around) : start]
        found.append(f"{left}⟦{text[start:end]}⟧{text[end : end + 60]}".replace("\n", "⏎"))
        if len(found) == most:
            break
    return found


def show(texts: Sequence[Text], items: Iterable[Pooled], judged: Mapping[Key, bool]) -> list[str]:
    """What is still to be judged, with context and without the names of the tools."""
    by_hash = {text.sha256: text.text for text in texts}
    lines = []
    for number, item in enumerate(one for one in items if one.key not in judged):
        lines.append(f"{number} {' '.join(item.key)}\n  {item.type}: {item.value[:160]}")
        lines += [f"  | {place}" for place in places(by_hash[item.sha256], item.value)] or [
            "  | not in the text"
        ]
    return lines


def main() -> None:
    """Write what is to be judged."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--peers", type=Path, required=True, help="interpreter that has the other tools")
    parser.add_argument("--answers", type=Path, help="file to keep the answers of the other tools in")
    parser.add_argument("--without-ours", action="store_true", help="pool the other tools alone")
    parser.add_argument("--show", type=Path, required=True, help="file to write")
    arguments = parser.parse_args()
    texts = [*tram(arguments.data), *cyner(arguments.data)]
    plain = [one.text for one in texts]
    answers = load_or_run(plain, arguments.peers, arguments.answers, own=not arguments.without_ours)
    items = pool(texts, answers)
    judged = read_judgements() if JUDGEMENTS.exists() else {}
    drawn = sample(items, sorted(answers))
    lines = show(texts, drawn, judged)
    arguments.show.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(items)} items, {len(drawn)} in the sample, {sum(one.key in judged for one in drawn)} judged")


if __name__ == "__main__":
    main()
