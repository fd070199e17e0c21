"""Indicators to look for: of reports, of saved reports, of plain lists with a million lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cybersecqwen.errors import NothingAnalysedError
from cybersecqwen.inputs.documents import Document
from cybersecqwen.records import Damage
from cybersecqwen.records.intel import Place, Role, Tier, Tlp
from cybersecqwen.tasks.interface import Request, Tools

from .analysis import marking_of, passage_of
from .instruments import Instruments
from .saved import saved

JUDGED_CHARS = 2_000_000
"""Characters of a document up to which the role of each indicator is told; beyond, it is a plain list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One indicator to look for."""

    type: str
    value: str
    role: Role = Role.UNKNOWN
    tier: Tier = Tier.LOW
    source: str = ""
    """The document that has it."""
    judged: bool = True
    """False for one of a long list, of which nobody has asked yet whether it is known to be harmless."""

    @property
    def tells(self) -> bool:
        """Whether it tells of an attack: not a file that a text names without a word about one."""
        return not (self.judged and self.type == "file" and self.role is Role.UNKNOWN)


@dataclass(slots=True)
class Feed:
    """All indicators to look for."""

    wanted: dict[tuple[str, str], Wanted] = field(default_factory=dict)
    apart: int = 0
    """How many are set apart in their reports, and not looked for."""
    damage: list[Damage] = field(default_factory=list)
    marking: Tlp = Tlp.NONE
    """The strictest of all reports."""

    def mark(self, marking: Tlp) -> None:
        """Take a marking where it is stricter."""
        self.marking = max(self.marking, marking, key=lambda one: one.rank)


def feed_of(paths: Sequence[str], tools: Tools, *, request: Request) -> Feed:
    """The indicators of reports, saved reports and lists.

    Raises:
        InputError: A path is missing or may not be read.
        NothingAnalysedError: There is no indicator in any of them.
    """
    from cybersecqwen.inputs.documents.open import open_documents

    feed = Feed()
    instruments = Instruments(tools.store)
    for path in paths:
        known = saved(path)
        if known is not None:
            names = {one.id: one.path for one in known.documents}
            for observable in known.usable:
                source = names.get(next(iter(observable.documents), ""), path)
                _add(feed, observable.type, observable.value, observable.role, observable.tier, source)
            feed.apart += len(known.indicators) - len(known.usable)
            feed.mark(known.marking)
            continue
        for one in open_documents([path], tools.limits, stdin=request.stdin):
            if isinstance(one, Damage):
                feed.damage.append(one)
                continue
            tools.progress(f"Reading {one.source}", 0, 0)
            feed.damage += one.damage
            _take(feed, one, instruments)
    if not feed.wanted:
        raise NothingAnalysedError(
            "There is no indicator to look for.", hint="Those that a report sets apart are not looked for."
        )
    return feed


def _take(feed: Feed, document: Document, instruments: Instruments) -> None:
    source = str(document.source)
    feed.mark(marking_of(document)[0])
    if len(document.text) > JUDGED_CHARS:
        for type, value, note in _listed(document):
            if note:
                feed.apart += 1
            else:
                _add(feed, type, value, Role.UNKNOWN, Tier.LOW, source, judged=False)
        return
    from cybersecqwen.detect.report.observables import collect
    from cybersecqwen.detect.report.scan import scan

    passage = passage_of(document)

    def place(start: int, end: int) -> Place:
        return Place(document="d1", start=start, end=end)

    for one in collect(passage, scan(document.text), "d1", place, instruments.lists):
        if one.note:
            feed.apart += 1
        else:
            _add(feed, one.type, one.value, one.role, one.tier, source)


def _listed(document: Document) -> Iterator[tuple[str, str, str]]:
    from cybersecqwen.detect.report.scan import scan

    seen: set[tuple[str, str]] = set()
    for match in scan(document.text):
        if (match.type, match.value) not in seen:
            seen.add((match.type, match.value))
            yield match.type, match.value, match.note


def _add(
    feed: Feed, type: str, value: str, role: Role, tier: Tier, source: str, *, judged: bool = True
) -> None:
    if type not in ("attack", "yara", "sigma", "suricata"):
        made = Wanted(type=type, value=value, role=role, tier=tier, source=source, judged=judged)
        feed.wanted.setdefault((type, value), made)
