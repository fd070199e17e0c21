"""Recall on what CyNER's annotators tagged as Indicator.

The tags are worth something for what they share with our types: hashes, addresses, URLs, domains. Most others
are names of Android packages and classes, commands and ports, and there is no type in the tags. So recall is
given by the shape of what was tagged, decided without looking at any tool's answer; and precision is not
given at all, because annotators left out many indicators (a tag is missing, not an indicator).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from .indicators_texts import Text
from .indicators_tools import OURS, Answer
from .indicators_values import canonical
from .rates import Rate

SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("hash", re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", re.IGNORECASE)),
    ("address", re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?")),
    ("URL", re.compile(r"(?:https?|ftp)://[^\s/]+\.[^\s]+|[\w-]+(?:\.[\w-]+)+/\S+", re.IGNORECASE)),
    (
        "host",
        re.compile(r"(?:[\w-]+\.)+(?:com|net|org|info|ru|it|cc|ir|me|su|ml|ee|today|site|website|top|biz)"),
    ),
    (
        "file or path",
        re.compile(r"(?:[A-Za-z]:\\|/)\S*|[\w-]+\.(?:apk|dll|exe|so|php|jar|txt|dat|db|zip|xml|html)"),
    ),
    ("other", re.compile(r".*", re.DOTALL)),
)
"""Name and what the refanged text must look like; the first that fits."""

_PACKAGE = re.compile(r"(?:com|org|net|info|ru|it)\.")


def refanged(raw: str) -> str:
    """What was tagged, as it really is."""
    text = re.sub(r"\[(\.|:)\]", r"\1", raw)
    return re.sub(r"^hxxp", "http", text, flags=re.IGNORECASE)


def shape(value: str) -> str:
    """The first shape that a refanged value has; names of packages are "other"."""
    for name, pattern in SHAPES:
        if pattern.fullmatch(value) and not (name == "host" and _PACKAGE.match(value)):
            return name
    return "other"


def recalls(
    texts: Sequence[Text], answers: Mapping[str, Sequence[Answer]], figures: dict[str, object]
) -> Iterator[str]:
    """A table: of what was tagged, by shape, how much a tool found with that value, under whatever type."""
    counts: dict[str, dict[str, list[int]]] = {}
    for position, text in enumerate(texts):
        found = {tool: _values(given[position]) for tool, given in answers.items()}
        spans = (
            {(item.start, item.end) for item in answers[OURS][position].items} if OURS in answers else set()
        )
        for start, end in text.spans:
            value = refanged(text.text[start:end]).rstrip(".,;:")
            row = counts.setdefault(shape(value), {name: [0, 0] for name in ("exact span", *answers)})
            forms = {
                canonical(kind, value, lenient=True) for kind in ("url", "domain", "ipv4", "md5", "file")
            }
            forms |= {canonical("ipv4", value.rpartition(":")[0])} if shape(value) == "address" else set()
            for tool, values in found.items():
                row[tool][0] += bool(values & forms)
                row[tool][1] += 1
            row["exact span"][0] += (start, end) in spans
            row["exact span"][1] += 1
    yield "\n## CyNER's own tags\n\nRecall of what is tagged Indicator, Wilson intervals.\n"
    names = [*answers, "exact span"]
    yield (
        "| shape | "
        + " | ".join("csq, exact span" if name == "exact span" else name for name in names)
        + " |"
    )
    yield "|---|" + "---|" * len(names)
    for name, _ in SHAPES:
        if name in counts:
            figures[name] = counts[name]
            cells = [
                str(Rate(hits=counts[name][tool][0], of=counts[name][tool][1])).strip() for tool in names
            ]
            yield f"| {name} | {' | '.join(cells)} |"


def _values(answer: Answer) -> set[str]:
    return {canonical(item.type, item.value, lenient=True) for item in answer.items}
